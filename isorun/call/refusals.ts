/** Why calls do not enter, or do not go on. */
import { TrapError, UnsupportedError } from "../errors/errors.ts";
import type { Root, Task } from "./task.ts";

/** What happened between the answer and here, where the stack goes on. */
export function failureOf({ interrupt }: Task, granted: Root | undefined): { readonly reason: unknown } | undefined {
  if (interrupt !== undefined || granted === undefined || granted.state === "ready") return interrupt;
  return { reason: cannotEnter(`it is ${granted.state}`) };
}

export function cannotEnter(why: string): TrapError {
  return new TrapError(`cannot enter component instance: ${why}`, { code: "cannot-enter" });
}

/** What a guest may use and nobody has built: no function of the host has failed. */
export function notBuilt(feature: string): TrapError {
  const cause = new UnsupportedError(feature);
  return new TrapError(cause.message, { cause });
}

/** As a function that nobody gave, which takes nothing: what a guest gives it stays the guest's, and ends with it. */
export const refusing = (refuse: () => never): (() => never) => Object.assign(refuse, { refuses: true });
