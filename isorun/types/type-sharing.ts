/**
 * Which types generated code has a function of its own for, instead of writing them out where they stand. A file of some
 * hundred bytes can name one type twice in the next one, level by level: what is written out in place would grow with the
 * product, what stands in functions grows with the number of types. What is small is written out: a call takes longer.
 */
import type { ValueType } from "./component-types.ts";
import { partsOf } from "./value-type.ts";

/** A type that stands once is written out up to here: larger functions are compiled late, or never, by engines. */
const weightMax = 64;
/** One that stands more often only up to here. */
const repeatedWeightMax = 8;

const known = new WeakMap<ValueType, number>();

/** About how many statements are written for a type with all its parts in place. */
export function weightOf(type: ValueType): number {
  const before = known.get(type);
  if (before !== undefined) return before;
  const own = type.kind === "flags" ? type.labels.length : type.kind === "variant" ? type.cases.length : 0;
  const weight = partsOf(type).reduce((sum, part) => sum + weightOf(part), own + 1);
  known.set(type, weight);
  return weight;
}

export class TypeSharing {
  readonly #repeated = new Set<ValueType>();

  /** @param types what one signature names */
  constructor(types: Iterable<ValueType>) {
    const seen = new Set<ValueType>();
    const visit = (type: ValueType): void => {
      if (seen.has(type)) {
        this.#repeated.add(type);
        return;
      }
      seen.add(type);
      for (const part of partsOf(type)) visit(part);
    };
    for (const type of types) visit(type);
  }

  /** @param isFull whether the function that is being written has grown large already */
  isShared(type: ValueType, isFull: boolean): boolean {
    const weight = weightOf(type);
    return weight > weightMax || (weight > repeatedWeightMax && (isFull || this.#repeated.has(type)));
  }
}
