/** What a caller says of one call. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";
import type { Scheduler } from "../call/scheduler.ts";
import type { CallContext, Task } from "../call/task.ts";
import { TrapError, UnsupportedError } from "../errors/errors.ts";

/**
 * A call that is ended by one of these ends its instance too, unless it still waits for its turn, or its time was over
 * before it began. While the guest computes, nothing else can happen on its thread: signals of timers do not fire then.
 * Its time is looked at by clock, where its instance has a budget of fuel, processor time or wall time; without one, at
 * its next call of a host function that waits.
 */
export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /**
   * In instructions, of an instance that has a budget of fuel or time: as much as is left there may still be less. A call
   * that is given 0n is refused before any code of the guest runs, and the instance goes on; one that is stopped when its
   * fuel is spent has its instance ended (`exhausted`).
   */
  fuel?: bigint;
  /** Of the host function that makes the call. */
  context?: CallContext;
}

const optionNames: readonly string[] = ["signal", "timeoutMs", "fuel", "context"] satisfies (keyof CallOptions)[];

/**
 * Whatever JavaScript may hold can stand in them; each is read once. What is Infinity, or undefined, limits nothing.
 * @throws TypeError (`invalid-argument`)
 */
export function requireCallOptions(given: CallOptions): CallOptions {
  if (typeof given !== "object" || given === null) throw argumentError("the options of a call must be an object");
  const options: CallOptions = { ...given };
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) throw argumentError(`a call has no option '${unknown}'`);
  const { signal, timeoutMs, fuel, context } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw argumentError(`'timeoutMs' of a call must be a number that is not negative, found ${nameOf(timeoutMs)}`);
  }
  if (fuel !== undefined && !(typeof fuel === "bigint" && fuel >= 0n)) {
    throw argumentError(`'fuel' of a call must be a bigint that is not negative, found ${nameOf(fuel)}`);
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw argumentError(`'signal' of a call must be an AbortSignal, found ${nameOf(signal)}`);
  }
  if (context !== undefined && !isContext(context)) {
    throw argumentError(`'context' of a call must be a CallContext, found ${nameOf(context)}`);
  }
  return options;
}

/** Also one of another realm. */
const isSignal = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;

const isContext = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "chain" in value && Array.isArray(value.chain);

/**
 * For calls that nothing can end or suspend.
 * @throws UnsupportedError for what would be ignored
 */
export function requireNoOptions(options: CallOptions | undefined): void {
  const [given] = Object.entries(options ?? {}).find(([, value]) => value !== undefined) ?? [];
  if (given === undefined) return;
  throw new UnsupportedError(`the option '${given}' of a call in an engine without WebAssembly.Suspending`);
}

/** @returns what stops watching */
export function watch(task: Task, scheduler: Scheduler, { signal, timeoutMs, context }: CallOptions): () => void {
  if (timeoutMs !== undefined) task.deadlineMs = Math.min(task.deadlineMs, performance.now() + timeoutMs);
  const watched = [signal, task.passed === undefined ? undefined : context?.signal].map((each) => {
    if (each === undefined) return undefined;
    const stop = (): void => scheduler.stop(task, cancelled(each));
    if (each.aborted) stop();
    else each.addEventListener("abort", stop, { once: true });
    return () => each.removeEventListener("abort", stop);
  });
  return () => {
    for (const end of watched) end?.();
  };
}

const cancelled = ({ reason }: AbortSignal): TrapError =>
  new TrapError("the call was cancelled", { code: "cancelled", cause: reason });
