/**
 * The working directory, which the system cannot tell once it was deleted, or, on some systems, where a directory above
 * it may not be searched. Then `nowhere` stands for it: whoever looks around finds nothing there, and what a relative
 * path leads to is absent. So all that needs no directory works, as it does with Python; a problem that tells of a place
 * below `nowhere` is told as E_WORKING_DIRECTORY.
 */

/** Absolute, and below what is no directory: nobody can make it. Windows keeps a process's directory from deletion. */
export const nowhere = "/dev/null/nowhere";

export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // It takes nothing and asks one question of the system, so it can fail by the system's no only.
    return nowhere;
  }
}
