/**
 * Who waits for whom. A call that stands in a queue waits for the one that is in the instance; that one ends only when
 * the calls that its host functions made have ended. A circle of these never ends by itself. It may go through several
 * runtimes, whose calls have numbers of their own each: a number says something to the root that it stands in only.
 */
import type { Root, Task } from "./task.ts";

/** The calls that would wait for each other if `task` waited for `root`, it first; undefined if they would not. */
export function circleOf(task: Task, root: Root): readonly Task[] | undefined {
  const seen = new Set<Task>();
  const behind = (blocked: Root): readonly Task[] | undefined => {
    const holder = blocked.heldBy;
    return holder === undefined ? undefined : through(holder);
  };
  const through = (next: Task): readonly Task[] | undefined => {
    if (task.isWithin(next)) return [];
    if (seen.has(next)) return undefined;
    seen.add(next);
    const ahead = next.waitsFor === undefined ? undefined : behind(next.waitsFor);
    if (ahead !== undefined) return [next, ...ahead];
    for (const child of next.children ?? []) {
      const found = through(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const rest = behind(root);
  return rest === undefined ? undefined : [task, ...rest];
}
