/** Options that a program gives to what is made: a name that nobody knows would say nothing, and is refused. */
import { argumentError } from "../../core/argument-error.ts";
import { type Oddity, oddityOf } from "../../core/known-fields.ts";
import { nearest } from "../../core/nearest.ts";
import { nameOf } from "../call/check-value.ts";

/**
 * The options that are set, each read once by its name, so that getters and what is inherited count.
 * @param whose what takes them, as messages begin with
 * @throws TypeError (`invalid-argument`) for what is no object, or one without any of the options, such as an array, and for
 *   an option that there is not
 */
export function requireOptions<T extends object>(given: T, whose: string, known: readonly (keyof T & string)[]): T {
  const oddity = typeof given !== "object" || given === null ? otherKind : oddityOf(given, known);
  if (oddity?.kind === "other" || Array.isArray(given)) {
    throw argumentError(`the options of ${whose} must be an object, found ${otherThan(given)}`);
  }
  if (oddity?.kind === "unknown") {
    const [meant] = nearest(oddity.name, known, { limit: 1 });
    const hint = meant === undefined ? `: it has ${known.join(", ")}` : `: did you mean '${meant}'?`;
    throw argumentError(`${whose} has no option ${nameOf(oddity.name)}${hint}`);
  }
  const options = known.map((name) => [name, given[name]] as const).filter(([, value]) => value !== undefined);
  // Sound: each value is that of the same option, and no other one is there.
  return Object.fromEntries(options) as T;
}

const otherKind: Oddity = { kind: "other" };

/** As messages name what cannot be the options of anything. */
export const otherThan = (given: unknown): string =>
  typeof given !== "object" || given === null
    ? nameOf(given)
    : Array.isArray(given)
      ? "an array"
      : "one of another kind";

/**
 * One of some words.
 * @throws TypeError (`invalid-argument`)
 */
export function requireWord(given: unknown, whose: string, words: readonly string[]): void {
  if (words.some((word) => word === given)) return;
  const all = words.map((word) => `'${word}'`).join(" or ");
  throw argumentError(`${whose} must be ${all}, found ${nameOf(given)}`);
}
