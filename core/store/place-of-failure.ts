import { lstatSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The part of a path that exists and was in the way: the path itself, else the nearest directory (or file, or link to
 * nothing, in the place of one) above it. Temporary names and folders of our own mean nothing to the person who has to mend the place.
 */
export function placeOfFailure(path: string): string {
  for (let place = path; ; place = dirname(place)) {
    if (exists(place) || dirname(place) === place) return place;
  }
}

/** What cannot be looked at is taken as absent: a directory above it is the one to mend. */
function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
