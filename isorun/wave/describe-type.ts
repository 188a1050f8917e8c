/**
 * Types in messages: as WIT writes them, but never long. A type may be deep and may name another one twice at each
 * level, so that only its outermost levels are looked at.
 */
import type { ValueType } from "../types/component-types.ts";

const depthMax = 3;
const namesMax = 6;

export const describeType = (type: ValueType): string => describe(type, 1);

function describe(type: ValueType, depth: number): string {
  if (depth > depthMax) return "…";
  const inner = (part: ValueType | undefined): string => (part === undefined ? "_" : describe(part, depth + 1));
  if (type.kind === "primitive") return type.primitive;
  if (type.kind === "list") return `list<${inner(type.element)}>`;
  if (type.kind === "fixed-list") return `list<${inner(type.element)}, ${type.length}>`;
  if (type.kind === "map") return `map<${inner(type.key)}, ${inner(type.value)}>`;
  if (type.kind === "option") return `option<${inner(type.type)}>`;
  if (type.kind === "tuple") return `tuple<${shorten(type.types.slice(0, namesMax + 1).map(inner))}>`;
  if (type.kind === "result") {
    return type.ok === undefined && type.error === undefined
      ? "result"
      : `result<${inner(type.ok)}, ${inner(type.error)}>`;
  }
  const labels = namesOf(type);
  return labels === undefined ? type.kind : `${type.kind} { ${shorten(labels)} }`;
}

function namesOf(type: ValueType): readonly string[] | undefined {
  if (type.kind === "record") return type.fields.map(({ label }) => label);
  if (type.kind === "variant") return type.cases.map(({ label }) => label);
  return type.kind === "enum" || type.kind === "flags" ? type.labels : undefined;
}

const shorten = (names: readonly string[]): string =>
  names.length > namesMax ? `${names.slice(0, namesMax).join(", ")}, …` : names.join(", ");
