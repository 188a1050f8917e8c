/** How long calls may go on, by the limits of all that they are in. */
import { TrapError } from "../errors/errors.ts";
import { heldRoots, type Root, type Task } from "./task.ts";

export const wallLeftOf = ({ time }: Root): number => time?.wallLeftMs ?? Infinity;

/** Whose limits are its own too. */
const workedFor = ({ parent, isCleanUp }: Task): Task | undefined => (isCleanUp ? undefined : parent);

/** Why a task that computes has to end, or one that it works for; undefined if it may go on. */
export function endOf(task: Task): { readonly reason: unknown } | undefined {
  for (let each: Task | undefined = task; each !== undefined; each = workedFor(each)) {
    if (each.interrupt !== undefined) return each.interrupt;
    const late = lateOf(each);
    if (late !== undefined) return { reason: late };
  }
  return undefined;
}

interface Interrupted {
  readonly task: Task;
  readonly reason: TrapError;
}

/**
 * Asks all that the task computes for, but not for calls that have been stopped already: the call that one of them
 * interrupts, with the reason that it is told.
 */
export function interruptedTask(task: Task, ask = askNow): Interrupted | undefined {
  for (let each: Task | undefined = task; each !== undefined; each = each.parent) {
    for (const root of each.interrupt === undefined ? heldRoots(each) : []) {
      const cause = ask(root);
      if (cause === undefined) continue;
      root.interruption = new TrapError("the call was interrupted", { code: "cancelled", cause });
      return { task: each, reason: root.interruption };
    }
  }
  return undefined;
}

interface Running {
  readonly running: Task | undefined;
  stop(task: Task, reason: unknown): void;
}

/** Why the call that runs has to end, also because somebody interrupts, who is asked for it; undefined if it may go on. */
export function endAsked(scheduler: Running, ask = askNow): { readonly reason: unknown } | undefined {
  const task = scheduler.running;
  const interrupted = task && interruptedTask(task, ask);
  if (interrupted !== undefined) scheduler.stop(interrupted.task, interrupted.reason);
  return task && endOf(task);
}

const askNow = ({ interrupt }: Root): Error | undefined => interrupt?.();

const askEveryMs = 2;

/** For those who come every few microseconds: the answer may take as long as what they do in between. */
export function askSeldom(root: Root): Error | undefined {
  if (root.interrupt === undefined) return undefined;
  const nowMs = performance.now();
  if (nowMs - root.askedMs < askEveryMs) return undefined;
  root.askedMs = nowMs;
  return root.interrupt();
}

/** How long a task may compute before somebody has to look at the clock again, in milliseconds. */
export function timeLeftOf(task: Task): number {
  let leftMs = Infinity;
  for (let each: Task | undefined = task; each !== undefined; each = workedFor(each)) {
    leftMs = Math.min(leftMs, each.deadlineMs - performance.now());
    for (const { time } of heldRoots(each)) leftMs = Math.min(leftMs, time?.leftMs ?? Infinity);
  }
  return leftMs;
}

/**
 * The same where a host function returns, which may have taken any time. Clocks are read as seldom as a limit allows: a
 * thread works no faster than time passes.
 */
export function endNow(task: Task): { readonly reason: unknown } | undefined {
  if (performance.now() < task.lookMs) return undefined;
  const end = endOf(task);
  if (end === undefined) task.lookMs = performance.now() + timeLeftOf(task);
  return end;
}

/** Why a call may not begin: its instance has no time left, which ends that, or its caller, which ends nothing else. */
export function tooLate(root: Root, deadlineMs: number): Error | undefined {
  const over = root.time?.overtime;
  if (over === undefined)
    return deadlineMs < Infinity && performance.now() >= deadlineMs ? deadlinePassed() : undefined;
  const end = root.exhausted(over);
  root.end("exhausted");
  return end;
}

/** Its root's time runs from now on, and not that of the call before. */
export function beginTime({ before, root: { time } }: Task): void {
  before?.clock?.pause();
  time?.enter();
  time?.run();
}

/** Why a task that may take no longer ends; undefined if it may. */
export function lateOf(task: Task): Error | undefined {
  for (const root of heldRoots(task)) {
    const over = root.time?.overtime;
    if (over !== undefined) return root.exhausted(over);
  }
  if (performance.now() < task.deadlineMs) return undefined;
  return deadlinePassed();
}

const deadlinePassed = (): TrapError =>
  new TrapError("the time that the call was given has passed", { code: "deadline" });
