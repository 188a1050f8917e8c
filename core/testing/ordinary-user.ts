/**
 * Commands as a user whom permissions stop, for tests that may be run by root: root becomes nobody, everybody else stays
 * who he is.
 *
 * Nobody must still reach our own program and Bun, which lie in the repository, and that may lie below a directory of
 * root's alone (`mktemp -d`, `/root`). Then the command starts in a mount namespace of its own, where an empty file
 * system covers the first closed directory and the repository is mounted at its old place. CAP_DAC_READ_SEARCH would be
 * shorter, but with it the directories that a test closes against listing are open.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";

/** A number that owns nothing, and has this name on most systems. */
export const nobody = 65_534;
export const isRoot = process.getuid?.() === 0;

const repository = join(import.meta.dir, "../..");

/** The command to start instead of this one, with its program and words as they were. */
export function asOrdinaryUser(command: readonly string[]): string[] {
  if (!isRoot) return [...command];
  const become = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...command];
  const closed = closedDirectory();
  if (closed === undefined) return become;
  return ["unshare", "--mount", "/bin/sh", "-c", openRepository, "sh", repository, closed, ...become];
}

/** The directory nearest to the root that others may not search. */
function closedDirectory(): string | undefined {
  let closed: string | undefined;
  for (let path = repository; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) closed = path;
    if (path === dirname(path)) return closed;
  }
}

/** The repository's entries are mounted one by one, because its own directory may be the closed one. */
const openRepository = `set -e
repository=$1 closed=$2
shift 2
exec 9<"$repository"
(
  umask 022
  mount -t tmpfs -o mode=755 tmpfs "$closed"
  mkdir -p "$repository"
  for entry in /proc/self/fd/9/*; do
    place=$repository/\${entry##*/}
    if [ -d "$entry" ]; then
      mkdir "$place"
      mount --no-canonicalize --bind "$entry" "$place"
    else
      cp "$entry" "$place"
    fi
  done
)
exec "$@" 9<&-`;
