/** Which core types may be declared below which, by what they are made of (WebAssembly 3.0, 3.2 Types). */
import type { CoreFieldType, CoreStorageType } from "../decode/ast.ts";
import { isHeapBelow, supertypesMax } from "./core-matching.ts";
import type { CoreTypeKey } from "./core-type-key.ts";
import type { CoreTypeSpace, DefinedCoreType } from "./core-types.ts";

/** A type where it stands: the space says what its indices mean. */
interface Placed<T> {
  readonly type: T;
  readonly home: CoreTypeSpace;
}

function isStorageBelow(actual: Placed<CoreStorageType>, expected: Placed<CoreStorageType>): boolean {
  const [below, above] = [actual.type, expected.type];
  if (typeof below === "string" || typeof above === "string") return below === above;
  if (below.isNullable && !above.isNullable) return false;
  const heapOf = (heap: string | number, home: CoreTypeSpace) => (typeof heap === "string" ? heap : home.keyAt(heap));
  return isHeapBelow(heapOf(below.heap, actual.home), heapOf(above.heap, expected.home));
}

function isFieldBelow(actual: Placed<CoreFieldType>, expected: Placed<CoreFieldType>): boolean {
  if (actual.type.isMutable !== expected.type.isMutable) return false;
  const below = { type: actual.type.type, home: actual.home };
  const above = { type: expected.type.type, home: expected.home };
  return isStorageBelow(below, above) && (!actual.type.isMutable || isStorageBelow(above, below));
}

/** All of the second list stand at the same places in the first one, or are above what stands there. */
function areBelow<T>(
  actual: Placed<readonly T[]>,
  expected: Placed<readonly T[]>,
  isOneBelow: (one: Placed<T>, other: Placed<T>) => boolean,
): boolean {
  return expected.type.every((above, index) => {
    const below = actual.type[index];
    return below !== undefined && isOneBelow({ type: below, home: actual.home }, { type: above, home: expected.home });
  });
}

/** Whether one may be declared below the other, by what they are made of. */
function isStructureBelow(actual: DefinedCoreType, expected: DefinedCoreType): boolean {
  const [below, above] = [actual.type.type, expected.type.type];
  const [low, high] = [actual.home, expected.home];
  if (below.kind === "func" && above.kind === "func") {
    if (below.params.length !== above.params.length || below.results.length !== above.results.length) return false;
    return (
      areBelow({ type: above.params, home: high }, { type: below.params, home: low }, isStorageBelow) &&
      areBelow({ type: below.results, home: low }, { type: above.results, home: high }, isStorageBelow)
    );
  }
  if (below.kind === "struct" && above.kind === "struct") {
    return areBelow({ type: below.fields, home: low }, { type: above.fields, home: high }, isFieldBelow);
  }
  if (below.kind !== "array" || above.kind !== "array") return false;
  return isFieldBelow({ type: below.element, home: low }, { type: above.element, home: high });
}

function supertypesOf({ rank }: CoreTypeKey): number {
  let count = 0;
  for (let type = rank?.supertype; type !== undefined; type = type.rank?.supertype) count += 1;
  return count;
}

/** Why the type with this index is not valid below what it declares itself to be below; undefined if it is. */
export function subTypeProblem(types: CoreTypeSpace, index: number): string | undefined {
  const own = types.definedAt(index);
  if (own === undefined) return undefined;
  const [supertype, second] = own.type.supertypes;
  if (second !== undefined) return "sub type has more than one super type";
  const above = supertype === undefined ? undefined : types.definedAt(supertype);
  if (above === undefined) return undefined;
  if (above.type.isFinal) return "sub type cannot have a final super type";
  if (!isStructureBelow(own, above)) return "sub type must match super type";
  const depth = supertypesOf(own.key);
  if (depth <= supertypesMax) return undefined;
  return `sub type hierarchy too deep: found depth ${depth}, cannot exceed depth ${supertypesMax}`;
}
