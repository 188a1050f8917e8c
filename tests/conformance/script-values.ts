/** Values of test scripts as the library takes and returns them: which form a value has depends on its type. */

import type { ValueType } from "../../isorun/types/component-types.ts";
import { propertyName } from "../../isorun/types/property-name.ts";
import type { ScriptValue } from "./commands.ts";

type Place = { readonly isInOption?: boolean };

export function valueOf({ value }: ScriptValue, type: ValueType, { isInOption = false }: Place = {}): unknown {
  switch (type.kind) {
    case "primitive":
      return primitiveOf(type.primitive, value);
    case "list":
    case "fixed-list":
      return items(value).map((item) => valueOf(item, type.element));
    case "map":
      // Not a Map: scripts give a key twice.
      return items(value).map((pair) => pairOf(pair, type));
    case "tuple":
      return items(value).map((item, index) => valueOf(item, expected(type.types[index])));
    case "record":
      return recordOf(value, type);
    case "flags":
      return Object.fromEntries(
        type.labels.map((label) => [propertyName(label), (value as readonly string[]).includes(label)]),
      );
    case "enum":
      return value;
    default:
      return variantOf(value, type, isInOption);
  }
}

const items = (value: unknown): readonly ScriptValue[] => value as readonly ScriptValue[]; // of the tool's format

function expected<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the script's value does not fit its type");
  return part;
}

function primitiveOf(primitive: string, value: unknown): unknown {
  if (primitive === "string" || primitive === "char") return value;
  if (primitive === "bool") return String(value) === "true";
  const text = String(value);
  if (primitive === "u64" || primitive === "s64") return BigInt(text);
  if (primitive !== "f32" && primitive !== "f64") return Number(text);
  if (text.startsWith("nan")) return Number.NaN;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, BigInt.asUintN(64, BigInt(text)));
  return primitive === "f32" ? bits.getFloat32(4) : bits.getFloat64(0);
}

type Named = readonly (readonly [name: string, value: ScriptValue])[];

/** Pairs of a map are written as records or as tuples. */
function pairOf(pair: ScriptValue, { key, value }: ValueType & { readonly kind: "map" }): [unknown, unknown] {
  const [first, second] =
    pair.type === "record" ? (pair.value as Named).map(([, part]) => part) : (pair.value as readonly ScriptValue[]);
  return [valueOf(expected(first), key), valueOf(expected(second), value)];
}

function recordOf(value: unknown, type: ValueType & { readonly kind: "record" }): Record<string, unknown> {
  const given = new Map(value as Named); // of the tool's format
  const entries = type.fields.map((field) => [
    propertyName(field.label),
    valueOf(expected(given.get(field.label)), field.type),
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>; // entries are what was just made
}

function variantOf(value: unknown, type: ValueType, isInOption: boolean): unknown {
  if (type.kind === "option") {
    const isNone = value === null || value === undefined;
    const inner = isNone ? undefined : valueOf(value as ScriptValue, type.type, { isInOption: true });
    if (!isInOption) return inner;
    return isNone ? { tag: "none" } : { tag: "some", val: inner };
  }
  if (type.kind === "result") {
    const [side = "", payload] = Object.entries(value as Record<string, ScriptValue | null>)[0] ?? [];
    const tag = side.toLowerCase();
    return tagged(tag, payload, tag === "ok" ? type.ok : type.error);
  }
  if (type.kind === "variant") {
    const { case: tag, payload } = value as { case: string; payload: ScriptValue | null };
    return tagged(tag, payload, type.cases.find(({ label }) => label === tag)?.type);
  }
  throw new Error(`scripts have no values of the type ${type.kind}`);
}

function tagged(tag: string, payload: ScriptValue | null | undefined, type: ValueType | undefined): object {
  return payload === null || payload === undefined ? { tag } : { tag, val: valueOf(payload, expected(type)) };
}

/** Deeply; typed arrays are lists, every NaN is NaN, and -0 is not 0. */
export function areSame(one: unknown, other: unknown): boolean {
  const [left, right] = [comparable(one), comparable(other)];
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => areSame(item, right[index]));
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return Object.is(left, right);
  }
  const [parts, others] = [left as Record<string, unknown>, right as Record<string, unknown>];
  return Object.keys({ ...parts, ...others }).every((key) => areSame(parts[key], others[key]));
}

function comparable(value: unknown): unknown {
  if (value instanceof Map) return [...value];
  return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
}
