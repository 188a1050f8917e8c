/**
 * How far from its end a wheel's METADATA begins, learnt from the wheels of the same project that were read before.
 *
 * The files of a project hardly change from one version to the next, nor does the place of METADATA; a project of a
 * thousand files has it behind a central directory of a hundred kilobytes. Where one wheel took three requests, the
 * next ones take one.
 */

export interface TailReach {
  /** How many of the last bytes of the project's next wheel to ask for. */
  readonly guess: (project: string) => number;
  /** A wheel of the project was read; what was needed of it began so many bytes before its end. */
  readonly learn: (project: string, bytes: number) => void;
}

/** Holds directory and METADATA of nearly every wheel of fewer than a few hundred files. */
export const firstTailBytes = 32 * 1024;
/** Beyond this a second request for METADATA alone takes less time than the bytes between. */
const guessBytesMax = 256 * 1024;

export function openTailReach(): TailReach {
  const known = new Map<string, number>();
  return {
    guess: (project) => known.get(project) ?? firstTailBytes,
    learn(project, bytes) {
      // Room for a neighbour with some files more.
      const wanted = Math.ceil(bytes * 1.06) + 1024;
      if (wanted <= guessBytesMax) known.set(project, Math.max(known.get(project) ?? firstTailBytes, wanted));
    },
  };
}
