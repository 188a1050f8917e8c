/** What a caller says of one call. */
import { argumentError } from "../../core/argument-error.ts";
import { type Oddity, oddityOf } from "../../core/known-fields.ts";
import { nameOf } from "../call/check-value.ts";
import type { Scheduler } from "../call/scheduler.ts";
import { type CallContext, type Task, TaskContext } from "../call/task.ts";
import { TrapError, UnsupportedError } from "../errors/errors.ts";
import { otherThan } from "./require-options.ts";

/**
 * A call that is ended by one of these ends its instance too, unless it still waits for its turn, or its time was over
 * before it began. While the guest computes, nothing else can happen on its thread: signals of timers do not fire then.
 * Its time is looked at by clock, where its instance has a budget of fuel, processor time or wall time; without one, at
 * its next call of a host function that waits.
 */
export interface CallOptions {
  /** Its end is a TrapError (`cancelled`) with the signal's reason as its cause. */
  signal?: AbortSignal;
  /** From the call on, also while it waits for its turn: its end is a TrapError (`deadline`). */
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

/** As they were when they were read. */
export type ReadOptions = { readonly [K in keyof CallOptions]: CallOptions[K] | undefined };

const optionNames: readonly string[] = ["signal", "timeoutMs", "fuel", "context"] satisfies (keyof CallOptions)[];

/**
 * Whatever JavaScript may hold can stand in them; each is read once, by its name. What is Infinity, or undefined, limits
 * nothing. @throws TypeError (`invalid-argument`)
 */
export function requireCallOptions(given: CallOptions): ReadOptions {
  if (typeof given !== "object" || given === null) throw argumentError("the options of a call must be an object");
  const oddity = oddityOf(given, optionNames);
  if (oddity !== undefined) throw refusalOf(given, oddity);
  const { signal, timeoutMs, fuel, context } = given;
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
  return { signal, timeoutMs, fuel, context };
}

/** Contexts and signals are options, and no objects of options. */
function refusalOf(given: object, oddity: Oddity): TypeError {
  for (const [name, isOne] of [
    ["context", isContext],
    ["signal", isSignal],
  ] as const) {
    if (isOne(given)) return argumentError(`the options of a call must be an object: give this one as '${name}' in it`);
  }
  if (oddity.kind === "unknown") return argumentError(`a call has no option '${oddity.name}'`);
  return argumentError(`the options of a call must be an object, found ${otherThan(given)}`);
}

/** Also one of another realm. */
const isSignal = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "aborted" in value && canListen(value);

const canListen = (value: object): boolean =>
  ["addEventListener", "removeEventListener"].every((name) => typeof Reflect.get(value, name) === "function");

/** The signal of what a host function was given is made when somebody looks at it. */
export function isContext(value: unknown): value is CallContext {
  if (TaskContext.isOne(value)) return true;
  // What inherits from one, or stands in front of one, has none of its own.
  if (typeof value !== "object" || value === null || value instanceof TaskContext) return false;
  if (!("chain" in value) || !Array.isArray(value.chain)) return false;
  const signal: unknown = "signal" in value ? value.signal : undefined;
  return signal === undefined || isSignal(signal);
}

/**
 * For calls that nothing can end or suspend.
 * @throws UnsupportedError for what would be ignored
 */
export function requireNoOptions(options: ReadOptions | undefined): void {
  const [given] = Object.entries(options ?? {}).find(([, value]) => value !== undefined) ?? [];
  if (given === undefined) return;
  throw new UnsupportedError(`the option '${given}' of a call in an engine without WebAssembly.Suspending`);
}

interface Watched {
  readonly scheduler: Scheduler;
  readonly options: ReadOptions;
  /** What stops watching is added to it: signals may be anybody's, and fail halfway. */
  readonly watching: (() => void)[];
}

export function watch(task: Task, { scheduler, options, watching }: Watched): void {
  const { signal, timeoutMs, context } = options;
  if (timeoutMs !== undefined) task.deadlineMs = Math.min(task.deadlineMs, performance.now() + timeoutMs);
  for (const each of [signal, task.passed === undefined ? undefined : context?.signal]) {
    if (each === undefined) continue;
    const stop = (): void => scheduler.stop(task, cancelled(each));
    watching.push(() => each.removeEventListener("abort", stop));
    if (each.aborted) stop();
    else each.addEventListener("abort", stop, { once: true });
  }
}

const cancelled = ({ reason }: AbortSignal): TrapError =>
  new TrapError("the call was cancelled", { code: "cancelled", cause: reason });
