/** Indices of types that name none (WebAssembly 3.0, 3.2 Types): engines look at them in modules, nobody in components. */
import type { CoreRefType, CoreStorageType, CoreSubType } from "../decode/ast.ts";

/** The index that this type refers to, if there are not as many types. */
export const unknownTypeOf = (type: CoreStorageType, count: number): number | undefined =>
  typeof type === "string" ? undefined : unknownHeap(type, count);

const unknownHeap = ({ heap }: CoreRefType, count: number): number | undefined =>
  typeof heap === "number" && heap >= count ? heap : undefined;

/** The first index in a recursion group that is beyond it; supertypes stand before what is below them. */
export function unknownTypeIn(group: readonly CoreSubType[], start: number): number | undefined {
  const end = start + group.length;
  for (const [place, { supertypes, type }] of group.entries()) {
    const unknown =
      supertypes.find((index) => index >= start + place) ??
      partsOf(type)
        .map((part) => unknownTypeOf(part, end))
        .find((index) => index !== undefined);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function partsOf(type: CoreSubType["type"]): readonly CoreStorageType[] {
  if (type.kind === "func") return [...type.params, ...type.results];
  return type.kind === "array" ? [type.element.type] : type.fields.map((field) => field.type);
}
