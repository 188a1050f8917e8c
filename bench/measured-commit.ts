/** Which sources a result is of. */
import { join } from "node:path";

/**
 * The short hash of the commit that is checked out at `directory`; a `+` follows where files were changed or added
 * since. Results themselves do not count: each benchmark of a run writes some before the next begins. Undefined where
 * there is no repository.
 */
export function measuredCommit(directory = join(import.meta.dir, "..")): string | undefined {
  const hash = git(directory, ["rev-parse", "--short=10", "HEAD"]);
  const changes = git(directory, ["status", "--porcelain", "--", ".", ":(exclude)bench/results"]);
  return hash === undefined || changes === undefined ? undefined : `${hash}${changes === "" ? "" : "+"}`;
}

function git(directory: string, words: readonly string[]): string | undefined {
  const program = Bun.which("git");
  if (program === null) return undefined;
  const { exitCode, stdout } = Bun.spawnSync([program, ...words], {
    cwd: directory,
    stdin: "ignore",
    stderr: "ignore",
  });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}
