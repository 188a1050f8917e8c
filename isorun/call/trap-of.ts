/** The trap that an error of core code, or of the host below it, is told as; an exit and a spent budget stay what they are. */
import { BudgetExhausted, DeadlockError, ExitError, isErrorOf, TrapError } from "../errors/errors.ts";
import { isCoreException } from "./core-exception.ts";
import { stackExhausted } from "./stack-room.ts";
import type { Task } from "./task.ts";
import { endOf } from "./time-left.ts";
import { trapWords } from "./trap-words.ts";

export type Trap = TrapError | ExitError | BudgetExhausted | DeadlockError;

/** What calls ended with. */
const ends = new WeakSet<Trap>();

/**
 * The end of one call. What another one ended with, which a host function made or waited for, is to this one a failure of
 * that function, unless both were ended together; a deadlock is told along the whole chain.
 */
export function endOfCall(task: Task, error: unknown): Trap {
  const trap = trapOf(task.reason, error);
  const isOthers = ends.has(trap) && task.stopped?.reason !== trap && !(trap instanceof DeadlockError);
  const own = isOthers ? endOf(task)?.reason : undefined;
  const end = isTrap(own) ? own : isOthers ? failureOfHost(trap) : trap;
  ends.add(end);
  return end;
}

/** With the frames of both, where both are known. */
function failureOfHost(end: Trap): TrapError {
  const frames = end instanceof TrapError ? end.frames : [];
  return new TrapError(`a function of the host failed: ${wordsOf(end)}`, { cause: end, frames });
}

/** @param pending why the host or generated code asked for the trap that came out, if somebody did */
export function trapOf(pending: { readonly reason: unknown } | undefined, error: unknown): Trap {
  const reason = pending === undefined ? error : pending.reason;
  if (isTrap(reason)) return reason;
  if (pending === undefined && isStackOverflow(error)) return stackExhausted();
  if (is(isCoreException, reason)) return new TrapError("an exception of core code was not caught", { cause: reason });
  const words = wordsOf(reason);
  const isGuests = is((given) => given instanceof WebAssembly.RuntimeError, reason);
  return new TrapError(isGuests ? `wasm trap: ${trapWords(words)}` : `a function of the host failed: ${words}`, {
    cause: reason,
  });
}

/** Anything may be thrown, also what refuses to say what it is. */
function is(test: (reason: unknown) => boolean, reason: unknown): boolean {
  try {
    return test(reason);
  } catch {
    // A proxy that fails is no error of an engine.
    return false;
  }
}

/** The native stack: what a guest that calls itself without end meets, if nothing counts its calls. */
const isStackOverflow = (error: unknown): boolean =>
  error instanceof RangeError && /call stack/i.test(error.message.slice(0, stackWordsMax));

/** Engines say it in their first words; other errors of this kind may quote what a guest said. */
const stackWordsMax = 64;

const isTrap = (reason: unknown): reason is Trap =>
  isErrorOf(TrapError, reason) ||
  isErrorOf(ExitError, reason) ||
  isErrorOf(BudgetExhausted, reason) ||
  isErrorOf(DeadlockError, reason);

const wordsMax = 4096;

/** Also of what cannot be made a text, or is a text of any length: the words are only for people. */
function wordsOf(reason: unknown): string {
  try {
    const words = String(reason instanceof Error ? reason.message : reason);
    return words.length > wordsMax ? `${words.slice(0, wordsMax)}…` : words;
  } catch {
    // Whatever its own conversion does.
    return "a value without a text";
  }
}
