/** What stands at a path of the host; undefined for what is not there, or may not be looked at. */
import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { errnoOf } from "@vivarium/core/store/io-problem";

export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/**
 * Of a path that leads to nothing: whether nothing is there, rather than that its name has bytes that are no UTF-8, for
 * which the runtime puts this character, and so names another.
 */
export const isUtf8Name = (path: string): boolean =>
  !path.includes(standIn) || !isThereByBytes(Buffer.from("/"), resolve(path).split("/"));

/** Whether something is there that no text names. */
export const isUnnamed = (path: string): boolean => lookAt(path) === undefined && !isUtf8Name(path);

const standIn = "\uFFFD";

function isThereByBytes(from: Buffer, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return existsSync(from);
  const names = name.includes(standIn)
    ? namesIn(from).filter((each) => alike(each.toString()) === alike(name))
    : [name];
  return names.some((each) => isThereByBytes(Buffer.concat([from, Buffer.from("/"), Buffer.from(each)]), rest));
}

/** How many stand for bytes that follow each other is not agreed on. */
const alike = (name: string): string => name.replace(/\uFFFD+/g, standIn);

function namesIn(directory: Buffer): readonly Buffer[] {
  try {
    return readdirSync(directory, { encoding: "buffer" });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return [];
  }
}
