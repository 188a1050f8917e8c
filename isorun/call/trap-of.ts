/** The trap that an error of core code, or of the host below it, is told as; an exit and a spent budget stay what they are. */
import { BudgetExhausted, DeadlockError, ExitError, TrapError } from "../errors/errors.ts";
import { isCoreException } from "./core-exception.ts";

export type Trap = TrapError | ExitError | BudgetExhausted | DeadlockError;

/** @param pending why the host or generated code asked for the trap that came out, if somebody did */
export function trapOf(pending: { readonly reason: unknown } | undefined, error: unknown): Trap {
  const reason = pending === undefined ? error : pending.reason;
  if (isTrap(reason)) return reason;
  if (pending === undefined && isStackOverflow(error)) {
    return new BudgetExhausted({ field: "maxCallDepth", limit: Infinity, used: Infinity });
  }
  if (isCoreException(reason)) return new TrapError("an exception of core code was not caught", { cause: reason });
  const words = wordsOf(reason);
  const isGuests = reason instanceof WebAssembly.RuntimeError;
  return new TrapError(isGuests ? `wasm trap: ${words}` : `a function of the host failed: ${words}`, { cause: reason });
}

/** The native stack: what a guest that calls itself without end meets, if nothing counts its calls. */
const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && /call stack/i.test(error.message.slice(0, stackWordsMax));

/** Engines say it in their first words; other errors of this kind may quote what a guest said. */
const stackWordsMax = 64;

const isTrap = (reason: unknown): reason is Trap =>
  [TrapError, ExitError, BudgetExhausted, DeadlockError].some((kind) => reason instanceof kind);

/** Anything may be thrown, also what cannot be made a text. */
function wordsOf(reason: unknown): string {
  if (reason instanceof Error) return reason.message;
  try {
    return String(reason);
  } catch {
    // Whatever its own conversion does: the words are only for people.
    return "a value without a text";
  }
}
