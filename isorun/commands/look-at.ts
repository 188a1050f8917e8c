/** What stands at a path of the host; undefined for what is not there, or may not be looked at. */
import { type Stats, statSync } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";

export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Of a path that leads to nothing: the runtime puts this character for bytes that are no UTF-8, and so names another. */
export const isUtf8Name = (path: string): boolean => !path.includes("\uFFFD");
