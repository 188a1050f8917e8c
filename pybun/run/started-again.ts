/**
 * The guard against a file that starts `pybun run` on itself, for ever: by a first line that names us by another name,
 * or by a line of shell at its top. Who does that wants Python, and gets it.
 *
 * The mark holds our process and the words that it became a program by. A program that is that process, or its child
 * where its output is captured, and gives us the same words again has come round once. The name is none of those that
 * choose warm records (warm-key.ts).
 */
export const startedName = "_PYBUN_RUN";

/** The whole path of a program, and its arguments. */
export type StartedWords = readonly [program: string, ...args: readonly string[]];

export const startedMark = (words: StartedWords): string => `${process.pid}.${hashOf(words)}`;

export function isStartedAgain(mark: string | undefined, words: StartedWords): boolean {
  if (mark === undefined) return false;
  const hash = hashOf(words);
  return mark === `${process.pid}.${hash}` || mark === `${process.ppid}.${hash}`;
}

const hashOf = (words: StartedWords): string =>
  new Bun.CryptoHasher("sha256").update(words.join("\0")).digest("hex").slice(0, 32);
