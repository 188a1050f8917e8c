/** What a rewritten module imports for its accounts (meter.ts provides it). */

/** In the order in which they are imported. */
export const accountNames = ["check", "grow", "fuel", "depth"] as const;

export type AccountName = (typeof accountNames)[number];

/** Indices of what is imported for the accounts; each is absent if it was not asked for. */
export interface AccountIndices {
  /** (i32 reason) → i32: whether the instance must end. */
  readonly check: number | undefined;
  /** (i32 space and index, f64 current, f64 delta) → i32: whether the instance must end. */
  readonly grow: number | undefined;
  readonly fuel: number | undefined;
  readonly depth: number | undefined;
}
