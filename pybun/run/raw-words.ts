/**
 * Arguments and variables that are no UTF-8, byte for byte. The runtime decodes both and puts U+FFFD where it cannot;
 * Linux still has the bytes, in /proc/self/cmdline and /proc/self/environ (proc(5)), each word ended by NUL.
 * Only words that hold that character are looked up, and taken only if their bytes decode to the very same word.
 */

/** Reads such a file, one character each byte; undefined where there is none. */
export type ReadProcessFile = (name: "cmdline" | "environ") => string | undefined;

const lost = "\uFFFD";

/** `words` end as the command line of this process does. */
export function rawWords(words: readonly string[], read: ReadProcessFile): readonly (string | Uint8Array)[] {
  if (!words.some((word) => word.includes(lost))) return words;
  const given = read("cmdline")?.split("\0").slice(0, -1) ?? [];
  const shift = given.length - words.length;
  return words.map((word, place) => bytesFor(word, given[place + shift]));
}

export function rawVariables(
  variables: Readonly<Record<string, string>>,
  read: ReadProcessFile,
): Readonly<Record<string, string | Uint8Array>> {
  const names = Object.keys(variables).filter((name) => variables[name]?.includes(lost));
  if (names.length === 0) return variables;
  const given = read("environ")?.split("\0") ?? [];
  const raw: Record<string, string | Uint8Array> = { ...variables };
  for (const name of names) {
    const line = given.find((entry) => entry.startsWith(`${name}=`));
    raw[name] = bytesFor(variables[name] ?? "", line?.slice(name.length + 1));
  }
  return raw;
}

function bytesFor(word: string, given: string | undefined): string | Uint8Array {
  if (given === undefined || !word.includes(lost)) return word;
  const bytes = Buffer.from(given, "latin1");
  return bytes.toString() === word ? bytes : word;
}
