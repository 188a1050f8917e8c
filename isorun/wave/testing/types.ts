/** Types for tests, in few words. */
import type { Primitive } from "../../decode/ast.ts";
import type { FuncType, ValueType } from "../../types/component-types.ts";
import { makeValueType, primitiveType } from "../../types/value-type.ts";

type Entries = Readonly<Record<string, ValueType>>;

export const bool = primitiveType("bool");
export const u8 = primitiveType("u8");
export const string = primitiveType("string");
export const char = primitiveType("char");
export const primitive = (name: Primitive): ValueType => primitiveType(name);

export const list = (element: ValueType): ValueType => makeValueType({ kind: "list", element });
export const fixedList = (element: ValueType, length: number): ValueType =>
  makeValueType({ kind: "fixed-list", element, length });
export const tuple = (...types: readonly ValueType[]): ValueType => makeValueType({ kind: "tuple", types });
export const option = (type: ValueType): ValueType => makeValueType({ kind: "option", type });
export const result = (ok?: ValueType, error?: ValueType): ValueType => makeValueType({ kind: "result", ok, error });
export const enumOf = (...labels: readonly string[]): ValueType => makeValueType({ kind: "enum", labels });
export const flags = (...labels: readonly string[]): ValueType => makeValueType({ kind: "flags", labels });
export const map = (key: ValueType, value: ValueType): ValueType => makeValueType({ kind: "map", key, value });

export const record = (fields: Entries): ValueType =>
  makeValueType({ kind: "record", fields: Object.entries(fields).map(([label, type]) => ({ label, type })) });

export const variant = (cases: Readonly<Record<string, ValueType | undefined>>): ValueType =>
  makeValueType({ kind: "variant", cases: Object.entries(cases).map(([label, type]) => ({ label, type })) });

export const func = (params: Entries): FuncType => ({
  kind: "func",
  isAsync: false,
  params: Object.entries(params).map(([label, type]) => ({ label, type })),
  result: undefined,
  hasResource: false,
});
