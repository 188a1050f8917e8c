/** Where a value stands in what a host gave, what is wanted there, and the words of its refusal. */
import type { Primitive } from "../decode/ast.ts";
import type { ValueType } from "../types/component-types.ts";
import { formatValueType } from "../types/wit.ts";
import { integerRanges, nameOf } from "./check-value.ts";

/** One place in generated code: it hands over the numbers of items that stand between the parts of the path. */
export interface ValuePlace {
  readonly path: readonly string[];
  /** The parameter, by its name in the component. */
  readonly param: string | undefined;
  readonly type: ValueType;
  /** Whether there may be no value. */
  readonly isOptional?: boolean;
  /** What is wanted here, if that is not the whole of the type. */
  readonly wanted?: string;
}

/** The same while code is generated, with the variables that hold these numbers. */
export class ValuePath {
  readonly parts: readonly string[];
  readonly variables: readonly string[];
  readonly param: string | undefined;
  /** Of cases, where the host gives their payloads at another place than `val` of this one. */
  readonly payloads: readonly ValuePath[] | undefined;
  readonly isOptional: boolean;

  constructor(
    parts: readonly string[],
    {
      variables = [],
      param,
      payloads,
      isOptional = false,
    }: Partial<Pick<ValuePath, "variables" | "param" | "payloads" | "isOptional">> = {},
  ) {
    this.payloads = payloads;
    this.isOptional = isOptional;
    this.parts = parts;
    this.variables = variables;
    this.param = param;
  }

  at(text: string): ValuePath {
    const parts = [...this.parts.slice(0, -1), `${this.parts.at(-1) ?? ""}${text}`];
    return new ValuePath(parts, { variables: this.variables, param: this.param });
  }

  item(variable: string): ValuePath {
    const { parts, param } = this.at("[");
    return new ValuePath([...parts, "]"], { variables: [...this.variables, variable], param });
  }

  /** The same place, for the value of an option, which need not be there. */
  get optional(): ValuePath {
    const { parts, variables, param } = this;
    return new ValuePath(parts, { variables, param, isOptional: true });
  }

  place(type: ValueType, wanted?: string): ValuePlace {
    const { parts: path, param, isOptional } = this;
    const place = isOptional ? { path, param, type, isOptional } : { path, param, type };
    return wanted === undefined ? place : { ...place, wanted };
  }
}

const typeWordsMax = 80;

/** What is said of a value that does not fit. */
export interface Refusal {
  readonly place: ValuePlace;
  readonly items: readonly number[];
  readonly value: unknown;
  /** Instead of the value, where it says more. */
  readonly found: string | undefined;
}

/** `args[0].names[3] ('who') must be string (…), found 5` */
export function refusalOf({ place, items, value, found }: Refusal): string {
  const { path, param, type } = place;
  const where = path.map((part, index) => `${index === 0 ? "" : items[index - 1]}${part}`).join("");
  const name = param === undefined ? "" : ` ('${param}')`;
  const text = formatValueType(type, undefined, { letters: 2 * typeWordsMax });
  const short = text.length > typeWordsMax ? `${text.slice(0, typeWordsMax)}…` : text;
  const wanted = place.wanted ?? wantedFor(type);
  const hint = place.isOptional === true && value === null ? "; where there is no value, it is undefined" : "";
  return `${where}${name} must be ${short}${wanted === "" ? "" : ` (${wanted})`}, found ${found ?? nameOf(value)}${hint}`;
}

function integers(kind: keyof typeof integerRanges): string {
  const [least, most] = integerRanges[kind];
  return typeof least === "bigint" ? `a bigint from ${least}n to ${most}n` : `an integer from ${least} to ${most}`;
}

const primitiveWords: Readonly<Record<Primitive, string>> = {
  bool: "true or false",
  u8: integers("u8"),
  s8: integers("s8"),
  u16: integers("u16"),
  s16: integers("s16"),
  u32: integers("u32"),
  s32: integers("s32"),
  u64: integers("u64"),
  s64: integers("s64"),
  f32: "a number that fits 32 bits",
  f64: "a number",
  char: "a string of one Unicode scalar value",
  string: "a string of Unicode scalar values",
  "error-context": "",
};

const kindWords: Partial<Readonly<Record<ValueType["kind"], string>>> = {
  list: "an iterable object",
  map: "a Map, or an iterable object of pairs",
  record: "an object",
  flags: "an object of true and false by the names of flags",
  variant: "an object with a tag",
  option: "an object with a tag",
  result: "an object with a tag",
  own: "a resource",
  borrow: "a resource",
};

function wantedFor(type: ValueType): string {
  if (type.kind === "primitive") return primitiveWords[type.primitive];
  if (type.kind === "tuple") return `an iterable object of ${countOf(type.types.length)}`;
  if (type.kind === "fixed-list") return `an iterable object of ${countOf(type.length)}`;
  return kindWords[type.kind] ?? "";
}

export const countOf = (items: number): string => (items === 1 ? "1 item" : `${items} items`);

export const oneOf = (labels: readonly string[]): string => `one of ${labels.map((label) => `'${label}'`).join(", ")}`;
