/**
 * Who waits for whom. A call that stands in a queue waits for the one that is in the instance; that one ends only when
 * the calls that its host functions made have ended. A circle of these never ends by itself. It may go through several
 * runtimes, whose calls have numbers of their own each: a number says something to the root that it stands in only.
 */
import { originOf } from "./lineage.ts";
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
  const search = new CircleSearch(task, { task, root });
  search.behind(root);
  return search.circles;
}

/**
 * The same of a call that waits for its host function, which may wait for calls that it made before. Since these and others
 * queued, it was given what the others wait for, so that nobody has asked.
 */
export function circlesBehind(task: Task): readonly Circle[] {
  const search = new CircleSearch(task);
  search.throughCalls(task);
  return search.circles;
}

interface Calls {
  readonly made: readonly Task[];
  index: number;
}

const ageOf = ({ task }: Wait): number => originOf(task).sequence;

/**
 * One walk through all waits, since thousands may stand in circles: a call from which no way leads on is left for good,
 * which it may be because no circle was there before. Who gives way does so with the calls that it made, and the walk goes
 * on in front of it; what lies behind it is walked again if another way leads there, from where it was left.
 */
class CircleSearch {
  circles: Circle[] = [];
  readonly #latest: Wait | undefined;
  /** The call that would wait, and those above it. */
  readonly #own = new Set<Task>();
  /** What is waited for on the way. */
  readonly #way: Wait[] = [];
  /** On the way, without a way on, or giving way. */
  readonly #seen = new Set<Task>();
  readonly #left = new Map<Task, Calls>();

  constructor(task: Task, latest?: Wait) {
    this.#latest = latest;
    for (let each: Task | undefined = task; each !== undefined; each = each.parent) this.#own.add(each);
  }

  /** @returns who gives way; undefined if no way leads on from there */
  behind(root: Root): Task | undefined {
    // Who was in it last may have left it on the stack that runs: then whoever waits has it in turn.
    const holder = root.mayEnter ? undefined : root.heldBy;
    return holder === undefined ? undefined : this.#through(holder);
  }

  #through(next: Task): Task | undefined {
    if (this.#own.has(next)) return this.#close();
    if (this.#seen.has(next)) return undefined;
    this.#seen.add(next);
    const givesWay = this.#throughWait(next) ?? this.throughCalls(next);
    if (givesWay === undefined || givesWay === next) return undefined;
    this.#seen.delete(next);
    return givesWay;
  }

  #throughWait(next: Task): Task | undefined {
    const { waitsFor } = next;
    if (waitsFor === undefined) return undefined;
    this.#way.push({ task: next, root: waitsFor });
    const givesWay = this.behind(waitsFor);
    this.#way.pop();
    return givesWay;
  }

  throughCalls(next: Task): Task | undefined {
    const calls = this.#left.get(next) ?? { made: callsOf(next), index: 0 };
    for (let call = calls.made[calls.index]; call !== undefined; call = calls.made[(calls.index += 1)]) {
      const givesWay = this.#through(call);
      if (givesWay === undefined) continue;
      this.#left.set(next, calls);
      return givesWay;
    }
    return undefined;
  }

  #close(): Task {
    const waits = this.#latest === undefined ? this.#way : [this.#latest, ...this.#way];
    const cycle = [...waits, ...waits.slice(0, 1)].map(({ root }) => root.chainName);
    const { task: youngest } = waits.reduce((a, b) => (ageOf(b) > ageOf(a) ? b : a));
    if (youngest === this.#latest?.task) this.circles = [];
    this.circles.push({ youngest, cycle });
    return youngest;
  }
}

/** Calls that its host functions made and that have not ended: synchronous ones are known by the stack alone. */
export function callsOf(task: Task): readonly Task[] {
  const made = [...(task.children ?? [])];
  for (let { running } = task.root.tasks; running !== undefined; running = running.before) {
    if (running === running.root.task && running.parent === task) made.push(running);
  }
  return made;
}
