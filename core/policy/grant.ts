/**
 * What one item of a capability's list means: its canonical form, and what it covers.
 *
 * Grants of a kind form a forest: either one covers the other, or they have nothing in common (folders, `*.` of hosts,
 * `PREFIX*` of variables; all else covers itself only). So a grant is looked up by walking from it to what is wider, in
 * time that does not depend on how long a list is, and what two lists have in common is a list again.
 */
import { type Fault, fault } from "../fault.ts";
import type { Platform } from "../paths.ts";
import { parseEndpoint, wildcardsAbove } from "./endpoint.ts";
import { foldersAbove, type PathBase, resolvePath } from "./path.ts";
import type { GrantKind } from "./policy.ts";

/** As long as Linux allows a path to be. Looking a name up takes the square of its length. */
const lengthMax = 4096;

/** The canonical form of a grant. */
export function parseGrant(kind: GrantKind, text: string, base: PathBase): string | Fault {
  if (text === "") return fault("is empty", 0, 1);
  if (text.length > lengthMax) return fault(`is longer than ${lengthMax} characters`, lengthMax, text.length);
  return parsers[kind](text, base);
}

const parsers: Readonly<Record<GrantKind, (text: string, base: PathBase) => string | Fault>> = {
  read: resolvePath,
  write: resolvePath,
  connect: (text) => parseEndpoint(text, { subdomains: true }),
  listen: (text) => parseEndpoint(text, { subdomains: false }),
  env: parseVariable,
  exec: parseProgram,
  ipc: parseName,
};

/** `NAME` or `PREFIX*`. Windows knows variables whatever their case. */
function parseVariable(text: string, { platform }: PathBase): string | Fault {
  const odd = text.search(/[\0=]/);
  if (odd >= 0) return fault("has a character that no variable's name has", odd, odd + 1);
  const star = text.indexOf("*");
  if (star === 0) return fault("has a '*' without a beginning of a name before it", 0, 1);
  if (star > 0 && star < text.length - 1) return fault("has a '*' that is not at its end", star, star + 1);
  return platform === "win32" ? asciiUpperCase(text) : text;
}

/** A program by its name alone, as the engine will look it up, or by its path. */
function parseProgram(text: string, base: PathBase): string | Fault {
  const isPath = base.platform === "win32" ? /[\\/]|^[a-z]:/i.test(text) : text.includes("/");
  return isPath ? resolvePath(text, base) : parseName(text);
}

function parseName(text: string): string | Fault {
  const odd = text.search(/[\u0000-\u001f\u007f]/);
  return odd >= 0 ? fault("has a control character", odd, odd + 1) : text;
}

/** Beyond ASCII, case is a matter of tables that differ: a name too many is denied rather than allowed. */
const asciiUpperCase = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const caseless: ReadonlySet<GrantKind> = new Set<GrantKind>(["read", "write", "exec"]);

/** Equal for grants that mean the same. */
const keyOf = (kind: GrantKind, grant: string, platform: Platform): string =>
  platform === "win32" && caseless.has(kind) ? asciiUpperCase(grant) : grant;

/** The canonical grant and all that cover it, the narrowest first. */
function widenings(kind: GrantKind, grant: string, platform: Platform): readonly string[] {
  if (kind === "read" || kind === "write") return [grant, ...foldersAbove(grant, platform)];
  if (kind === "connect") return [grant, ...wildcardsAbove(grant)];
  return kind === "env" ? [grant, ...prefixesOf(grant)] : [grant];
}

function prefixesOf(name: string): string[] {
  const known = name.endsWith("*") ? name.slice(0, -1) : name;
  return Array.from(known, (_, index) => `${known.slice(0, known.length - index)}*`);
}

/** Grants of one kind, to look others up in. */
export interface GrantSet {
  readonly covers: (grant: string) => boolean;
}

export function grantSet(kind: GrantKind, grants: readonly string[], platform: Platform): GrantSet {
  const keys = new Set(grants.map((grant) => keyOf(kind, grant, platform)));
  return {
    covers: (grant) => widenings(kind, grant, platform).some((wider) => keys.has(keyOf(kind, wider, platform))),
  };
}

/** The same grants, sorted, without those that others cover. */
export function minimalGrants(kind: GrantKind, grants: readonly string[], platform: Platform): string[] {
  const byKey = new Map<string, string>();
  // Of two spellings of one thing the same one is kept, in whichever order they come.
  for (const grant of [...grants].sort().reverse()) byKey.set(keyOf(kind, grant, platform), grant);
  const isNarrow = (grant: string): boolean =>
    widenings(kind, grant, platform).some((wider) => {
      const key = keyOf(kind, wider, platform);
      return key !== keyOf(kind, grant, platform) && byKey.has(key);
    });
  return [...byKey.values()].filter((grant) => !isNarrow(grant)).sort();
}
