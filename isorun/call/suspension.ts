/** A place at which a stack waits, until somebody completes it. */

/** What a stack waits for has an answer, or failed. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** One place at which a stack waits. Answers after the first one are late, and nobody's. */
export class Suspension {
  /** The task's number, which is how the stack finds back. */
  readonly promise: Promise<number>;
  outcome: Outcome | undefined;
  #resume: (() => void) | undefined;

  constructor(task: { readonly id: number }) {
    this.promise = new Promise((resolve) => {
      this.#resume = () => resolve(task.id);
    });
  }

  /** @returns whether it is this outcome that the stack goes on with */
  complete(outcome: Outcome): boolean {
    const resume = this.#resume;
    if (resume === undefined) return false;
    // A promise that never settles would otherwise hold the whole stack.
    this.#resume = undefined;
    this.outcome = outcome;
    resume();
    return true;
  }
}
