/**
 * Generates the JavaScript that reads and checks a value before it is lowered (lower-source.ts): each property once, so that a
 * lying getter cannot answer twice.
 */
import type { Primitive } from "../decode/ast.ts";
import type { ValueType } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import { passes, type Scalar } from "./scalar-source.ts";
import type { Source } from "./source.ts";
import { emitReading } from "./unlowered-source.ts";
import { oneOf, ValuePath } from "./value-place.ts";

export interface InOption {
  readonly isInOption?: boolean;
}

/** The name of a value, and where it came from. */
export interface Given {
  readonly value: string;
  readonly path: ValuePath;
  /** What may stand there, if that is not the whole of its type. */
  readonly wanted?: string;
}

/** The checked core value of a scalar. */
export function scalar(source: Source, primitive: Scalar, given: Given): string {
  const { value } = given;
  const refused = refuse(source, { kind: "primitive", primitive }, given);
  if (primitive === "bool") return `(${value} === true ? 1 : ${value} === false ? 0 : ${refused})`;
  if (primitive !== "char") return `(${passes[primitive](value)} ? ${value} : ${refused})`;
  const code = source.let(`cx.char(${value})`, "c");
  return `(${code} >= 0 ? ${code} : ${refused})`;
}

/** A call that throws. */
export function refuse(source: Source, type: RefusedType, { value, path, wanted }: Given): string {
  const place = source.constant(path.place(type as ValueType, wanted)); // of which only the words are used
  return `cx.refuseValue(${place}, ${value}, [${path.variables.join(", ")}])`;
}

type RefusedType = ValueType | { readonly kind: "primitive"; readonly primitive: Primitive };

export function refuseUnless(source: Source, test: string, refused: string): void {
  source.line(`if (!(${test})) ${refused};`);
}

function checkObject(source: Source, type: ValueType, given: Given): void {
  refuseUnless(source, `typeof ${given.value} === "object" && ${given.value} !== null`, refuse(source, type, given));
}

/** The items in an array of our own. */
export function emitItems(source: Source, type: ValueType, { given, call }: { given: Given; call: string }): string {
  const items = emitReading(source, type, { value: given.value, call });
  refuseUnless(source, `${items} !== undefined`, refuse(source, type, given));
  return items;
}

/** Where the string lies; `cx.units` is how long it is. */
export function emitString(source: Source, given: Given): string {
  const start = source.let(`cx.lowerString(${given.value})`, "s");
  refuseUnless(source, `${start} >= 0`, refuse(source, { kind: "primitive", primitive: "string" }, given));
  return start;
}

export const partAt = (parts: readonly Given[], index: number): Given =>
  parts[index] ?? { value: "undefined", path: new ValuePath([]) };

/** The parts in variables of their own, each read once. */
export function partsOfAggregate(
  source: Source,
  type: ValueType & { readonly kind: "record" | "tuple" },
  given: Given,
): Given[] {
  const { value, path } = given;
  if (type.kind === "tuple") {
    const items = emitItems(source, type, { given, call: `cx.itemsOf(${value}, ${type.types.length})` });
    return type.types.map((_, index) => ({ value: source.let(`${items}[${index}]`), path: path.at(`[${index}]`) }));
  }
  checkObject(source, type, given);
  return propertyNames(type.fields.map(({ label }) => label)).map((name) => ({
    value: source.let(property(value, name)),
    path: path.at(`.${name}`),
  }));
}

function property(value: string, name: string): string {
  const text = JSON.stringify(name);
  return name in Object.prototype ? `cx.own(${value}, ${text})` : `${value}[${text}]`;
}

export function packFlags(source: Source, type: ValueType & { readonly kind: "flags" }, given: Given): string {
  checkObject(source, type, given);
  const names = propertyNames(type.labels);
  const known = source.constant(new Set(names));
  refuseUnless(source, `cx.hasOnly(${given.value}, ${known})`, refuse(source, type, given));
  const bits = names.map((name, index) => {
    const flag = source.let(property(given.value, name));
    const wanted = "true, false or absent";
    const place = { value: flag, path: given.path.at(`.${name}`), wanted };
    const refused = refuse(source, type, place);
    return `((${flag} === true ? 1 : ${flag} === false || ${flag} === undefined ? 0 : ${refused}) << ${index})`;
  });
  return source.let(`(${bits.join(" | ")}) >>> 0`, "b");
}

export type Variant = ValueType & { readonly kind: "variant" | "enum" | "option" | "result" };

interface Chosen {
  /** The name of a variable: the index of the case. */
  readonly index: string;
  readonly payload: Given;
}

export function choose(source: Source, type: Variant, given: Given & InOption): Chosen {
  const { value, path, isInOption = false } = given;
  if (type.kind === "enum") {
    return { index: caseOf(source, type, { labels: type.labels, given }), payload: { value: "undefined", path } };
  }
  if (type.kind === "option" && !isInOption) {
    return { index: source.let(`${value} === undefined ? 0 : 1`, "t"), payload: { ...given, path: path.optional } };
  }
  const labels =
    type.kind === "variant"
      ? type.cases.map(({ label }) => label)
      : type.kind === "option"
        ? ["none", "some"]
        : ["ok", "err"];
  checkObject(source, type, given);
  const tag = { value: source.let(`${value}.tag`), path: path.at(".tag") };
  const index = caseOf(source, type, { labels, given: tag });
  return { index, payload: { value: source.let(`${value}.val`), path: path.at(".val") } };
}

interface Labelled {
  readonly labels: readonly string[];
  readonly given: Given;
}

function caseOf(source: Source, type: ValueType, { labels, given }: Labelled): string {
  const index = source.let(`cx.caseOf(${given.value}, ${source.constant(labels)})`, "t");
  refuseUnless(source, `${index} >= 0`, refuse(source, type, { ...given, wanted: oneOf(labels) }));
  return index;
}
