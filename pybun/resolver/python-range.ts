/** Requires-Python as the resolver reads it: a lower bound. */
import { anyVersion, noVersion, rangeBetween, rangeContains, type VersionRange } from "../versions/range.ts";
import { tryParseSpecifiers } from "../versions/specifier.ts";
import { specifiersToRange } from "../versions/specifier-range.ts";
import { KEY_END } from "../versions/version-key.ts";

const known = new Map<string, VersionRange>();

/**
 * The Pythons that a Requires-Python admits, its upper bounds left out: they are guesses about the future, and obeying
 * them would select old releases that only forgot to guess. A text that is no specifier restricts nothing.
 */
export function pythonRange(requiresPython: string): VersionRange {
  const cached = known.get(requiresPython);
  if (cached !== undefined) return cached;
  const specifiers = tryParseSpecifiers(requiresPython);
  const from = specifiers === undefined ? anyVersion[0] : specifiersToRange(specifiers)[0];
  const range = from === undefined ? noVersion : rangeBetween(from, KEY_END);
  known.set(requiresPython, range);
  return range;
}

/** Whether a release with this Requires-Python can be used by the Python of this version key. */
export const admitsPython = (requiresPython: string, pythonKey: string): boolean =>
  rangeContains(pythonRange(requiresPython), pythonKey);
