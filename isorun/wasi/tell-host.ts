/** Callbacks of a host that stands between a guest and its files. */
import { TrapError } from "../errors/errors.ts";
import { requireAtOnce } from "../runtime/at-once.ts";

/**
 * What it throws is a trap, also what a guest would be told of if a file had failed with it; and so is a promise.
 * @param name of the callback
 * @param whose the system component that it was given to
 */
export function tellHost(name: string, whose: string, run: () => unknown): void {
  try {
    requireAtOnce(run(), `'${name}'`, "for which nothing waits");
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : "it threw what is no Error";
    throw new TrapError(`'${name}' of ${whose} failed: ${words}`, { cause });
  }
}
