/** Random types of values, and random values of them, as calls take and give them. */
import type { ValueType } from "../../isorun/types/component-types.ts";
import { propertyName } from "../../isorun/types/property-name.ts";
import * as make from "../../isorun/wave/testing/types.ts";
import { chance, pick, type Random, randomBits, times } from "./random.ts";

const numbers = ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "bool"] as const;
const keys = ["s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "bool", "char", "string"] as const;
const labels = ["a", "b-2", "some", "none", "ok", "err", "constructor", "to-string", "x", "HTTP3", "two-words"];

export interface TypeChoice {
  readonly depth: number;
  /** Enums and flags of more labels than fit in a byte. */
  readonly hasLarge?: boolean;
  /** Types that wasmtime's Python knows only under settings that it does not have. */
  readonly hasGated: boolean;
}

export function randomType(random: Random, choice: TypeChoice): ValueType {
  const { depth, hasGated, hasLarge = false } = choice;
  if (depth <= 0 || chance(random, 3)) return randomLeaf(random, hasLarge);
  const inner = (): ValueType => randomType(random, { ...choice, depth: depth - 1 });
  const maybe = (): ValueType | undefined => (chance(random, 3) ? undefined : inner());
  const makers: readonly (() => ValueType)[] = [
    () => make.list(inner()),
    () => make.list(inner()),
    () => make.tuple(...times(1 + random(4), inner)),
    () => make.option(inner()),
    () => make.result(maybe(), maybe()),
    () => make.record(Object.fromEntries(someLabels(random, 5).map((label) => [label, inner()]))),
    () => make.variant(Object.fromEntries(someLabels(random, 5).map((label) => [label, maybe()]))),
    ...(hasGated ? [() => make.fixedList(inner(), 1 + random(4)), () => make.map(randomKey(random), inner())] : []),
  ];
  return pick(random, makers)();
}

const randomKey = (random: Random): ValueType => make.primitive(pick(random, keys));

function randomLeaf(random: Random, hasLarge: boolean): ValueType {
  const kind = random(8);
  if (kind === 0) return make.enumOf(...(hasLarge && chance(random, 8) ? manyLabels(300) : someLabels(random, 6)));
  if (kind === 1)
    return make.flags(...(hasLarge && chance(random, 4) ? manyLabels(1 + random(32)) : someLabels(random, 9)));
  if (kind === 2) return make.char;
  if (kind <= 4) return make.string;
  return make.primitive(pick(random, numbers));
}

const manyLabels = (count: number): string[] => times(count, (index) => `n${index}`);

function someLabels(random: Random, most: number): string[] {
  const start = random(labels.length);
  return times(1 + random(most), (index) => labels[(start + index) % labels.length] ?? "");
}

const integerBits: Readonly<Record<string, number>> = { s8: 8, u8: 8, s16: 16, u16: 16, s32: 32, u32: 32 };

function randomPrimitive(random: Random, primitive: string): unknown {
  if (primitive === "bool") return chance(random, 2);
  if (primitive === "string") return randomText(random);
  if (primitive === "char") return String.fromCodePoint(randomChar(random));
  if (primitive === "f64") return pick(random, [0, -0, NaN, Infinity, 1.5, -1e300, random(1e9) / 7]);
  if (primitive === "f32") return Math.fround(pick(random, [0, -0, NaN, -Infinity, 1.5, 1e-40, random(1e9) / 7]));
  const big = BigInt(randomBits(random)) * (chance(random, 2) ? 1n : 0x1_0000_0001n);
  if (primitive === "u64") return BigInt.asUintN(64, big);
  if (primitive === "s64") return BigInt.asIntN(64, chance(random, 2) ? -big : big);
  const bits = integerBits[primitive] ?? 32;
  return Number(primitive.startsWith("u") ? BigInt.asUintN(bits, big) : BigInt.asIntN(bits, big));
}

function randomChar(random: Random): number {
  const kind = random(6);
  if (kind <= 2) return 0x20 + random(0x5f);
  if (kind === 3) return 0x80 + random(0x80);
  return kind === 4 ? 0x100 + random(0xd000) : 0x1_0000 + random(0x10_0000);
}

/** Mostly of one kind of letters, of lengths around those that are handled in blocks. */
export function randomText(random: Random): string {
  const isPlain = chance(random, 2);
  const length = chance(random, 6) ? random(80) : random(10);
  return times(length, () => String.fromCodePoint(isPlain ? 0x20 + random(0x5f) : randomChar(random))).join("");
}

/** Whether values of the type can be made here: handles, streams and futures cannot. */
export function hasPlainValues(type: ValueType): boolean {
  return !["own", "borrow", "stream", "future"].includes(type.kind) && partsOf(type).every(hasPlainValues);
}

function partsOf(type: ValueType): readonly ValueType[] {
  const present = (...parts: readonly (ValueType | undefined)[]) => parts.filter((part) => part !== undefined);
  if (type.kind === "list" || type.kind === "fixed-list") return [type.element];
  if (type.kind === "map") return [type.key, type.value];
  if (type.kind === "tuple") return type.types;
  if (type.kind === "record") return type.fields.map((field) => field.type);
  if (type.kind === "variant") return present(...type.cases.map((each) => each.type));
  if (type.kind === "result") return present(type.ok, type.error);
  return type.kind === "option" ? [type.type] : [];
}

/** A value of the type, as an argument of a call. */
export function randomValue(random: Random, type: ValueType): unknown {
  const of = (part: ValueType): unknown => randomValue(random, part);
  const choice = (tag: string, payload: ValueType | undefined): unknown =>
    payload === undefined ? { tag } : { tag, val: of(payload) };
  if (type.kind === "primitive") return randomPrimitive(random, type.primitive);
  if (type.kind === "list") return times(chance(random, 8) ? 20 : random(4), () => of(type.element));
  if (type.kind === "fixed-list") return times(type.length, () => of(type.element));
  if (type.kind === "map") return new Map(times(random(3), () => [of(type.key), of(type.value)]));
  if (type.kind === "tuple") return type.types.map(of);
  if (type.kind === "enum") return pick(random, type.labels);
  if (type.kind === "flags") {
    return Object.fromEntries(type.labels.map((label) => [propertyName(label), chance(random, 2)]));
  }
  if (type.kind === "record") {
    return Object.fromEntries(type.fields.map((field) => [propertyName(field.label), of(field.type)]));
  }
  if (type.kind === "variant") {
    const { label, type: payload } = pick(random, type.cases);
    return choice(label, payload);
  }
  if (type.kind === "result") return chance(random, 2) ? choice("ok", type.ok) : choice("err", type.error);
  if (type.kind === "option") return randomOption(random, type.type);
  throw new Error(`no values of ${type.kind} are made here`);
}

function randomOption(random: Random, inner: ValueType): unknown {
  if (chance(random, 3)) return undefined;
  const value = randomValue(random, inner);
  if (inner.kind !== "option") return value;
  return value === undefined ? { tag: "none" } : { tag: "some", val: value };
}
