/**
 * What is lent to calls of the host. A call has what it was lent until it ends, and may lend it on: also where the instance
 * that it was lent by ends meanwhile, whose trap is none of its own (spec: rule 2). So whatever is lent counts the calls
 * that have it, by whichever way, and the destructor of what is owned runs behind the last of them.
 */
export interface Lender {
  /** How many calls of the host run that have it, or something that is lent of it. */
  calls: number;
  /** What it is lent of; undefined for what is owned. */
  readonly lender: Lender | undefined;
  /** Told once that no call has it any more. */
  whenFree?: (() => void) | undefined;
}

/** A call is lent it, until `endLoan`. */
export function beginLoan(lent: Lender): void {
  for (let lender: Lender | undefined = lent; lender !== undefined; lender = lender.lender) lender.calls += 1;
}

export function endLoan(lent: Lender): void {
  for (let lender: Lender | undefined = lent; lender !== undefined; lender = lender.lender) {
    lender.calls -= 1;
    if (lender.calls > 0 || lender.whenFree === undefined) continue;
    // The instance whose call ends is entered still.
    queueMicrotask(lender.whenFree);
    lender.whenFree = undefined;
  }
}

/** At once if no call has it. */
export function onceFree(lender: Lender, run: () => void): void {
  if (lender.calls === 0) run();
  else lender.whenFree = run;
}
