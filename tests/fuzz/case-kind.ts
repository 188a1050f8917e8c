/** What all kinds of cases have in common. */

/** Cases of one scene share what is expensive to make: a component, a random type. */
export const casesPerScene = 32;

export interface CaseSeed {
  readonly scene: number;
  /** Below `casesPerScene`. */
  readonly call: number;
}

/** How a case ended, in one or two words: the scoreboard counts them. */
export type Ending = string;

export interface CaseKind {
  /** @throws whatever it finds: what is thrown is a finding */
  readonly run: (seed: CaseSeed) => Ending | Promise<Ending>;
  /** Of so many cases of all kinds, how many are of this one. */
  readonly share: number;
}

/** A rule of the fuzzer itself that was broken. */
export class Finding extends Error {}

/** The last scene is kept: cases come in order. */
export function keptScene<T>(make: (seed: number) => T): (seed: number) => T {
  let kept: { readonly seed: number; readonly scene: T } | undefined;
  return (seed) => {
    if (kept?.seed !== seed) kept = { seed, scene: make(seed) };
    return kept.scene;
  };
}
