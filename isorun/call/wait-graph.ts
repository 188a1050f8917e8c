/**
 * Who waits for whom. A call that stands in a queue waits for the one that is in the instance; that one ends only when
 * the calls that its host functions made have ended. A circle of these never ends by itself. It may go through several
 * runtimes, whose calls have numbers of their own each: a number says something to the root that it stands in only.
 */
import { isAwaited } from "./host-call.ts";
import { originOf } from "./lineage.ts";
import type { Root, Task } from "./task.ts";

interface Wait {
  readonly task: Task;
  /** What it waits for. */
  readonly root: Root;
}

export interface Circle {
  /** The call that gives way. */
  readonly victim: Task;
  /**
   * Names of instances, the first one again at the end: a call that holds one of them waits for the next, itself or by a
   * call that its host function made. Others that it holds are none of it.
   */
  readonly cycle: readonly string[];
}

/**
 * The calls that would wait for each other if `task` waited for `root`: a call whose host function waits for several may be
 * in several circles. All are broken if one of each gives way: the call of the youngest chain, but where the circle goes
 * through a call that perhaps nobody waits for, that one. Where that is `task` itself, this one does for all.
 */
export function circlesOf(task: Task, root: Root): readonly Circle[] {
  const search = new CircleSearch(task, { task, root });
  const holder = holderOf(root);
  if (holder !== undefined) search.walk(holder);
  return search.circles;
}

/**
 * The same of a call that waits for its host function, which may wait for calls that it made before. Since these and others
 * queued, it was given what the others wait for, so that nobody has asked.
 */
export function circlesBehind(task: Task): readonly Circle[] {
  const search = new CircleSearch(task);
  for (const call of callsOf(task)) search.walk(call);
  return search.circles;
}

/** Who was in it last may have left it on the stack that runs: then whoever waits has it in turn. */
const holderOf = (root: Root): Task | undefined => (root.mayEnter ? undefined : root.heldBy);

const ageOf = ({ task }: Wait): number => originOf(task).sequence;

/** Where the walk stands in a call: at what that one waits for, then at each of those that it made. */
interface Step {
  readonly task: Task;
  readonly made: readonly Task[];
  /** Of these; −1 is the wait. */
  index: number;
}

/**
 * One walk through all waits, since thousands may stand in circles or in a line: a call from which no way leads on is left
 * for good, which it may be because no circle was there before. Who gives way does so with the calls that it made, and the
 * walk goes on in front of it; what lies behind it is walked again if another way leads there, from where it was left.
 */
class CircleSearch {
  circles: Circle[] = [];
  readonly #start: Task;
  readonly #latest: Wait | undefined;
  /** The call that would wait, and those above it; whether from there to itself each is waited for. */
  readonly #own = new Map<Task, boolean>();
  readonly #way: Step[] = [];
  /** On the way, or without a way on. */
  readonly #seen = new Set<Task>();
  readonly #ended = new Set<Task>();
  readonly #left = new Map<Task, Step>();

  constructor(task: Task, latest?: Wait) {
    this.#start = task;
    this.#latest = latest;
    let areAwaited = true;
    for (let each: Task | undefined = task; each !== undefined; each = each.parent) {
      this.#own.set(each, areAwaited);
      areAwaited &&= isAwaited(each);
    }
  }

  walk(first: Task): void {
    if (this.circles.at(-1)?.victim === this.#start) return;
    this.#enter(first);
    for (let step = this.#way.at(-1); step !== undefined; step = this.#way.at(-1)) {
      if (step.index >= step.made.length) this.#leave();
      else this.#enter(step.index < 0 ? nextOf(step.task) : step.made[step.index]);
    }
  }

  #enter(next: Task | undefined): void {
    if (next !== undefined && this.#own.has(next)) this.#close(next);
    else if (next === undefined || this.#seen.has(next) || this.#ended.has(next)) this.#goOn();
    else {
      this.#seen.add(next);
      const made = this.#left.get(next)?.made ?? callsOf(next);
      this.#way.push({ task: next, made, index: this.#left.get(next)?.index ?? -1 });
    }
  }

  #leave(): void {
    this.#way.pop();
    this.#goOn();
  }

  #goOn(): void {
    const step = this.#way.at(-1);
    if (step !== undefined) step.index += 1;
  }

  #close(own: Task): void {
    const victim = this.#victim(own);
    const waits = this.#waits();
    const cycle = [...waits, ...waits.slice(0, 1)].map(({ root }) => root.chainName);
    if (victim === this.#start) this.circles = [];
    this.circles.push({ victim, cycle });
    this.#giveWay(victim);
    this.#goOn();
  }

  /** The walk goes on in front of it: at the beginning, where it is the call from which the walk began. */
  #giveWay(victim: Task): void {
    const at = this.#way.findLastIndex(({ task }) => task === victim);
    for (const step of this.#way.splice(Math.max(at, 0))) {
      this.#seen.delete(step.task);
      this.#left.set(step.task, step);
    }
    // What it made ends with it, also where a way through others leads there.
    const ended = [victim];
    for (const each of ended) {
      if (this.#ended.has(each)) continue;
      this.#ended.add(each);
      for (const made of callsOf(each)) ended.push(made);
    }
  }

  #waits(): readonly Wait[] {
    const waits = this.#latest === undefined ? [] : [this.#latest];
    for (const { task, index } of this.#way) if (index < 0 && task.waitsFor) waits.push({ task, root: task.waitsFor });
    return waits;
  }

  #victim(own: Task): Task {
    if (this.#own.get(own) === false) return this.#start;
    const doubtful = this.#way.findLast(({ task }, at) => this.#isMadeBefore(at) && !isAwaited(task));
    return doubtful?.task ?? this.#waits().reduce((a, b) => (ageOf(b) > ageOf(a) ? b : a)).task;
  }

  /** Whether the call was come to from the one that made it, not from who waits for what it is in. */
  #isMadeBefore(at: number): boolean {
    const before = this.#way[at - 1];
    return before === undefined ? this.#latest === undefined : before.index >= 0;
  }
}

const nextOf = ({ waitsFor }: Task): Task | undefined => (waitsFor === undefined ? undefined : holderOf(waitsFor));

/** Calls that its host functions made and that have not ended: synchronous ones are known by the stack alone. */
export function callsOf(task: Task): readonly Task[] {
  const made = [...(task.children ?? [])];
  for (let { running } = task.root.tasks; running !== undefined; running = running.before) {
    if (running === running.root.task && running.parent === task) made.push(running);
  }
  return made;
}
