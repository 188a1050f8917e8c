/** The trap that an error of core code, or of the host below it, is told as; an exit and a spent budget stay what they are. */
import { BudgetExhausted, DeadlockError, ExitError, TrapError } from "../errors/errors.ts";
import { isCoreException } from "./core-exception.ts";

export type Trap = TrapError | ExitError | BudgetExhausted | DeadlockError;

/** @param pending why the host or generated code asked for the trap that came out, if somebody did */
export function trapOf(pending: { readonly reason: unknown } | undefined, error: unknown): Trap {
  const reason = pending === undefined ? error : pending.reason;
  if (isTrap(reason)) return reason;
  // The native stack: what a guest that calls itself without end meets, if nothing counts its calls.
  if (pending === undefined && error instanceof RangeError) {
    return new BudgetExhausted({ field: "maxCallDepth", limit: Infinity, used: Infinity });
  }
  if (isCoreException(reason)) return new TrapError("an exception of core code was not caught", { cause: reason });
  const words = wordsOf(reason);
  const isGuests = reason instanceof WebAssembly.RuntimeError;
  return new TrapError(isGuests ? `wasm trap: ${words}` : `a function of the host failed: ${words}`, { cause: reason });
}

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
