/** The trap that an error of core code, or of the host below it, is told as; an exit stays one. */
import { ExitError, TrapError } from "../errors/errors.ts";
import { isCoreException } from "./core-exception.ts";

export interface Reasons {
  /** Why the host or generated code asked for the trap that came out, if somebody did. */
  takeReason(): { readonly reason: unknown } | undefined;
}

export function trapOf(reasons: Reasons, error: unknown): TrapError | ExitError {
  const pending = reasons.takeReason();
  const reason = pending === undefined ? error : pending.reason;
  if (reason instanceof TrapError || reason instanceof ExitError) return reason;
  if (isCoreException(reason)) return new TrapError("an exception of core code was not caught", { cause: reason });
  const words = reason instanceof Error ? reason.message : String(reason);
  const isGuests = reason instanceof WebAssembly.RuntimeError;
  return new TrapError(isGuests ? `wasm trap: ${words}` : `a function of the host failed: ${words}`, { cause: reason });
}
