/**
 * Waiting. What is ready answers at once; what is not is a promise, which the runtime waits for where a call can be
 * suspended, and turns into the trap `cannot-block` where it cannot. So no function of WASI knows which of both it is.
 * Nothing goes on for a wait that is over, because one of several was ready first or because the instance has ended.
 */
import type { Linker } from "../runtime/linker.ts";

/** What a guest can wait for: a time, bytes to read, room to write. */
export interface Pollable {
  readonly isReady: boolean;
  /** If it is a time on a clock. Of all on one clock, of which a guest may make any number, the earliest is waited for. */
  readonly time?: { readonly clock: object; readonly whenNs: bigint };
  /**
   * Settles once it may be ready; never rejects: an error is something to be read, and so is ready.
   * @param signal aborted when nobody waits any more: timers are cleared then, and it may settle or not
   */
  whenReady(signal: AbortSignal): Promise<void>;
}

/** Those whose waiting is waiting for them all: a guest may list one as often as its memory has room for. */
function enoughOf(pollables: readonly Pollable[]): readonly Pollable[] {
  if (pollables.length === 1) return pollables;
  const enough = new Set<Pollable>();
  const earliest = new Map<object, { readonly pollable: Pollable; readonly whenNs: bigint }>();
  for (const pollable of pollables) {
    const { time } = pollable;
    if (time === undefined) {
      enough.add(pollable);
      continue;
    }
    const known = earliest.get(time.clock);
    if (known === undefined || time.whenNs < known.whenNs) earliest.set(time.clock, { pollable, whenNs: time.whenNs });
  }
  for (const { pollable } of earliest.values()) enough.add(pollable);
  return [...enough];
}

/** Timers come between what is before it and what is behind it, which they do not between microtasks. */
export const eventLoopTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 0);
  });

/** A value, or a promise of it. */
export type Later<T> = T | PromiseLike<T>;

/** A promise whose work begins when somebody waits for it: on a call that cannot be suspended no timer is left behind. */
class LateWork<T> implements PromiseLike<T> {
  readonly #pollables: readonly Pollable[];
  readonly #next: () => Later<T>;
  #begun: Promise<T> | undefined;
  #waits: Waits | undefined;
  #round: readonly AbortController[] = [];
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
    this.#endRound();
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
    const enough = enoughOf(pollables);
    while (!this.#isOver && !isAnyReady(enough)) {
      await this.#waitForAny(enough);
      // Whoever settles too early may do so again and again: that must not be all that ever happens.
      if (!this.#isOver && !isAnyReady(enough)) await eventLoopTurn();
    }
  }

  /** Each has a signal of its own: the listeners of one are looked through with each that is added. */
  async #waitForAny(pollables: readonly Pollable[]): Promise<void> {
    const waits = pollables.map((pollable) => ({ pollable, controller: new AbortController() }));
    this.#round = waits.map(({ controller }) => controller);
    try {
      await Promise.race(waits.map(({ pollable, controller }) => pollable.whenReady(controller.signal)));
    } finally {
      this.#endRound();
    }
  }

  #endRound(): void {
    for (const controller of this.#round) controller.abort();
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
