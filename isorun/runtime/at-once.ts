/** What a host answers with where nothing can wait for it: a promise is refused there, and its failure ends no process. */
import { argumentError } from "../../core/argument-error.ts";
import type { Interrupt } from "../call/root-limits.ts";

/**
 * @param whose what answered, as messages begin with
 * @param why goes on behind a comma
 * @throws TypeError (`invalid-argument`) for a promise
 */
export function requireAtOnce(answer: unknown, whose: string, why: string): void {
  if (!isThenable(answer)) return;
  forget(answer);
  throw argumentError(`${whose} answered with a promise, ${why}`);
}

/** Nobody waits for it: its failure must not end the process. @param giveUp is given its value, and must not throw */
export const forget = (answer: PromiseLike<unknown>, giveUp?: (value: unknown) => void): void =>
  void Promise.resolve(answer).then(giveUp, () => undefined);

export const isThenable = (answer: unknown): answer is PromiseLike<unknown> =>
  typeof answer === "object" && answer !== null && "then" in answer && typeof answer.then === "function";

/** Answers with the error for a promise. */
export const answeringAtOnce =
  (interrupt: () => unknown): Interrupt =>
  () => {
    const answer = interrupt();
    if (!isThenable(answer)) return answer as Error | undefined; // as its type says
    forget(answer);
    return argumentError("'interruptBy' was given a function that answers with a promise, for which nothing can wait");
  };
