/** The open descriptors that our caller has handed down, for the ways that have node:fs at hand. */
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { inheritedDescriptors } from "@vivarium/core/inherited-descriptors";
import { errnoOf } from "@vivarium/core/store/io-problem";

/** Ascending, without the standard streams. To be asked before anything of ours is open. */
export function handedDown(): readonly number[] {
  if (process.platform !== "linux") return [];
  return inheritedDescriptors({
    list: (path) => orNothing(() => readdirSync(path)) ?? [],
    readLink: (path) => orNothing(() => readlinkSync(path)),
    size: (path) => orNothing(() => statSync(path).size) ?? 0,
    readText: (path) => orNothing(() => readFileSync(path, "latin1")),
  });
}

/** A descriptor may be closed by now, and /proc may not be there at all: then there is nothing to hand on. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
