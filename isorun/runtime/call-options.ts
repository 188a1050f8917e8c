/** What a caller says of one call. */
import type { Scheduler } from "../call/scheduler.ts";
import type { CallContext, Task } from "../call/task.ts";
import { TrapError, UnsupportedError } from "../errors/errors.ts";

/**
 * A call that is ended by one of these ends its instance too, unless it still waits for its turn. While the guest
 * computes, nothing else can happen on its thread: signals of timers do not fire then. Its time is looked at by clock,
 * where its instance has a budget of fuel, processor time or wall time; without one, at its next call of a host function
 * that waits.
 */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** In instructions, of an instance that has a budget of fuel or time. */
  readonly fuel?: bigint;
  /** Of the host function that makes the call. */
  readonly context?: CallContext;
}

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
