/**
 * The words of `pybun env create`, parted into the place and the wish: the same wish at any place is remembered once.
 * Shared by the warm path and by the long way that writes the record, so that both mean the same.
 */

export interface CreateWords {
  /** What stands after `--dir`. */
  readonly directory: string;
  /** All other words, with a bare `--dir` where the place was named: the same words elsewhere may mean something else. */
  readonly wish: readonly string[];
}

/** Undefined where no place is named, or in a form that needs the argument parser. */
export function splitCreateWords(argv: readonly string[]): CreateWords | undefined {
  const [group, command, ...words] = argv;
  if (group !== "env" || command !== "create" || words.includes("--")) return undefined;
  const wish = words
    .filter((word, index) => words[index - 1] !== "--dir")
    .map((word) => word.replace(/^--dir=.*/s, "--dir"));
  const place = words.findIndex((word) => word === "--dir" || word.startsWith("--dir="));
  const directory = words[place] === "--dir" ? words[place + 1] : words[place]?.slice("--dir=".length);
  const isOnce = wish.filter((word) => word === "--dir").length === 1;
  return isOnce && directory ? { directory, wish } : undefined;
}
