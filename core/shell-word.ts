/**
 * One word of a command line that a message shows: in quotes only where a POSIX shell would not take it as it stands. What a
 * terminal would not show, such as line ends, is written by number, in the quotes that know numbers (POSIX.1-2024, 2.2.4).
 */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!hidden.test(word)) return `'${word.replaceAll("'", `'"'"'`)}'`;
  const escaped = word
    .replace(/[\\']/g, "\\$&")
    .replace(new RegExp(hidden, "g"), (one) => named.get(one) ?? octal(one));
  return `$'${escaped}'`;
}

const hidden = /[\x00-\x1f\x7f]/;

const named: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const octal = (one: string): string => `\\${one.charCodeAt(0).toString(8).padStart(3, "0")}`;
