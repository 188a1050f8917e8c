import { errnoOf } from "./io-problem.ts";
import { removeTree } from "./remove-tree.ts";

/**
 * Removes what a failed piece of work left. If the system refuses that too, the leftover stays for a later sweep: the
 * first failure is what the user must hear of, and the second has the same reason, a full or broken disk.
 */
export function removeLeftover(path: string): void {
  try {
    removeTree(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
