/** A place at which a stack waits, until somebody completes it. */
import type { HostCall } from "./host-call.ts";

/** What a stack waits for has an answer, or failed. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** One place at which a stack waits. Answers after the first one are late, and nobody's. */
export class Suspension {
  /** The task's number, which is how the stack finds back. */
  readonly promise: Promise<number>;
  outcome: Outcome | undefined;
  hostCall: HostCall | undefined;
  #resume: (() => void) | undefined;
  readonly #giveUp: ((value: unknown) => void) | undefined;

  /** @param giveUp is given the value if the stack does not go on with it; it must not throw */
  constructor(task: { readonly id: number }, giveUp?: (value: unknown) => void) {
    this.#giveUp = giveUp;
    this.promise = new Promise((resolve) => {
      this.#resume = () => resolve(task.id);
    });
  }

  /** Also where nobody waits for it any more: its failure must not end the process. Its `then` may be anybody's. */
  follow(answer: PromiseLike<unknown>): void {
    Promise.resolve(answer).then(
      (value) => this.complete({ value }),
      (error: unknown) => this.complete({ error }),
    );
  }

  /** The stack ends instead of going on with what there is. */
  lose(outcome = this.outcome): void {
    if (outcome !== undefined && "value" in outcome) this.#giveUp?.(outcome.value);
  }

  /** Nobody waits, or ever did: an answer that still comes is late. @throws the reason */
  fail(reason: unknown): never {
    this.complete({ error: reason });
    throw reason;
  }

  /** @returns whether it is this outcome that the stack goes on with */
  complete(outcome: Outcome): boolean {
    const resume = this.#resume;
    if (resume === undefined) {
      this.lose(outcome);
      return false;
    }
    // A promise that never settles would otherwise hold the whole stack.
    this.#resume = undefined;
    this.outcome = outcome;
    if (this.hostCall !== undefined) this.hostCall.hasAnswered = true;
    resume();
    return true;
  }
}
