/** What stands at a path of the host; undefined for what is not there, or may not be looked at. */
import type { Stats } from "node:fs";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { files } from "../wasi/filesystem/host-files.ts";
import { ByteNames, standIn } from "./byte-names.ts";

export function lookAt(path: string): Stats | undefined {
  try {
    return files.statSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** Of a path that leads to nothing: whether nothing is there, rather than that its name has bytes that are no UTF-8. */
export const isUtf8Name = (path: string): boolean =>
  !path.includes(standIn) || new ByteNames(Number.POSITIVE_INFINITY).leadsTo(path) !== true;

/** Whether something is there that no text names. */
export const isUnnamed = (path: string): boolean => lookAt(path) === undefined && !isUtf8Name(path);
