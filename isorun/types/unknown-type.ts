/** Indices of types that name none (WebAssembly 3.0, 3.2 Types): engines look at them in modules, nobody in components. */
import type { CoreRefType, CoreStorageType, CoreSubType } from "../decode/ast.ts";
import type { CoreTypeSpace } from "./core-types.ts";

/** Whether an index is that of a type which others may name. */
type IsKnown = (index: number) => boolean;

/** The index that this type refers to, if it is not known. */
export const unknownTypeOf = (type: CoreStorageType, isKnown: IsKnown): number | undefined =>
  typeof type === "string" ? undefined : unknownHeap(type, isKnown);

const unknownHeap = ({ heap }: CoreRefType, isKnown: IsKnown): number | undefined =>
  typeof heap === "number" && !isKnown(heap) ? heap : undefined;

/** The first index in a recursion group that is beyond it; supertypes stand before what is below them. */
export function unknownTypeIn(group: readonly CoreSubType[], types: CoreTypeSpace): number | undefined {
  const start = types.size;
  const isBefore = (index: number, end: number): boolean =>
    index < start ? types.at(index) !== undefined : index < end;
  for (const [place, { supertypes, type }] of group.entries()) {
    const unknown =
      supertypes.find((index) => !isBefore(index, start + place)) ??
      partsOf(type)
        .map((part) => unknownTypeOf(part, (index) => isBefore(index, start + group.length)))
        .find((index) => index !== undefined);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function partsOf(type: CoreSubType["type"]): readonly CoreStorageType[] {
  if (type.kind === "func") return [...type.params, ...type.results];
  return type.kind === "array" ? [type.element.type] : type.fields.map((field) => field.type);
}
