import { isValidName, normalizeName } from "./name.ts";

/** Stands for every name. */
export const allNames = ":all:";

/**
 * Names as `--no-binary` and its kin take them: parted by commas; `:all:` stands for every one, `:none:` forgets those
 * before it. The answer is normalised names, or `:all:` alone. What is neither goes to `refuse`, whose error is thrown.
 */
export function parseNameList(values: readonly string[], refuse: (text: string) => Error): readonly string[] {
  let names = new Set<string>();
  for (const value of values) {
    for (const part of value.split(",").map((text) => text.trim())) {
      const name = normalizeName(part);
      if (name === ":none:") names = new Set();
      else if (name === allNames) names = new Set([allNames]);
      else if (!isValidName(part)) throw refuse(value);
      else if (!names.has(allNames)) names.add(name);
    }
  }
  return [...names];
}
