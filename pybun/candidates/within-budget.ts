/** Attempts that nobody waits for any longer than a while. */

/** Why an attempt ended that nobody waits for any more. A class, because `catch` tells it from failures by its type. */
export class AttemptEnded extends Error {}

export interface Attempting {
  /** Ends the attempt when the budget is spent, or with the whole command. */
  readonly signal: AbortSignal;
  /** The outcome, or undefined once the budget is spent. */
  readonly inTime: <T>(outcome: Promise<T>) => Promise<T | undefined>;
}

/** Gives attempts a time; rejects with what `work` rejects with. */
export async function withinBudget<T>(
  { budgetMs, signal: whole }: { readonly budgetMs: number; readonly signal: AbortSignal | undefined },
  work: (attempting: Attempting) => Promise<T>,
): Promise<T> {
  const { promise: overdue, resolve: expire } = Promise.withResolvers<undefined>();
  const ending = new AbortController();
  const timer = setTimeout(() => {
    ending.abort(new AttemptEnded());
    expire(undefined);
  }, budgetMs);
  try {
    const signal = whole === undefined ? ending.signal : AbortSignal.any([whole, ending.signal]);
    return await work({ signal, inTime: (outcome) => Promise.race([outcome, overdue]) });
  } finally {
    clearTimeout(timer);
  }
}
