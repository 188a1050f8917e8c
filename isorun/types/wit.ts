/** Types as WIT writes them (design/mvp/WIT.md), in one line each, for messages. */
import type { AnyType, ExternType, FuncType, ValueType } from "./component-types.ts";
import { isValueType } from "./component-types.ts";

/** How a type is called where it is used. @param names of types that have one in this place */
export function formatValueType(type: ValueType, names: ReadonlyMap<AnyType, string> = new Map()): string {
  const own = names.get(type);
  if (own !== undefined) return own;
  const inner = (part: ValueType): string => formatValueType(part, names);
  const optional = (part: ValueType | undefined): string => (part === undefined ? "_" : inner(part));
  if (type.kind === "primitive") return type.primitive;
  if (type.kind === "list") return `list<${inner(type.element)}>`;
  if (type.kind === "fixed-list") return `list<${inner(type.element)}, ${type.length}>`;
  if (type.kind === "map") return `map<${inner(type.key)}, ${inner(type.value)}>`;
  if (type.kind === "option") return `option<${inner(type.type)}>`;
  if (type.kind === "tuple") return `tuple<${type.types.map(inner).join(", ")}>`;
  if (type.kind === "result") return formatResult(type.ok, type.error, optional);
  if (type.kind === "stream" || type.kind === "future") {
    return type.element === undefined ? type.kind : `${type.kind}<${inner(type.element)}>`;
  }
  if (type.kind === "own") return names.get(type.resource) ?? "resource";
  if (type.kind === "borrow") return `borrow<${names.get(type.resource) ?? "resource"}>`;
  return formatBody(type, names);
}

function formatResult(
  ok: ValueType | undefined,
  error: ValueType | undefined,
  optional: (part: ValueType | undefined) => string,
): string {
  if (ok === undefined && error === undefined) return "result";
  return error === undefined ? `result<${optional(ok)}>` : `result<${optional(ok)}, ${optional(error)}>`;
}

type Named = ValueType & { readonly kind: "record" | "variant" | "enum" | "flags" };

/** `record { … }` and its kin, which in WIT stand behind a name of their own. */
function formatBody(type: Named, names: ReadonlyMap<AnyType, string>): string {
  if (type.kind === "record") {
    return `record { ${type.fields.map((field) => `${field.label}: ${formatValueType(field.type, names)}`).join(", ")} }`;
  }
  if (type.kind === "variant") {
    const cases = type.cases.map(({ label, type: payload }) =>
      payload === undefined ? label : `${label}(${formatValueType(payload, names)})`,
    );
    return `variant { ${cases.join(", ")} }`;
  }
  return `${type.kind} { ${type.labels.join(", ")} }`;
}

export function formatFuncType(type: FuncType, names: ReadonlyMap<AnyType, string> = new Map()): string {
  const params = type.params.map((param) => `${param.label}: ${formatValueType(param.type, names)}`);
  const result = type.result === undefined ? "" : ` -> ${formatValueType(type.result, names)}`;
  return `${type.isAsync ? "async " : ""}func(${params.join(", ")})${result}`;
}

/** One line for a message. */
export function formatExternType(type: ExternType): string {
  if (type.kind === "func") return formatFuncType(type);
  if (type.kind === "instance") return `interface of ${type.exports.size} items`;
  if (type.kind !== "type") return type.kind;
  if (type.type.kind === "resource") return "resource";
  return isValueType(type.type) ? `type ${formatValueType(type.type)}` : `type of a ${type.type.kind}`;
}

/** A type with a name, which `names` knows from then on. */
export function formatTypeItem(name: string, type: AnyType, names: Map<AnyType, string>): string[] {
  const known = names.get(type);
  names.set(type, name);
  if (known !== undefined) return [`type ${name} = ${known};`];
  if (type.kind === "resource") return [`resource ${name};`];
  if (!isValueType(type)) return [`type ${name} = ${type.kind};`];
  if (type.kind === "record" || type.kind === "variant" || type.kind === "enum" || type.kind === "flags") {
    const body = formatBody(type, names);
    return [`${type.kind} ${name} ${body.slice(type.kind.length + 1)}`];
  }
  const others = new Map([...names].filter(([other]) => other !== type));
  return [`type ${name} = ${formatValueType(type, others)};`];
}
