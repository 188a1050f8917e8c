/** The command that makes an environment at a place of its own again, for a shell. */
import type { FoundEnvironment } from "./place.ts";
import { quoteForShell } from "./quoting.ts";

/** What stands masked in it (credentials) has to be filled in; requirements of standard input have to be given again. */
export function creatingCommand({ path, wish, movedFrom }: FoundEnvironment): string {
  const given = wish.arguments ?? wish.requirements;
  const words = ["pybun", "env", "create", ...given, "--dir", path, ...(movedFrom === undefined ? [] : ["--clear"])];
  return words.map(shellWord).join(" ");
}

/** In quotes only where the shell would not take it as it stands. */
export const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoteForShell(word));
