/**
 * Waiting. What is ready answers at once; what is not is a promise, which the runtime waits for where a call can be
 * suspended, and turns into the trap `cannot-block` where it cannot. So no function of WASI knows which of both it is.
 * Nothing goes on for a wait that is over, because one of several was ready first or because the instance has ended.
 */
import type { Linker } from "../runtime/linker.ts";

/** What a guest can wait for: a time, bytes to read, room to write. */
export interface Pollable {
  readonly isReady: boolean;
  /**
   * Settles once it may be ready; never rejects: an error is something to be read, and so is ready.
   * @param signal aborted when nobody waits any more: timers are cleared then, and it may settle or not
   */
  whenReady(signal: AbortSignal): Promise<void>;
}

export type Later<T> = T | PromiseLike<T>;

/** A promise whose work begins when somebody waits for it: on a call that cannot be suspended no timer is left behind. */
class LateWork<T> implements PromiseLike<T> {
  readonly #pollables: readonly Pollable[];
  readonly #next: () => Later<T>;
  #begun: Promise<T> | undefined;
  #waits: Waits | undefined;
  #round: AbortController | undefined;
  #isOver = false;

  constructor(pollables: readonly Pollable[], next: () => Later<T>) {
    this.#pollables = pollables;
    this.#next = next;
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#begun ??= this.#run();
    return this.#begun.then(onValue, onError);
  }

  countedBy(waits: Waits): void {
    this.#waits = waits;
  }

  /** It never settles then, and does nothing of what was to come next. */
  giveUp(): void {
    this.#isOver = true;
    this.#round?.abort();
  }

  async #run(): Promise<T> {
    this.#waits?.add(this);
    try {
      return await this.#stepsFrom(this);
    } finally {
      this.#waits?.delete(this);
    }
  }

  async #stepsFrom(first: LateWork<T>): Promise<T> {
    for (let step = first; ; ) {
      await this.#untilReady(step.#pollables);
      if (this.#isOver) return await new Promise<never>(() => undefined);
      const next = step.#next();
      if (!(next instanceof LateWork)) return next;
      step = next;
    }
  }

  async #untilReady(pollables: readonly Pollable[]): Promise<void> {
    while (!this.#isOver && !isAnyReady(pollables)) {
      const round = new AbortController();
      this.#round = round;
      try {
        await Promise.race(pollables.map((pollable) => pollable.whenReady(round.signal)));
      } finally {
        round.abort();
      }
    }
  }
}

const isAnyReady = (pollables: readonly Pollable[]): boolean => pollables.some(({ isReady }) => isReady);

/** Runs `next` as soon as one of them is ready: at once if one is. */
export const whenAnyReady = <T>(pollables: readonly Pollable[], next: () => Later<T>): Later<T> =>
  isAnyReady(pollables) ? next() : new LateWork(pollables, next);

/** What one instance waits for, which nobody does when it has ended. */
export class Waits {
  readonly #works = new Set<LateWork<unknown>>();
  #isOver = false;

  constructor(linker: Linker) {
    linker.onEnd(() => {
      this.#isOver = true;
      for (const work of this.#works) work.giveUp();
      this.#works.clear();
    });
  }

  /** The same answer, given up with the instance. */
  of<T>(answer: Later<T>): Later<T> {
    if (answer instanceof LateWork) answer.countedBy(this);
    return answer;
  }

  add(work: LateWork<unknown>): void {
    if (this.#isOver) work.giveUp();
    else this.#works.add(work);
  }

  delete(work: LateWork<unknown>): void {
    this.#works.delete(work);
  }
}

/** Those who wait for the same thing. A promise for all of them would keep each until it settles, which it may never. */
export class Waiters {
  readonly #wakes = new Set<() => void>();

  /** Settles with the next `wake`, or when nobody waits any more. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        resolve();
      };
      this.#wakes.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  wake(): void {
    for (const wake of this.#wakes) wake();
  }
}
