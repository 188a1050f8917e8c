/** Components of the sizes that the benchmarks speak of, each with what it stands for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../../tests/components/assemble.ts";
import { type BuiltName, built } from "../../tests/components/built.ts";

const sources: Readonly<Record<string, { readonly built: BuiltName } | { readonly text: string }>> = {
  /** Assembled from text: what tests can afford. */
  text: { text: "call-host.wat" },
  rust: { built: "words" },
  javascript: { built: "text" },
  python: { built: "count-words" },
};

export async function componentOf(set: string): Promise<Uint8Array> {
  const source = sources[set];
  if (source === undefined) throw new Error(`no component is called '${set}'`);
  if ("built" in source) return readFileSync(await built(source.built));
  return textComponent(source.text);
}

/** @param name of a file beside this one */
export async function textComponent(name: string): Promise<Uint8Array> {
  const text = readFileSync(join(import.meta.dir, name), "utf8");
  return (await assemble([text]))(text);
}

export function describeSize(set: string, { length }: Uint8Array): string {
  const size = length < 1_000_000 ? `${(length / 1000).toFixed(0)} KB` : `${(length / 1_000_000).toFixed(1)} MB`;
  return `${set}, ${size}`;
}
