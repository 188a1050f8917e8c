/**
 * Calls through links that have returned, but whose results the caller could not take (adapter/returning.ts): they end as
 * if it had, since nothing of the callee is on the stack that the trap unwinds (spec: rule 2). What the specification
 * puts behind the lowering of results is the callee's own clean-up (`canon_lift`: post-return), which is run, or the
 * callee would not be in a state to be called again.
 */
import { stateOffsets } from "../adapter/state-memory.ts";
import { heldRoots, type Root, type Task } from "./task.ts";
import { endOf, timeLeftOf } from "./time-left.ts";

export interface ReturningLink {
  readonly caller: Root;
  readonly callee: Root;
  /** Whether the caller's allocator has failed, or whatever else it cannot be left from. */
  hasFailed(): boolean;
  /**
   * Ends the call, and never throws. @param returned what its post-return waits for
   * @returns false where it was the callee that failed, in its clean-up
   */
  readonly end: (returned: number | undefined, unwinding: Unwinding) => boolean;
}

export interface Unwinding {
  /** The call that a trap came out of. */
  readonly caller: Task;
  /** How long a post-return may take. */
  readonly limitMs: number;
}

/** Of each caller, by their numbers. They close over instances, which the end of the caller forgets. */
const linksOf = new WeakMap<Root, Map<number, ReturningLink>>();

let lastNumber = 0;

/** @returns the number by which generated code names the link, which is below zero */
export function numberReturning(link: ReturningLink): number {
  const { caller } = link;
  const known = linksOf.get(caller) ?? new Map<number, ReturningLink>();
  if (known.size === 0) {
    linksOf.set(caller, known);
    caller.onceGone(() => linksOf.delete(caller));
  }
  lastNumber -= 1;
  known.set(lastNumber, link);
  return lastNumber;
}

/**
 * How long the callee's clean-up may take where its caller's time was limited, or its caller was stopped, for which nobody
 * is asked again. It is not what the caller had left, which would end a callee for the time that its caller has wasted.
 */
const cleanUpMsMax = 100;

/** Before the end of what the task holds: it does not hold those that have returned. */
export function endReturnedCalls(task: Task): void {
  for (const caller of heldRoots(task)) {
    const links = [...(linksOf.get(caller) ?? [])].filter(([number, link]) => hasReturned(task, { number, link }));
    for (const [number, { callee, end }] of links) {
      const returned = callee.words[(callee.place + stateOffsets.returned) / 4] ?? 0;
      if (!end(callee.holder === number ? returned : undefined, unwindingOf(task))) callee.holder = task.id;
    }
  }
}

function unwindingOf(caller: Task): Unwinding {
  const isUnlimited = timeLeftOf(caller) === Infinity && endOf(caller) === undefined;
  return { caller, limitMs: isUnlimited ? Infinity : cleanUpMsMax };
}

/** Without a number all links to the instance seem to: only one is in use, and each ends what is entered by it. */
function hasReturned(task: Task, { number, link }: { readonly number: number; readonly link: ReturningLink }): boolean {
  const { holder, mayEnter } = link.callee;
  return !mayEnter && (holder === number || (holder === task.id && link.hasFailed()));
}
