/**
 * One word of a command line that a message shows: in quotes only where a POSIX shell would not take it as it stands. What a
 * terminal would not show, such as line ends, or would be commanded by (cli/printable.ts), is written by number, in the quotes
 * that know numbers (POSIX.1-2024, 2.2.4).
 */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!hidden.test(word)) return `'${word.replaceAll("'", `'"'"'`)}'`;
  const escaped = word
    .replace(/[\\']/g, "\\$&")
    .replace(new RegExp(hidden, "g"), (one) => named.get(one) ?? octal(one));
  return `$'${escaped}'`;
}

const hidden = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const named: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** Of each byte in UTF-8. */
const octal = (one: string): string =>
  [...new TextEncoder().encode(one)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
