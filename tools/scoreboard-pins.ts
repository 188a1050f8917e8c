/** Pins of two tools, side by side. */
import { parseVersion } from "../pybun/versions/version.ts";

export interface Difference {
  readonly name: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
  readonly order: "ours-newer" | "uv-newer" | "one-side";
}

/** Name to version, from a requirements file of pins; comments, extras and URLs are left out. */
export function parsePins(text: string): ReadonlyMap<string, string> {
  const pins = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)/i.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) pins.set(match[1].toLowerCase(), match[2]);
  }
  return pins;
}

/** Where the two differ, by name. */
export function comparePins(
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): readonly Difference[] {
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return names.flatMap((name) => {
    const left = ours.get(name);
    const right = theirs.get(name);
    return left === right ? [] : [{ name, ours: left, theirs: right, order: orderOf(left, right) }];
  });
}

function orderOf(ours: string | undefined, theirs: string | undefined): Difference["order"] {
  if (ours === undefined || theirs === undefined) return "one-side";
  return parseVersion(ours).key > parseVersion(theirs).key ? "ours-newer" : "uv-newer";
}
