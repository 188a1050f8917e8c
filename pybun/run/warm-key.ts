/**
 * Which warm record a command line has: a hash of what decides the run and is known without reading anything but the
 * script. Shared by the warm path and by the long way that writes the record, so that both mean the same.
 */
import { findBlocks } from "../script/block.ts";
import { hashVariables } from "./hash-variables.ts";

export interface WarmInputs {
  /** The script as it was given. */
  readonly script: string;
  /** The lines of its metadata block as bytes, one character each; empty where it has none. */
  readonly block: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Longer scripts go the long way. */
export const headBytesMax = 1 << 20;

/** Forty hexadecimal digits. */
export function warmKey({ script, block, cwd, environment }: WarmInputs): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const slash = script.lastIndexOf("/");
  hasher.update(`${cwd}\0${script.slice(0, slash + 1)}\0${block.length}\0`).update(block, "latin1");
  hashVariables(hasher, environment);
  return hasher.digest("hex").slice(0, 40);
}

/**
 * All that the metadata of a script can depend on, from its head as bytes: the lines of its block, found by the parser
 * itself, because lines above decide what opens one. Empty where there is none; undefined for anything that needs a
 * closer look: a text that the head may not hold whole, a byte order mark, a second block, one that warnings are due
 * for, one that is no ASCII in a text that is no UTF-8.
 */
export function blockBytes(head: string): string | undefined {
  if (head.length >= headBytesMax || head.startsWith("\xEF\xBB\xBF")) return undefined;
  if (!head.includes("# /// script")) return "";
  const { blocks, unclosed, empty } = findBlocks(head);
  const [block, second] = blocks.filter(({ type }) => type === "script");
  if (second !== undefined || unclosed.length + empty.length > 0) return undefined;
  const lines = block === undefined ? "" : ["# /// script", ...block.lines, "# ///"].join("\n");
  return /[\x80-\xFF]/.test(lines) && !isUtf8(head) ? undefined : lines;
}

/** Says no of a text with U+FFFD too, which costs it the warm path and nothing else. */
const isUtf8 = (bytes: string): boolean => !Buffer.from(bytes, "latin1").toString().includes("\uFFFD");
