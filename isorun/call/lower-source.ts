/**
 * Generates the JavaScript that lowers values: into memory (Canonical ABI, Storing) and to flat core values (Flat
 * Lowering). Each property of a value is read once, so that a lying getter cannot answer twice. The text expects `cx`
 * (support.ts), `m` and `r` as in lift-source.ts.
 */
import type { Primitive } from "../decode/ast.ts";
import type { ValueType } from "../types/component-types.ts";
import { type FlatType, flattenType } from "../types/flatten.ts";
import { layoutOf, offsetsOf, payloadsOf, variantLayout } from "../types/layout.ts";
import { propertyName } from "../types/property-name.ts";
import { discriminantSize, flagsSize } from "../types/value-type.ts";
import { layoutOfPair } from "./lift-source.ts";
import { plus, type Source, typedArrays } from "./source.ts";

type InOption = { readonly isInOption?: boolean };

type Scalar = Exclude<Primitive, "string" | "error-context">;

const stores: Readonly<Record<Scalar, (at: string, value: string) => string>> = {
  bool: (at, value) => `m.bytes[${at}] = ${value};`,
  u8: (at, value) => `m.bytes[${at}] = ${value};`,
  s8: (at, value) => `m.view.setInt8(${at}, ${value});`,
  u16: (at, value) => `m.view.setUint16(${at}, ${value}, true);`,
  s16: (at, value) => `m.view.setInt16(${at}, ${value}, true);`,
  u32: (at, value) => `m.view.setUint32(${at}, ${value}, true);`,
  s32: (at, value) => `m.view.setInt32(${at}, ${value}, true);`,
  u64: (at, value) => `m.view.setBigUint64(${at}, ${value}, true);`,
  s64: (at, value) => `m.view.setBigInt64(${at}, ${value}, true);`,
  f32: (at, value) => `m.view.setFloat32(${at}, ${value}, true);`,
  f64: (at, value) => `m.view.setFloat64(${at}, ${value}, true);`,
  char: (at, value) => `m.view.setUint32(${at}, ${value}, true);`,
};

/** What most values pass without a call. */
const passes: Partial<Readonly<Record<Scalar, (value: string) => string>>> = {
  u32: (value) => `${value} >>> 0 === ${value}`,
  s32: (value) => `(${value} | 0) === ${value}`,
};

/** The checked core value of a scalar. */
function scalar(type: Scalar, value: string): string {
  const test = passes[type];
  const checked = `cx.${type}(${value})`;
  return test === undefined ? checked : `(${test(value)} ? ${value} : ${checked})`;
}

const storeWord = (pointer: string, offset: number, value: string): string =>
  `m.view.setUint32(${plus(pointer, offset)}, ${value}, true);`;

/** Statements that put `value`, the name of a variable, at `pointer`. */
export function emitStore(source: Source, type: ValueType, place: { value: string; pointer: string } & InOption): void {
  const { value, pointer } = place;
  if (type.kind === "primitive") return storePrimitive(source, type.primitive, place);
  if (type.kind === "list" || type.kind === "map") {
    const [at, count] = emitSequence(source, type, value);
    source.line(storeWord(pointer, 0, at));
    source.line(storeWord(pointer, 4, count));
  } else if (type.kind === "own" || type.kind === "borrow") {
    source.line(storeWord(pointer, 0, lowerHandle(source, type, value)));
  } else if (type.kind === "record" || type.kind === "tuple") {
    storeFields(source, type, place);
  } else if (type.kind === "flags") {
    source.line(storeInteger(pointer, flagsSize(type.labels.length), packFlags(source, type.labels, value)));
  } else if (type.kind === "fixed-list") {
    const items = source.let(`cx.itemsOf(${value}, ${type.length})`, "a");
    storeItems(source, type.element, { items, start: pointer });
  } else {
    storeVariant(source, type, place);
  }
}

function storePrimitive(
  source: Source,
  primitive: Primitive,
  { value, pointer }: { value: string; pointer: string },
): void {
  if (primitive === "error-context") return;
  if (primitive !== "string") {
    source.line(stores[primitive](pointer, scalar(primitive, value)));
    return;
  }
  const start = source.let(`cx.lowerString(${value})`, "s");
  source.line(storeWord(pointer, 0, start));
  source.line(storeWord(pointer, 4, "cx.units"));
}

const storeInteger = (pointer: string, size: 1 | 2 | 4, value: string): string =>
  size === 1
    ? `m.bytes[${pointer}] = ${value};`
    : size === 2
      ? `m.view.setUint16(${pointer}, ${value}, true);`
      : storeWord(pointer, 0, value);

function storeFields(
  source: Source,
  type: ValueType & { readonly kind: "record" | "tuple" },
  { value, pointer }: { value: string; pointer: string },
): void {
  const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
  const offsets = offsetsOf(parts);
  const values = partsOfAggregate(source, type, value);
  for (const [index, part] of parts.entries()) {
    const at = source.let(plus(pointer, offsets[index] ?? 0), "p");
    emitStore(source, part, { value: values[index] ?? "undefined", pointer: at });
  }
}

/** The parts in variables of their own, each read once. */
function partsOfAggregate(
  source: Source,
  type: ValueType & { readonly kind: "record" | "tuple" },
  value: string,
): string[] {
  if (type.kind === "tuple") {
    const items = source.let(`cx.itemsOf(${value}, ${type.types.length})`, "a");
    return type.types.map((_, index) => source.let(`${items}[${index}]`));
  }
  source.line(`cx.checkObject(${value}, "a record");`);
  return type.fields.map(({ label }) => source.let(property(value, label)));
}

function property(value: string, label: string): string {
  const name = propertyName(label);
  const text = JSON.stringify(name);
  return name in Object.prototype ? `cx.own(${value}, ${text})` : `${value}[${text}]`;
}

/** Allocates a list's items and stores them: names of the pointer and the count. */
function emitSequence(
  source: Source,
  type: ValueType & { readonly kind: "list" | "map" },
  value: string,
): readonly [pointer: string, count: string] {
  if (type.kind === "map") return emitMap(source, type, value);
  const { size, align } = layoutOf(type.element);
  const array = type.element.kind === "primitive" ? typedArrays[type.element.primitive] : undefined;
  if (array !== undefined) {
    const pair = source.let(
      `cx.lowerNumbers(${value}, ${array}, cx.${(type.element as { primitive: string }).primitive})`,
      "s",
    );
    return [`${pair}.pointer`, `${pair}.units`];
  }
  const items = source.let(`cx.itemsOf(${value})`, "a");
  const start = source.let(`cx.allocateList(${items}.length, ${size}, ${align})`, "p");
  storeItems(source, type.element, { items, start });
  return [start, `${items}.length`];
}

function storeItems(source: Source, element: ValueType, { items, start }: { items: string; start: string }): void {
  const index = source.fresh("i");
  const { size } = layoutOf(element);
  source.block(`for (let ${index} = 0; ${index} < ${items}.length; ${index} += 1)`, () => {
    const item = source.let(`${items}[${index}]`);
    emitStore(source, element, { value: item, pointer: source.let(`${start} + ${index} * ${size}`, "p") });
  });
}

function emitMap(
  source: Source,
  { key, value }: ValueType & { readonly kind: "map" },
  map: string,
): readonly [pointer: string, count: string] {
  const { size, align } = layoutOfPair(key, value);
  const pairs = source.let(`cx.pairsOf(${map})`, "a");
  const start = source.let(`cx.allocateList(${pairs}.length, ${size}, ${align})`, "p");
  const [keyAt = 0, valueAt = 0] = offsetsOf([key, value]);
  const index = source.fresh("i");
  source.block(`for (let ${index} = 0; ${index} < ${pairs}.length; ${index} += 1)`, () => {
    const at = source.let(`${start} + ${index} * ${size}`, "p");
    const first = { value: source.let(`${pairs}[${index}][0]`), pointer: source.let(plus(at, keyAt), "p") };
    emitStore(source, key, first);
    const second = { value: source.let(`${pairs}[${index}][1]`), pointer: source.let(plus(at, valueAt), "p") };
    emitStore(source, value, second);
  });
  return [start, `${pairs}.length`];
}

function lowerHandle(source: Source, type: ValueType & { readonly kind: "own" | "borrow" }, value: string): string {
  const lower = type.kind === "own" ? "lowerOwn" : "lowerBorrow";
  return source.let(`cx.${lower}(${value}, ${source.resource(type.resource.resource)})`, "h");
}

function packFlags(source: Source, labels: readonly string[], value: string): string {
  source.line(`cx.checkObject(${value}, "flags");`);
  const bits = labels.map((label, index) => `(cx.flag(${property(value, label)}) << ${index})`);
  return source.let(`(${bits.join(" | ")}) >>> 0`, "b");
}

type Variant = ValueType & { readonly kind: "variant" | "enum" | "option" | "result" };

interface Chosen {
  /** Names of variables: the index of the case, and its payload. */
  readonly index: string;
  readonly payload: string;
}

function choose(source: Source, type: Variant, { value, isInOption = false }: { value: string } & InOption): Chosen {
  if (type.kind === "enum") {
    return { index: source.let(`cx.caseOf(${value}, ${source.constant(type.labels)})`, "t"), payload: "undefined" };
  }
  if (type.kind === "option" && !isInOption) {
    return { index: source.let(`${value} === undefined ? 0 : 1`, "t"), payload: value };
  }
  const labels =
    type.kind === "variant"
      ? type.cases.map(({ label }) => label)
      : type.kind === "option"
        ? ["none", "some"]
        : ["ok", "err"];
  source.line(`cx.checkObject(${value}, "an object with a tag");`);
  const index = source.let(`cx.caseOf(${value}.tag, ${source.constant(labels)})`, "t");
  return { index, payload: source.let(`${value}.val`) };
}

function storeVariant(
  source: Source,
  type: ValueType,
  { value, pointer, isInOption = false }: { value: string; pointer: string } & InOption,
): void {
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be lowered`);
  const { index, payload } = choose(source, type as Variant, { value, isInOption });
  source.line(storeInteger(pointer, discriminantSize(payloads.length), index));
  const { payloadOffset } = variantLayout(payloads);
  source.block(`switch (${index})`, () => {
    for (const [place, inner] of payloads.entries()) {
      if (inner === undefined) continue;
      source.block(`case ${place}:`, () => {
        const at = source.let(plus(pointer, payloadOffset), "p");
        emitStore(source, inner, { value: payload, pointer: at, isInOption: type.kind === "option" });
        source.line("break;");
      });
    }
  });
}

/** Names of the core values of `value`, the name of a variable. */
export function emitLowerFlat(
  source: Source,
  type: ValueType,
  { value, isInOption = false }: { value: string } & InOption,
): string[] {
  if (type.kind === "primitive") return lowerPrimitive(source, type.primitive, value);
  if (type.kind === "list" || type.kind === "map") return [...emitSequence(source, type, value)];
  if (type.kind === "own" || type.kind === "borrow") return [lowerHandle(source, type, value)];
  if (type.kind === "flags") return [packFlags(source, type.labels, value)];
  if (type.kind === "record" || type.kind === "tuple") {
    const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
    const values = partsOfAggregate(source, type, value);
    return parts.flatMap((part, index) => emitLowerFlat(source, part, { value: values[index] ?? "undefined" }));
  }
  if (type.kind === "fixed-list") {
    const items = source.let(`cx.itemsOf(${value}, ${type.length})`, "a");
    return Array.from({ length: type.length }, (_, index) => index).flatMap((index) =>
      emitLowerFlat(source, type.element, { value: source.let(`${items}[${index}]`) }),
    );
  }
  return lowerVariant(source, type, { value, isInOption });
}

function lowerPrimitive(source: Source, primitive: Primitive, value: string): string[] {
  if (primitive === "error-context") return ["0"];
  if (primitive !== "string") return [source.let(scalar(primitive, value))];
  const start = source.let(`cx.lowerString(${value})`, "s");
  return [start, source.let("cx.units", "n")];
}

const zero: Readonly<Record<FlatType, string>> = { i32: "0", i64: "0n", f32: "0", f64: "0" };

function lowerVariant(
  source: Source,
  type: ValueType,
  { value, isInOption = false }: { value: string } & InOption,
): string[] {
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be lowered`);
  const { index, payload } = choose(source, type as Variant, { value, isInOption });
  const slots = flattenType(type)
    .slice(1)
    .map((flat) => {
      const name = source.fresh("f");
      source.line(`let ${name} = ${zero[flat]};`);
      return { name, flat };
    });
  source.block(`switch (${index})`, () => {
    for (const [place, inner] of payloads.entries()) {
      if (inner === undefined) continue;
      source.block(`case ${place}:`, () => {
        const values = emitLowerFlat(source, inner, { value: payload, isInOption: type.kind === "option" });
        for (const [at, have] of flattenType(inner).entries()) {
          const slot = slots[at];
          if (slot !== undefined)
            source.line(`${slot.name} = ${widened(values[at] ?? "0", { have, want: slot.flat })};`);
        }
        source.line("break;");
      });
    }
  });
  return [index, ...slots.map(({ name }) => name)];
}

function widened(value: string, { have, want }: { readonly have: FlatType; readonly want: FlatType }): string {
  if (have === want) return value;
  if (want === "i32") return `cx.bitsOfF32(${value})`;
  if (have === "i32") return `BigInt(${value} >>> 0)`;
  return have === "f32" ? `BigInt(cx.bitsOfF32(${value}) >>> 0)` : `cx.bitsOfF64(${value})`;
}
