/** Finds the command that a command line names. */
import type { Command } from "./command.ts";

export type Lookup =
  | { readonly kind: "command"; readonly command: Command; readonly rest: readonly string[] }
  /** `env`, with no or an unknown member behind it. */
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "unknown"; readonly word: string }
  | { readonly kind: "none" };

/** Finds the command that the first one or two words name; the longer name wins. */
export function findCommand(commands: readonly Command[], words: readonly string[]): Lookup {
  const [first, second] = words;
  if (first === undefined) return { kind: "none" };
  const named = (name: string): Command | undefined =>
    commands.find((command) => command.name === name || command.aliases?.includes(name) === true);
  const member = second === undefined ? undefined : named(`${first} ${second}`);
  if (member !== undefined) return { kind: "command", command: member, rest: words.slice(2) };
  const command = named(first);
  if (command !== undefined) return { kind: "command", command, rest: words.slice(1) };
  const isGroup = commands.some(({ name }) => name.startsWith(`${first} `));
  return isGroup ? { kind: "group", group: first } : { kind: "unknown", word: first };
}
