/**
 * Waiting. What is ready answers at once; what is not is a promise, which the runtime waits for where a call can be
 * suspended, and turns into the trap `cannot-block` where it cannot. So no function of WASI knows which of both it is.
 */

/** What a guest can wait for: a time, bytes to read, room to write. */
export interface Pollable {
  readonly isReady: boolean;
  /** Settles once it may be ready; never rejects: an error is something to be read, and so is ready. */
  whenReady(): Promise<void>;
}

/** A promise whose work begins when somebody waits for it: on a call that cannot be suspended no timer is left behind. */
class LateWork<T> implements PromiseLike<T> {
  readonly #work: () => Promise<T>;
  #begun: Promise<T> | undefined;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#begun ??= this.#work();
    return this.#begun.then(onValue, onError);
  }
}

export type Later<T> = T | PromiseLike<T>;

/** Runs `next` as soon as one of them is ready: at once if one is. */
export function whenAnyReady<T>(pollables: readonly Pollable[], next: () => Later<T>): Later<T> {
  const isAnyReady = (): boolean => pollables.some(({ isReady }) => isReady);
  if (isAnyReady()) return next();
  return new LateWork(async () => {
    while (!isAnyReady()) await Promise.race(pollables.map((pollable) => pollable.whenReady()));
    return next();
  });
}
