/** Errors for values that do not fit. A function of generated text that looks at a part does not know where that stands. */
import { argumentError } from "../../core/argument-error.ts";
import { type Refusal, refusalOf, type ValuePlace } from "./value-place.ts";

/** Where paths begin of which the beginning is not known yet. */
export const somewhere = "…";

type Named = (words: string) => string;

/** What errors were made of, for whoever knows more of the place. */
const refusals = new WeakMap<Error, Refusal>();

export function refusalError(refusal: Refusal, named: Named): Error {
  const error = argumentError(named(refusalOf(refusal)));
  refusals.set(error, refusal);
  return error;
}

export type OuterPlace = Pick<ValuePlace, "path" | "param">;

interface Outer {
  /** Where the whole stands of which a part was looked at. */
  readonly place: OuterPlace;
  readonly items: readonly number[];
  readonly named: Named;
}

/** The same refusal as it is seen from outside; any other error as it is. */
export function errorIn(error: unknown, { place: { path, param }, items, named }: Outer): unknown {
  const refusal = error instanceof Error ? refusals.get(error) : undefined;
  if (refusal === undefined) return error;
  const [first = "", ...rest] = refusal.place.path;
  // One that was thrown by a getter is known too, if a call has told the host of it: its place is complete.
  if (!first.startsWith(somewhere)) return error;
  const whole = [...path.slice(0, -1), `${path.at(-1) ?? ""}${first.slice(somewhere.length)}`, ...rest];
  const place = { ...refusal.place, path: whole, param };
  return refusalError({ ...refusal, place, items: [...items, ...refusal.items] }, named);
}
