/**
 * Values as they stand in a guest's memory or in its flat core values (Canonical ABI, Storing and Flat Lowering), written
 * down once more, so that what the engine lifts can be compared with what was meant.
 */
import type { ValueType } from "../../isorun/types/component-types.ts";
import { flattenType } from "../../isorun/types/flatten.ts";
import { layoutOf, offsetsOf, payloadsOf, sequenceOf, variantLayout } from "../../isorun/types/layout.ts";
import { propertyName } from "../../isorun/types/property-name.ts";
import { discriminantSize, flagsSize } from "../../isorun/types/value-type.ts";
import type { Encoding } from "./component-builder.ts";

/** The memory has no room for such a value. */
export class NoRoom extends Error {}

/** What a case of a variant is, and what it carries. */
interface Choice {
  readonly index: number;
  readonly payload: ValueType | undefined;
  readonly value: unknown;
}

type Tagged = { readonly tag: string; readonly val?: unknown };

export class ValueStore {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #encoding: Encoding;
  #next: number;

  /** @param from where there is room for what values point to */
  constructor(bytes: Uint8Array, { encoding, from }: { readonly encoding: Encoding; readonly from: number }) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#encoding = encoding;
    this.#next = from;
  }

  /** Where there is room no more. */
  get end(): number {
    return this.#next;
  }

  allocate(size: number, align: number): number {
    const at = Math.ceil(this.#next / align) * align;
    if (at + size > this.bytes.length) throw new NoRoom();
    this.#next = at + size;
    return at;
  }

  store(at: number, type: ValueType, value: unknown): void {
    if (type.kind === "primitive") this.#storePrimitive(at, type.primitive, value);
    else if (type.kind === "list" || type.kind === "map") this.#storePair(at, this.#pointerOf(type, value));
    else if (type.kind === "fixed-list") this.#storeItems(at, type.element, [...(value as Iterable<unknown>)]);
    else if (type.kind === "tuple") this.storeParts(at, type.types, value as readonly unknown[]);
    else if (type.kind === "record") this.storeParts(at, fieldTypes(type), fieldValues(type, value));
    else if (type.kind === "flags") this.#storeInteger(at, flagsSize(type.labels.length), flagBits(type, value));
    else this.#storeChoice(at, type, value);
  }

  storeParts(at: number, types: readonly ValueType[], values: readonly unknown[]): void {
    for (const [index, offset] of offsetsOf(types).entries()) {
      const type = types[index];
      if (type !== undefined) this.store(at + offset, type, values[index]);
    }
  }

  /** A tuple of these, in memory of its own. */
  placeParts(types: readonly ValueType[], values: readonly unknown[]): number {
    const { size, align } = sequenceOf(types);
    const at = this.allocate(size, align);
    this.storeParts(at, types, values);
    return at;
  }

  /** The bits of each flat value, in as many as the type has. */
  flat(type: ValueType, value: unknown): bigint[] {
    if (type.kind === "primitive") return this.#flatPrimitive(type.primitive, value);
    if (type.kind === "list" || type.kind === "map") return this.#pointerOf(type, value).map(BigInt);
    if (type.kind === "flags") return [BigInt(flagBits(type, value))];
    if (type.kind === "fixed-list")
      return [...(value as Iterable<unknown>)].flatMap((item) => this.flat(type.element, item));
    if (type.kind === "tuple") return type.types.flatMap((part, index) => this.flat(part, (value as unknown[])[index]));
    if (type.kind === "record") {
      const values = fieldValues(type, value);
      return fieldTypes(type).flatMap((part, index) => this.flat(part, values[index]));
    }
    const { index, payload, value: inner } = choiceOf(type, value);
    const bits = [BigInt(index), ...(payload === undefined ? [] : this.flat(payload, inner))];
    return [...bits, ...Array.from({ length: flattenType(type).length - bits.length }, () => 0n)];
  }

  #flatPrimitive(primitive: string, value: unknown): bigint[] {
    if (primitive === "string") return this.#stringPointer(String(value)).map(BigInt);
    const scratch = new ValueStore(new Uint8Array(8), { encoding: this.#encoding, from: 0 });
    const isSigned = primitive === "s8" || primitive === "s16";
    scratch.#storePrimitive(0, isSigned ? "s32" : primitive, value);
    return [scratch.#view.getBigUint64(0, true)];
  }

  #storePrimitive(at: number, primitive: string, value: unknown): void {
    const view = this.#view;
    if (primitive === "string") this.#storePair(at, this.#stringPointer(String(value)));
    else if (primitive === "bool") view.setUint8(at, value === true ? 1 : 0);
    else if (primitive === "char") view.setUint32(at, String(value).codePointAt(0) ?? 0, true);
    else if (primitive === "f32") view.setFloat32(at, Number(value), true);
    else if (primitive === "f64") view.setFloat64(at, Number(value), true);
    else if (primitive.endsWith("64")) view.setBigInt64(at, BigInt.asIntN(64, value as bigint), true);
    else this.#storeInteger(at, Number(primitive.slice(1)) / 8, Number(value));
  }

  #storeInteger(at: number, size: number, value: number): void {
    if (size === 1) this.#view.setUint8(at, value);
    else if (size === 2) this.#view.setUint16(at, value, true);
    else this.#view.setUint32(at, value, true);
  }

  #storePair(at: number, [pointer, length]: readonly [number, number]): void {
    this.#view.setUint32(at, pointer, true);
    this.#view.setUint32(at + 4, length, true);
  }

  #pointerOf(type: ValueType & { readonly kind: "list" | "map" }, value: unknown): [number, number] {
    const items = [...(value as Iterable<unknown>)];
    if (type.kind === "list") {
      const { size, align } = layoutOf(type.element);
      const at = this.allocate(size * items.length, align);
      this.#storeItems(at, type.element, items);
      return [at, items.length];
    }
    const parts = [type.key, type.value];
    const { size, align } = sequenceOf(parts);
    const at = this.allocate(size * items.length, align);
    for (const [index, pair] of items.entries()) this.storeParts(at + index * size, parts, pair as unknown[]);
    return [at, items.length];
  }

  #storeItems(at: number, element: ValueType, items: readonly unknown[]): void {
    const { size } = layoutOf(element);
    for (const [index, item] of items.entries()) this.store(at + index * size, element, item);
  }

  #storeChoice(at: number, type: ValueType, value: unknown): void {
    const payloads = payloadsOf(type) ?? [];
    const { index, payload, value: inner } = choiceOf(type, value);
    this.#storeInteger(at, discriminantSize(payloads.length), index);
    if (payload !== undefined) this.store(at + variantLayout(payloads).payloadOffset, payload, inner);
  }

  #stringPointer(text: string): [number, number] {
    if (this.#encoding === "utf8") return this.#place(new TextEncoder().encode(text), 1);
    const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
    if (this.#encoding === "latin1-utf16" && units.every((unit) => unit < 0x100)) {
      return this.#place(Uint8Array.from(units), 2);
    }
    const [at] = this.#place(Uint8Array.from(units.flatMap((unit) => [unit & 0xff, unit >> 8])), 2);
    return [at, this.#encoding === "utf16" ? units.length : units.length + 0x8000_0000];
  }

  #place(content: Uint8Array, align: number): [number, number] {
    const at = this.allocate(content.length, align);
    this.bytes.set(content, at);
    return [at, content.length];
  }
}

type Fields = ValueType & { readonly kind: "record" };

const fieldTypes = (type: Fields): ValueType[] => type.fields.map((field) => field.type);
const fieldValues = (type: Fields, value: unknown): unknown[] =>
  type.fields.map((field) => (value as Readonly<Record<string, unknown>>)[propertyName(field.label)]);

function flagBits(type: ValueType & { readonly kind: "flags" }, value: unknown): number {
  const set = value as Readonly<Record<string, boolean>>;
  return (
    type.labels.reduce((bits, label, index) => (set[propertyName(label)] === true ? bits | (1 << index) : bits), 0) >>>
    0
  );
}

function choiceOf(type: ValueType, value: unknown): Choice {
  if (type.kind === "enum") return { index: type.labels.indexOf(String(value)), payload: undefined, value: undefined };
  if (type.kind === "option") {
    if (value === undefined) return { index: 0, payload: undefined, value: undefined };
    return { index: 1, payload: type.type, value: untagged(type.type, value) };
  }
  const { tag, val } = value as Tagged;
  if (type.kind === "result") {
    return tag === "ok" ? { index: 0, payload: type.ok, value: val } : { index: 1, payload: type.error, value: val };
  }
  if (type.kind !== "variant") throw new Error(`${type.kind} has no cases`);
  const index = type.cases.findIndex(({ label }) => label === tag);
  return { index, payload: type.cases[index]?.type, value: val };
}

/** An option that stands in another one has a tag; here it is as it would be alone. */
function untagged(type: ValueType, value: unknown): unknown {
  if (type.kind !== "option") return value;
  const { tag, val } = value as Tagged;
  return tag === "none" ? undefined : val;
}
