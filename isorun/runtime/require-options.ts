/** Options that a program gives to what is made: a name that nobody knows would say nothing, and is refused. */
import { argumentError } from "../../core/argument-error.ts";
import { nearest } from "../../core/nearest.ts";
import { nameOf } from "../call/check-value.ts";

/**
 * The options, each read once.
 * @param whose what takes them, as messages begin with
 * @throws TypeError (`invalid-argument`) for what is no object, and for an option that there is not
 */
export function requireOptions<T extends object>(given: T, whose: string, known: readonly (keyof T & string)[]): T {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw argumentError(`the options of ${whose} must be an object, found ${nameOf(given)}`);
  }
  const options = { ...given };
  const unknown = Object.keys(options).find((name) => !known.some((each) => each === name));
  if (unknown === undefined) return options;
  const [meant] = nearest(unknown, known, { limit: 1 });
  const hint = meant === undefined ? `: it has ${known.join(", ")}` : `: did you mean '${meant}'?`;
  throw argumentError(`${whose} has no option ${nameOf(unknown)}${hint}`);
}

/**
 * One of some words.
 * @throws TypeError (`invalid-argument`)
 */
export function requireWord(given: unknown, whose: string, words: readonly string[]): void {
  if (words.some((word) => word === given)) return;
  const all = words.map((word) => `'${word}'`).join(" or ");
  throw argumentError(`${whose} must be ${all}, found ${nameOf(given)}`);
}
