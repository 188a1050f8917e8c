/**
 * Who waits for whom. A call that stands in a queue waits for the one that is in the instance; that one ends only when
 * the calls that its host functions made have ended. A circle of these never ends by itself. It may go through several
 * runtimes, whose calls have numbers of their own each: a number says something to the root that it stands in only.
 */
import type { Root, Task } from "./task.ts";

interface Wait {
  readonly task: Task;
  /** What it waits for. */
  readonly root: Root;
}

export interface Circle {
  /** The call of the youngest chain. */
  readonly youngest: Task;
  /**
   * Names of instances, the first one again at the end: a call that holds one of them waits for the next, itself or by a
   * call that its host function made. Others that it holds are none of it.
   */
  readonly cycle: readonly string[];
}

/**
 * The calls that would wait for each other if `task` waited for `root`: a call whose host function waits for several may be
 * in several circles. All are broken if the youngest of each gives way; where that is `task` itself, this one does for all.
 */
export function circlesOf(task: Task, root: Root): readonly Circle[] {
  const circles: Circle[] = [];
  for (;;) {
    const circle = circleOf({ task, root }, new Set(circles.map(({ youngest }) => youngest)));
    if (circle === undefined) return circles;
    if (circle.youngest === task) return [circle];
    circles.push(circle);
  }
}

/** One without calls that give way, which end with those that they made. */
function circleOf(latest: Wait, givingWay: ReadonlySet<Task>): Circle | undefined {
  const rest = waitsBehind(latest, givingWay);
  if (rest === undefined) return undefined;
  const cycle = [latest, ...rest, latest].map((wait) => wait.root.chainName);
  const { task: youngest } = rest.reduce((a, b) => (b.task.origin.sequence > a.task.origin.sequence ? b : a), latest);
  return { youngest, cycle };
}

/** From whoever is in the instance back to the call that would wait for it. */
function waitsBehind({ task, root }: Wait, givingWay: ReadonlySet<Task>): readonly Wait[] | undefined {
  const seen = new Set(givingWay);
  const behind = (blocked: Root): readonly Wait[] | undefined => {
    // Who was in it last may have left it on the stack that runs: then whoever waits has it in turn.
    const holder = blocked.mayEnter ? undefined : blocked.heldBy;
    return holder === undefined ? undefined : through(holder);
  };
  const through = (next: Task): readonly Wait[] | undefined => {
    if (task.isWithin(next)) return [];
    if (seen.has(next)) return undefined;
    seen.add(next);
    const { waitsFor } = next;
    const ahead = waitsFor === undefined ? undefined : behind(waitsFor);
    if (waitsFor !== undefined && ahead !== undefined) return [{ task: next, root: waitsFor }, ...ahead];
    for (const child of next.children ?? []) {
      const found = through(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return behind(root);
}

/** Calls that its host functions made and that have not ended: synchronous ones are known by the stack alone. */
export function callsOf(task: Task): readonly Task[] {
  const made = [...(task.children ?? [])];
  for (let { running } = task.root.tasks; running !== undefined; running = running.before) {
    if (running === running.root.task && running.parent === task) made.push(running);
  }
  return made;
}
