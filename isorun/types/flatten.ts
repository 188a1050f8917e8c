/** Flattening (Canonical ABI): the core types that values and functions have at the boundary, for memories of 32 bits. */
import type { CoreNumberType, Primitive } from "../decode/ast.ts";
import type { FuncType, ValueType } from "./component-types.ts";
import { partsOf } from "./value-type.ts";

export type FlatType = Exclude<CoreNumberType, "v128">;

export const flatParamsMax = 16;
export const flatAsyncParamsMax = 4;
export const flatResultsMax = 1;

const flatPrimitives: Readonly<Record<Primitive, readonly FlatType[]>> = {
  bool: ["i32"],
  s8: ["i32"],
  u8: ["i32"],
  s16: ["i32"],
  u16: ["i32"],
  s32: ["i32"],
  u32: ["i32"],
  s64: ["i64"],
  u64: ["i64"],
  f32: ["f32"],
  f64: ["f64"],
  char: ["i32"],
  string: ["i32", "i32"],
  "error-context": ["i32"],
};

/** More than this nothing has to know of one value: what is longer goes through memory everywhere. */
const flatTypesKept = flatParamsMax + 1;

const known = new WeakMap<ValueType, readonly FlatType[]>();

/** Cut short where it is longer than what may be passed flat. */
export function flattenType(type: ValueType): readonly FlatType[] {
  const before = known.get(type);
  if (before !== undefined) return before;
  const flat = flatten(type).slice(0, flatTypesKept);
  known.set(type, flat);
  return flat;
}

function flatten(type: ValueType): readonly FlatType[] {
  if (type.kind === "primitive") return flatPrimitives[type.primitive];
  if (type.kind === "list" || type.kind === "map") return ["i32", "i32"];
  if (type.kind === "record" || type.kind === "tuple") return flattenTypes(partsOf(type));
  if (type.kind === "variant") return flattenCases(type.cases.map((each) => each.type));
  if (type.kind === "option") return flattenCases([undefined, type.type]);
  if (type.kind === "result") return flattenCases([type.ok, type.error]);
  if (type.kind !== "fixed-list") return ["i32"];
  const element = flattenType(type.element);
  const times = Math.min(type.length, flatTypesKept);
  return Array.from({ length: times }, () => element).flat();
}

export function flattenTypes(types: readonly ValueType[]): readonly FlatType[] {
  const flat: FlatType[] = [];
  for (const type of types) {
    flat.push(...flattenType(type));
    if (flat.length >= flatTypesKept) break;
  }
  return flat;
}

function flattenCases(payloads: readonly (ValueType | undefined)[]): readonly FlatType[] {
  const flat: FlatType[] = [];
  for (const payload of payloads) {
    if (payload === undefined) continue;
    for (const [index, type] of flattenType(payload).entries()) {
      const other = flat[index];
      flat[index] = other === undefined ? type : join(other, type);
    }
  }
  return ["i32", ...flat];
}

function join(one: FlatType, other: FlatType): FlatType {
  if (one === other) return one;
  const areNarrow = one !== "i64" && other !== "i64" && one !== "f64" && other !== "f64";
  return areNarrow ? "i32" : "i64";
}

export interface FlatFuncType {
  readonly params: readonly FlatType[];
  readonly results: readonly FlatType[];
}

export interface Flattening {
  readonly role: "lift" | "lower";
  readonly isAsync: boolean;
  readonly hasCallback: boolean;
}

/** `flatten_functype` */
export function flattenFunc({ params, result }: FuncType, { role, isAsync, hasCallback }: Flattening): FlatFuncType {
  const flatParams = flattenTypes(params.map(({ type }) => type));
  const flatResults = result === undefined ? [] : flattenType(result);
  if (role === "lift") {
    const given = flatParams.length > flatParamsMax ? (["i32"] as const) : flatParams;
    if (isAsync) return { params: given, results: hasCallback ? ["i32"] : [] };
    return { params: given, results: flatResults.length > flatResultsMax ? ["i32"] : flatResults };
  }
  const most = isAsync ? flatAsyncParamsMax : flatParamsMax;
  const given: readonly FlatType[] = flatParams.length > most ? ["i32"] : flatParams;
  if (isAsync) return { params: flatResults.length > 0 ? [...given, "i32"] : given, results: ["i32"] };
  if (flatResults.length <= flatResultsMax) return { params: given, results: flatResults };
  return { params: [...given, "i32"], results: [] };
}

const pointersKnown = new WeakMap<ValueType, boolean>();

/** Whether a value refers to memory beyond its flat form. */
export function hasPointers(type: ValueType): boolean {
  const before = pointersKnown.get(type);
  if (before !== undefined) return before;
  const has = findPointers(type);
  pointersKnown.set(type, has);
  return has;
}

function findPointers(type: ValueType): boolean {
  if (type.kind === "list" || type.kind === "map") return true;
  if (type.kind === "primitive") return type.primitive === "string";
  return type.kind !== "stream" && type.kind !== "future" && partsOf(type).some(hasPointers);
}
