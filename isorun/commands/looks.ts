/**
 * What one refused call has to know of the host. The program chooses the path, and pays for none of this: so each place is
 * looked at once, and none behind the first part of a path that is not there, however long it is.
 */
import type { Stats } from "node:fs";
import { kernelFileSystemAt } from "../wasi/filesystem/kernel-files.ts";
import { type ByteNames, standIn } from "./byte-names.ts";
import { lookAt } from "./look-at.ts";

export class Looks {
  readonly #seen = new Map<string, Stats | undefined>();

  at(path: string): Stats | undefined {
    if (!this.#seen.has(path)) this.#seen.set(path, lookAt(path));
    return this.#seen.get(path);
  }

  /** As `kernelFileSystemAt`; of what is not there, by the last directory on its way that is. */
  kernelFileSystemAround(path: string): string | undefined {
    return kernelFileSystemAt(path.slice(0, this.#endOfThere(path)) || "/");
  }

  /** Whether something is there that no text names; undefined where too many directories were listed to know. */
  isUnnamed(path: string, names: ByteNames): boolean | undefined {
    if (!path.includes(standIn) || this.at(path) !== undefined) return false;
    const nextEnd = path.indexOf("/", this.#endOfThere(path) + 1);
    const reached = nextEnd === -1 ? path : path.slice(0, nextEnd);
    return reached.includes(standIn) ? names.leadsTo(path) : false;
  }

  /**
   * Of an absolute path without `.` and `..`: the offset behind its last part that is there, 0 if none is. What is behind a
   * part that is not there is not there either: so the parts are asked in growing steps, and then by halves.
   */
  #endOfThere(path: string): number {
    if (this.at(path) !== undefined) return path.length;
    const ends = endsOfParts(path);
    const isThere = (count: number): boolean => this.at(path.slice(0, ends[count - 1])) !== undefined;
    // So many parts are there, and so many are too many.
    let [there, missing] = [0, 1];
    while (missing < ends.length && isThere(missing)) [there, missing] = [missing, missing * 2];
    missing = Math.min(missing, ends.length);
    while (missing - there > 1) {
      const middle = (there + missing) >>> 1;
      if (isThere(middle)) there = middle;
      else missing = middle;
    }
    return there === 0 ? 0 : (ends[there - 1] ?? 0);
  }
}

/** The offsets behind each part of an absolute path, the last of which is its length. */
function endsOfParts(path: string): readonly number[] {
  const ends: number[] = [];
  for (let end = path.indexOf("/", 1); end !== -1; end = path.indexOf("/", end + 1)) ends.push(end);
  return [...ends, path.length];
}
