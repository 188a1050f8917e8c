/** Reads netrc: `machine`, `default`, `login`, `password`, `account`, `macdef`, quoted values, comments. */
import type { Credentials } from "./index-config.ts";

/** Answers for a host: its own entry, else the default one. A file without any entry answers nobody. */
export function parseNetrc(text: string): (host: string) => Credentials | undefined {
  const entries = new Map<string, Credentials>();
  const tokens = tokensOf(withoutMacros(text));
  for (let i = 0; i < tokens.length; ) {
    const word = tokens[i++];
    if (word !== "machine" && word !== "default") continue;
    const host = word === "machine" ? (tokens[i++] ?? "") : "";
    const entry: Record<string, string> = {};
    while (i < tokens.length && tokens[i] !== "machine" && tokens[i] !== "default") {
      const key = tokens[i++] ?? "";
      if (/^(?:login|user|password|account)$/.test(key)) entry[key] = tokens[i++] ?? "";
    }
    const username = entry["login"] ?? entry["user"] ?? "";
    // The first entry of a host counts, as in the C library and in Python.
    if (!entries.has(host)) entries.set(host, { username, password: entry["password"] ?? "" });
  }
  return (host) => entries.get(host) ?? entries.get("");
}

/** A macro reaches from `macdef` to the next empty line. */
function withoutMacros(text: string): string {
  return text.replace(/^[ \t]*macdef\b[\s\S]*?(?:\r?\n[ \t]*\r?\n|$(?![\s\S]))/gm, "\n");
}

/** A `#` begins a comment only at the beginning of a line: passwords hold it, too. */
function tokensOf(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  return [...lines.join("\n").matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "") : quoted.replace(/\\(.)/g, "$1"),
  );
}
