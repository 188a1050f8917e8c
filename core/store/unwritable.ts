/** Stores that this user can read and not write to, or that have no room: what is there serves, and nothing is added. */
import { writeFileAtomic } from "../atomic-file.ts";
import { Problem } from "../diagnostic.ts";

const codes: ReadonlySet<string> = new Set(["E_STORE_READ_ONLY", "E_STORE_PERMISSION", "E_STORE_FULL"]);

export const isUnwritable = (error: unknown): boolean => error instanceof Problem && codes.has(error.code);

/** For what only spares time later. @throws E_STORE_NOT_DIRECTORY, E_STORE_IO */
export function writeUnlessUnwritable(path: string, data: string): void {
  try {
    writeFileAtomic(path, data);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
}
