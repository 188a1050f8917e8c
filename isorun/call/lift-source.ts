/**
 * Generates the JavaScript that lifts values: from memory (Canonical ABI, Loading) and from flat core values (Flat
 * Lifting). The text expects `cx` (support.ts), `m` (the memory's views) and `r` (resource types).
 */
import type { Primitive } from "../decode/ast.ts";
import type { Case, ValueType } from "../types/component-types.ts";
import { type FlatType, flattenType } from "../types/flatten.ts";
import { layoutOf, offsetsOf, payloadsOf, variantLayout } from "../types/layout.ts";
import { propertyNames } from "../types/property-name.ts";
import { typedArrays } from "../types/typed-arrays.ts";
import { discriminantSize, flagsSize } from "../types/value-type.ts";
import { keptApart, keptItem, keptPair } from "./kept-bytes.ts";
import { emitLoop, plus, type Source } from "./source.ts";

/** An option that stands directly in another one is told apart from it by a tag. */
type InOption = { readonly isInOption?: boolean };

const loads: Readonly<Record<Exclude<Primitive, "string" | "error-context">, (at: string) => string>> = {
  bool: (at) => `m.bytes[${at}] !== 0`,
  u8: (at) => `m.bytes[${at}]`,
  s8: (at) => `m.view.getInt8(${at})`,
  u16: (at) => `m.view.getUint16(${at}, true)`,
  s16: (at) => `m.view.getInt16(${at}, true)`,
  u32: (at) => `m.view.getUint32(${at}, true)`,
  s32: (at) => `m.view.getInt32(${at}, true)`,
  u64: (at) => `m.view.getBigUint64(${at}, true)`,
  s64: (at) => `m.view.getBigInt64(${at}, true)`,
  f32: (at) => `m.view.getFloat32(${at}, true)`,
  f64: (at) => `m.view.getFloat64(${at}, true)`,
  char: (at) => `cx.liftChar(m.view.getUint32(${at}, true))`,
};

export interface LoadPlace extends InOption {
  /** The name of a variable. */
  readonly pointer: string;
}

const word = (pointer: string, offset: number): string => `m.view.getUint32(${plus(pointer, offset)}, true)`;

/** Text of the value at `pointer`, the name of a variable; statements that it needs are emitted before. */
export function emitLoad(source: Source, type: ValueType, place: LoadPlace): string {
  if (!source.isShared("lift", type)) return loadInPlace(source, type, place);
  const { pointer, isInOption = false } = place;
  const role = isInOption && type.kind === "option" ? "load in option" : "load";
  const name = source.shared({ type, role, params: ["pointer"] }, (body) => {
    body.line(`return ${loadInPlace(body, type, { pointer: "pointer", isInOption })};`);
  });
  return source.let(`${name}(${pointer})`);
}

function loadInPlace(source: Source, type: ValueType, place: LoadPlace): string {
  const { pointer } = place;
  if (type.kind === "primitive") {
    if (type.primitive === "string") return source.let(`cx.liftString(${word(pointer, 0)}, ${word(pointer, 4)})`);
    if (type.primitive === "error-context") return "undefined";
    return source.let(loads[type.primitive](pointer));
  }
  if (type.kind === "list") return emitList(source, type.element, { at: word(pointer, 0), length: word(pointer, 4) });
  if (type.kind === "map") return emitMap(source, type, { at: word(pointer, 0), length: word(pointer, 4) });
  if (type.kind === "own" || type.kind === "borrow") return emitHandle(source, type, word(pointer, 0));
  if (type.kind === "record" || type.kind === "tuple") return loadFields(source, type, pointer);
  if (type.kind === "flags") return emitFlags(source, type.labels, loadInteger(pointer, flagsSize(type.labels.length)));
  if (type.kind === "fixed-list") return loadFixedList(source, type, pointer);
  return loadVariant(source, type, place);
}

const loadInteger = (pointer: string, size: 1 | 2 | 4): string =>
  size === 1 ? `m.bytes[${pointer}]` : size === 2 ? `m.view.getUint16(${pointer}, true)` : word(pointer, 0);

function loadFields(source: Source, type: ValueType & { readonly kind: "record" | "tuple" }, pointer: string): string {
  const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
  const offsets = offsetsOf(parts);
  const values = parts.map((part, index) =>
    emitLoad(source, part, { pointer: source.let(plus(pointer, offsets[index] ?? 0), "p") }),
  );
  return source.let(aggregate(type, values));
}

function aggregate(type: ValueType & { readonly kind: "record" | "tuple" }, values: readonly string[]): string {
  if (type.kind === "tuple") return `[${values.join(", ")}]`;
  const names = propertyNames(type.fields.map(({ label }) => label));
  const entries = names.map((name, index) => `${JSON.stringify(name)}: ${values[index]}`);
  return `{ ${entries.join(", ")} }`;
}

function loadFixedList(source: Source, type: ValueType & { readonly kind: "fixed-list" }, pointer: string): string {
  const { element, length } = type;
  const kept = keptApart(type);
  if (kept > 0) source.line(`cx.count(${kept});`);
  return loadItems(source, element, { start: pointer, count: length });
}

function asNumbers(source: Source, element: ValueType, items: string): string {
  const array = element.kind === "primitive" ? typedArrays[element.primitive] : undefined;
  return array === undefined ? items : source.let(`${array}.from(${items})`);
}

interface Range {
  readonly at: string;
  readonly length: string;
}

function emitList(source: Source, element: ValueType, { at, length }: Range): string {
  const layout = layoutOf(element);
  const start = source.let(at, "p");
  const count = source.let(length, "n");
  const isNumeric = element.kind === "primitive" && typedArrays[element.primitive] !== undefined;
  const check = isNumeric
    ? `cx.checkList(${start}, ${count}, ${source.constant(layout)});`
    : `cx.checkItems(${start}, ${count}, ${source.constant({ ...layout, kept: keptItem(element) })});`;
  source.line(check);
  return loadItems(source, element, { start, count });
}

interface ItemsAt {
  readonly start: string;
  /** As `emitLoop` wants it. */
  readonly count: string | number;
}

/** Numeric lists are typed arrays everywhere. */
function loadItems(source: Source, element: ValueType, { start, count }: ItemsAt): string {
  const { size } = layoutOf(element);
  const array = element.kind === "primitive" ? typedArrays[element.primitive] : undefined;
  if (array !== undefined)
    return source.let(`new ${array}(m.bytes.slice(${start}, ${start} + ${count} * ${size}).buffer)`);
  const items = source.let("[]", "a");
  emitLoop(source, count, (index) => {
    const item = emitLoad(source, element, { pointer: source.let(`${start} + ${index} * ${size}`, "p") });
    source.line(`${items}.push(${item});`);
  });
  return items;
}

/** What the component model says of pairs with the same key: the last one counts. The key stands where it came first. */
function emitMap(source: Source, { key, value }: ValueType & { readonly kind: "map" }, range: Range): string {
  const layout = { ...layoutOfPair(key, value), kept: keptPair(key, value) };
  const { size } = layout;
  const start = source.let(range.at, "p");
  const count = source.let(range.length, "n");
  source.line(`cx.checkItems(${start}, ${count}, ${source.constant(layout)});`);
  const map = source.let("new Map()");
  const [keyAt = 0, valueAt = 0] = offsetsOf([key, value]);
  emitLoop(source, count, (index) => {
    const pair = source.let(`${start} + ${index} * ${size}`, "p");
    const first = emitLoad(source, key, { pointer: source.let(plus(pair, keyAt), "p") });
    const second = emitLoad(source, value, { pointer: source.let(plus(pair, valueAt), "p") });
    source.line(`${map}.set(${first}, ${second});`);
  });
  return map;
}

export function layoutOfPair(key: ValueType, value: ValueType): { readonly size: number; readonly align: number } {
  const [one, other] = [layoutOf(key), layoutOf(value)];
  const align = Math.max(one.align, other.align);
  const [, valueAt = 0] = offsetsOf([key, value]);
  return { size: Math.ceil((valueAt + other.size) / align) * align, align };
}

function emitHandle(source: Source, type: ValueType & { readonly kind: "own" | "borrow" }, index: string): string {
  const lift = type.kind === "own" ? "liftOwn" : "liftBorrow";
  return source.let(`cx.${lift}(${index}, ${source.resource(type.resource.resource)})`);
}

function emitFlags(source: Source, labels: readonly string[], bits: string): string {
  const value = source.let(bits, "b");
  const entries = propertyNames(labels).map(
    (name, index) => `${JSON.stringify(name)}: (${value} & ${1 << index}) !== 0`,
  );
  return source.let(`{ ${entries.join(", ")} }`);
}

type Variant = ValueType & { readonly kind: "variant" | "enum" | "option" | "result" };

function labelsOf(type: Variant): readonly string[] {
  if (type.kind === "variant") return type.cases.map(({ label }: Case) => label);
  if (type.kind === "enum") return type.labels;
  return type.kind === "option" ? ["none", "some"] : ["ok", "err"];
}

function loadVariant(source: Source, type: ValueType, { pointer, isInOption = false }: LoadPlace): string {
  const payloads = payloadsOf(type);
  if (payloads === undefined) throw new Error(`a ${type.kind} cannot be lifted`);
  const { payloadOffset } = variantLayout(payloads);
  const tag = source.let(loadInteger(pointer, discriminantSize(payloads.length)), "t");
  return emitCases(source, { type: type as Variant, tag, isInOption }, (payload) =>
    emitLoad(source, payload, {
      pointer: source.let(plus(pointer, payloadOffset), "p"),
      isInOption: type.kind === "option",
    }),
  );
}

interface CasesOf {
  readonly type: Variant;
  readonly tag: string;
  readonly isInOption: boolean;
}

/** A switch over the discriminant, with the value of each case as JavaScript has it. */
function emitCases(
  source: Source,
  { type, tag, isInOption }: CasesOf,
  payloadOf: (payload: ValueType) => string,
): string {
  const labels = labelsOf(type);
  const payloads = payloadsOf(type) ?? [];
  if (type.kind === "enum") {
    const names = source.constant(labels);
    source.line(`if (${tag} >= ${labels.length}) cx.failDiscriminant();`);
    return source.let(`${names}[${tag}]`);
  }
  const value = source.fresh();
  source.line(`let ${value};`);
  source.block(`switch (${tag})`, () => {
    for (const [index, payload] of payloads.entries()) {
      source.block(`case ${index}:`, () => {
        const inner = payload === undefined ? undefined : payloadOf(payload);
        source.line(`${value} = ${caseValue(type, { label: labels[index] ?? "", inner, isInOption })};`);
        source.line("break;");
      });
    }
    source.line("default: cx.failDiscriminant();");
  });
  return value;
}

interface CaseValue extends InOption {
  readonly label: string;
  readonly inner: string | undefined;
}

function caseValue({ kind }: Variant, { label, inner, isInOption = false }: CaseValue): string {
  if (kind === "option" && !isInOption) return inner ?? "undefined";
  const tag = `tag: ${JSON.stringify(label)}`;
  return inner === undefined ? `{ ${tag} }` : `{ ${tag}, val: ${inner} }`;
}

/** Core values one after the other, by the names of their variables. */
export class FlatValues {
  readonly #values: readonly { readonly name: string; readonly type: FlatType }[];
  #next = 0;

  constructor(values: readonly { readonly name: string; readonly type: FlatType }[]) {
    this.#values = values;
  }

  next(): { readonly name: string; readonly type: FlatType } {
    const value = this.#values[this.#next];
    if (value === undefined) throw new Error("there are fewer flat values than the type has");
    this.#next += 1;
    return value;
  }

  take(count: number): readonly { readonly name: string; readonly type: FlatType }[] {
    return Array.from({ length: count }, () => this.next());
  }
}

export interface FlatPlace extends InOption {
  readonly flat: FlatValues;
}

const narrow: Readonly<Record<Exclude<Primitive, "string" | "error-context">, (value: string) => string>> = {
  bool: (value) => `${value} !== 0`,
  u8: (value) => `${value} & 0xff`,
  s8: (value) => `${value} << 24 >> 24`,
  u16: (value) => `${value} & 0xffff`,
  s16: (value) => `${value} << 16 >> 16`,
  u32: (value) => `${value} >>> 0`,
  s32: (value) => value,
  u64: (value) => `BigInt.asUintN(64, ${value})`,
  s64: (value) => value,
  f32: (value) => value,
  f64: (value) => value,
  char: (value) => `cx.liftChar(${value} >>> 0)`,
};

export function emitLiftFlat(source: Source, type: ValueType, place: FlatPlace): string {
  if (!source.isShared("lift", type)) return liftInPlace(source, type, place);
  const { flat, isInOption = false } = place;
  const role = isInOption && type.kind === "option" ? "lift in option" : "lift";
  const values = flattenType(type).map((each, index) => ({ name: `flat${index}`, type: each }));
  const name = source.shared({ type, role, params: values.map((value) => value.name) }, (body) => {
    body.line(`return ${liftInPlace(body, type, { flat: new FlatValues(values), isInOption })};`);
  });
  const given = flat.take(values.length).map((value) => value.name);
  return source.let(`${name}(${given.join(", ")})`);
}

function liftInPlace(source: Source, type: ValueType, place: FlatPlace): string {
  const { flat } = place;
  if (type.kind === "primitive") {
    const { name } = flat.next();
    if (type.primitive === "error-context") return "undefined";
    if (type.primitive !== "string") return source.let(narrow[type.primitive](name));
    return source.let(`cx.liftString(${name} >>> 0, ${flat.next().name} >>> 0)`);
  }
  if (type.kind === "list" || type.kind === "map") {
    const range = { at: `${flat.next().name} >>> 0`, length: `${flat.next().name} >>> 0` };
    return type.kind === "list" ? emitList(source, type.element, range) : emitMap(source, type, range);
  }
  if (type.kind === "own" || type.kind === "borrow") return emitHandle(source, type, `${flat.next().name} >>> 0`);
  if (type.kind === "flags") return emitFlags(source, type.labels, flat.next().name);
  if (type.kind === "record" || type.kind === "tuple") {
    const parts = type.kind === "tuple" ? type.types : type.fields.map((field) => field.type);
    return source.let(
      aggregate(
        type,
        parts.map((part) => emitLiftFlat(source, part, { flat })),
      ),
    );
  }
  if (type.kind === "fixed-list") {
    const items = Array.from({ length: type.length }, () => emitLiftFlat(source, type.element, { flat }));
    return asNumbers(source, type.element, source.let(`[${items.join(", ")}]`, "a"));
  }
  return liftVariant(source, type, place);
}

function liftVariant(source: Source, type: ValueType, { flat, isInOption = false }: FlatPlace): string {
  const all = flat.take(flattenType(type).length);
  const [tag, ...slots] = all;
  if (tag === undefined) throw new Error(`a ${type.kind} cannot be lifted`);
  const discriminant = source.let(`${tag.name} >>> 0`, "t");
  return emitCases(source, { type: type as Variant, tag: discriminant, isInOption }, (payload) => {
    const values = flattenType(payload).map((want, index) => {
      const slot = slots[index];
      if (slot === undefined) throw new Error("a case has more flat values than its variant");
      return { name: source.let(coerced(slot, want), "c"), type: want };
    });
    return emitLiftFlat(source, payload, { flat: new FlatValues(values), isInOption: type.kind === "option" });
  });
}

/** What a case has where another one made the slot wider (`CoerceValueIter`). */
function coerced({ name, type: have }: { readonly name: string; readonly type: FlatType }, want: FlatType): string {
  if (have === want) return name;
  if (have === "i32") return `cx.f32FromBits(${name})`;
  const low = `Number(BigInt.asIntN(32, ${name}))`;
  if (want === "i32") return low;
  return want === "f32" ? `cx.f32FromBits(${low})` : `cx.f64FromBits(${name})`;
}
