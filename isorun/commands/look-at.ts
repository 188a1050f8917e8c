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
