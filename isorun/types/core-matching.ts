/** Which core types are below which, by what they say of themselves (WebAssembly 3.0, 3.3 Matching). */
import type { CoreTypeKey } from "./core-type-key.ts";

/** Engines allow no more (JavaScript Interface, Limits). */
export const supertypesMax = 63;

/** Of defined types: what is below another one says so, itself or through others. */
export function isBelow(actual: CoreTypeKey, expected: CoreTypeKey): boolean {
  let type: CoreTypeKey | undefined = actual;
  for (let count = 0; type !== undefined && count <= supertypesMax; count += 1) {
    if (type === expected) return true;
    type = type.rank?.supertype;
  }
  return false;
}

const abstractAbove: Readonly<Record<string, readonly string[]>> = {
  none: ["i31", "struct", "array", "eq", "any"],
  i31: ["eq", "any"],
  struct: ["eq", "any"],
  array: ["eq", "any"],
  eq: ["any"],
  nofunc: ["func"],
  noextern: ["extern"],
  noexn: ["exn"],
  nocont: ["cont"],
};

/** Of heap types: abstract ones by name, others by key. */
export function isHeapBelow(actual: string | CoreTypeKey, expected: string | CoreTypeKey): boolean {
  if (typeof actual !== "string") {
    if (typeof expected !== "string") return isBelow(actual, expected);
    return actual.rank !== undefined && isHeapBelow(actual.rank.composite, expected);
  }
  if (typeof expected !== "string") return actual === (expected.rank?.composite === "func" ? "nofunc" : "none");
  return actual === expected || abstractAbove[actual]?.includes(expected) === true;
}
