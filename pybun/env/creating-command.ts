/** The command that makes an environment at a place of its own again, for a shell. */
import { shellWord } from "@vivarium/core/shell-word";
import type { FoundEnvironment } from "./place.ts";

/** What stands masked in it (credentials) has to be filled in; requirements of standard input have to be given again. */
export function creatingCommand({ path, wish, movedFrom }: FoundEnvironment): string {
  const given = wish.arguments ?? wish.requirements;
  const words = ["pybun", "env", "create", ...given, "--dir", path, ...(movedFrom === undefined ? [] : ["--clear"])];
  return words.map(shellWord).join(" ");
}
