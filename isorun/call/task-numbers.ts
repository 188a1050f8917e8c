/**
 * Which call runs, told by its number in the memory of states: generated code writes it there, and most calls end without
 * anybody asking whose it is. Numbers of suspendable tasks are odd; others have the place of their root, which is even.
 */
import { dutyAddress, inHostAddress, pendingAddress, runningAddress } from "../adapter/state-memory.ts";
import type { Root, Task } from "./task.ts";

export const runningIndex = runningAddress / 4;
export const inHostIndex = inHostAddress / 4;
export const dutyIndex = dutyAddress / 4;
export const pendingIndex = pendingAddress / 4;

const idStep = 2;
const idMax = 2 ** 31 - 1;

export class TaskNumbers {
  readonly words: Int32Array;
  /** The one that began last, if it has not ended: most end before another begins, and never come into the map. */
  #latest: Task | undefined;
  readonly #suspendable = new Map<number, Task>();
  /** Until they are gone. A WeakRef would keep them until the end of the job, however many come and go in it. */
  readonly #roots = new Map<number, Root>();
  #lastId = -1;

  constructor(words: Int32Array) {
    this.words = words;
  }

  know(root: Root): void {
    this.#roots.set(root.place, root);
    root.onceGone(() => this.#roots.delete(root.place));
  }

  /** The number of the next suspendable task. */
  next(): number {
    do this.#lastId = this.#lastId + idStep > idMax ? 1 : this.#lastId + idStep;
    while (this.suspendable(this.#lastId) !== undefined);
    return this.#lastId;
  }

  add(task: Task): void {
    const before = this.#latest;
    if (before !== undefined) this.#suspendable.set(before.id, before);
    this.#latest = task;
  }

  remove(task: Task): void {
    if (this.#latest === task) this.#latest = undefined;
    else this.#suspendable.delete(task.id);
  }

  suspendable(id: number): Task | undefined {
    return this.#latest?.id === id ? this.#latest : this.#suspendable.get(id);
  }

  /** Whose core code runs. */
  get running(): Task | undefined {
    return this.numbered(this.words[runningIndex] ?? 0);
  }

  set running(task: Task | undefined) {
    this.words[runningIndex] = task === undefined ? 0 : task.id;
  }

  /** Whose host function runs. */
  get inHost(): Task | undefined {
    return this.numbered(this.words[inHostIndex] ?? 0);
  }

  /** As long as it has not ended. */
  numbered(id: number): Task | undefined {
    if (id === 0) return undefined;
    return id % idStep === 0 ? this.#roots.get(id)?.task : this.suspendable(id);
  }
}
