/** Where values stand in a memory with addresses of 32 bits (Canonical ABI, Alignment and Element Size). */
import type { ValueType } from "./component-types.ts";
import { alignTo, discriminantSize, flagsSize, partsOf } from "./value-type.ts";

export interface Layout {
  readonly size: number;
  readonly align: number;
}

const known = new WeakMap<ValueType, Layout>();

export function layoutOf(type: ValueType): Layout {
  const before = known.get(type);
  if (before !== undefined) return before;
  const layout = compute(type);
  known.set(type, layout);
  return layout;
}

const pointerPair: Layout = { size: 8, align: 4 };

function compute(type: ValueType): Layout {
  if (type.kind === "primitive") {
    if (type.primitive === "string") return pointerPair;
    return { size: type.size64, align: type.align64 };
  }
  if (type.kind === "list" || type.kind === "map") return pointerPair;
  if (type.kind === "record" || type.kind === "tuple") return sequenceOf(partsOf(type));
  if (type.kind === "fixed-list") {
    const { size, align } = layoutOf(type.element);
    return { size: size * type.length, align };
  }
  if (type.kind === "flags") {
    const size = flagsSize(type.labels.length);
    return { size, align: size };
  }
  const cases = payloadsOf(type);
  if (cases === undefined) return { size: 4, align: 4 };
  const { payloadOffset, payloadAlign } = variantLayout(cases);
  const size = cases.reduce((most, each) => (each === undefined ? most : Math.max(most, layoutOf(each).size)), 0);
  const align = Math.max(payloadAlign, discriminantSize(cases.length));
  return { size: alignTo(payloadOffset + size, align), align };
}

/** The cases of a variant or what is one in disguise (Despecialization), in order; undefined for other types. */
export function payloadsOf(type: ValueType): readonly (ValueType | undefined)[] | undefined {
  if (type.kind === "variant") return type.cases.map((each) => each.type);
  if (type.kind === "enum") return type.labels.map(() => undefined);
  if (type.kind === "option") return [undefined, type.type];
  return type.kind === "result" ? [type.ok, type.error] : undefined;
}

export interface VariantLayout {
  readonly payloadOffset: number;
  readonly payloadAlign: number;
}

export function variantLayout(cases: readonly (ValueType | undefined)[]): VariantLayout {
  const payloadAlign = cases.reduce(
    (most, each) => (each === undefined ? most : Math.max(most, layoutOf(each).align)),
    1,
  );
  return { payloadOffset: alignTo(discriminantSize(cases.length), payloadAlign), payloadAlign };
}

/** A record of these. */
export function sequenceOf(types: readonly ValueType[]): Layout {
  const offsets = offsetsOf(types);
  const align = types.reduce((most, type) => Math.max(most, layoutOf(type).align), 1);
  const last = types.at(-1);
  const end = last === undefined ? 0 : (offsets.at(-1) ?? 0) + layoutOf(last).size;
  return { size: alignTo(end, align), align };
}

/** Where each of them begins, in bytes from the start of the record. */
export function offsetsOf(types: readonly ValueType[]): readonly number[] {
  let end = 0;
  return types.map((type) => {
    const { size, align } = layoutOf(type);
    const start = alignTo(end, align);
    end = start + size;
    return start;
  });
}
