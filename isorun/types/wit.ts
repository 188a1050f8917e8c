/** Types as WIT writes them (design/mvp/WIT.md), in one line each, for messages. */
import type { AnyType, ExternType, FuncType, ValueType } from "./component-types.ts";
import { isValueType } from "./component-types.ts";
import { formatModuleType } from "./module-text.ts";
import { identifier } from "./wit-identifier.ts";

type Names = Pick<ReadonlyMap<AnyType, string>, "get">;

/**
 * How much may still be written, in letters: WIT has no names for types that a component gives none, and one that names
 * another twice, level by level, would be written out to megabytes. What does not fit is an ellipsis, and below zero it
 * was needed.
 */
export interface Room {
  letters: number;
}

/** No type that somebody wrote is as long. */
export const lettersMax = 10_000;

const fullRoom = (): Room => ({ letters: lettersMax });
/** Those that types were imported and exported by. */
const ownNames: Names = {
  get: (type) => {
    const name = isValueType(type) || type.kind === "resource" ? type.name : undefined;
    return name === undefined ? undefined : identifier(name);
  },
};

/** How a type is called where it is used. @param names of types that have one in this place */
export function formatValueType(type: ValueType, names: Names = ownNames, room = fullRoom()): string {
  const own = names.get(type);
  return own === undefined ? formatShape(type, names, room) : fit(own, room);
}

function fit(text: string, room: Room): string {
  if (room.letters < 0) return "…";
  room.letters -= text.length + 1;
  return room.letters < 0 ? "…" : text;
}

/** The same for what stands behind a name of its own. */
export function formatShape(type: ValueType, names: Names = ownNames, room = fullRoom()): string {
  const word = fit(type.kind === "primitive" ? type.primitive : type.kind, room);
  if (word === "…") return word;
  const inner = (part: ValueType): string => formatValueType(part, names, room);
  const optional = (part: ValueType | undefined): string => (part === undefined ? "_" : inner(part));
  if (type.kind === "primitive") return word;
  if (type.kind === "list") return `list<${inner(type.element)}>`;
  if (type.kind === "fixed-list") return `list<${inner(type.element)}, ${type.length}>`;
  if (type.kind === "map") return `map<${inner(type.key)}, ${inner(type.value)}>`;
  if (type.kind === "option") return `option<${inner(type.type)}>`;
  if (type.kind === "tuple") return `tuple<${formatAll(type.types, room, inner)}>`;
  if (type.kind === "result") return formatResult(type.ok, type.error, optional);
  if (type.kind === "stream" || type.kind === "future") {
    return type.element === undefined ? type.kind : `${type.kind}<${inner(type.element)}>`;
  }
  if (type.kind === "own") return fit(names.get(type.resource) ?? "resource", room);
  if (type.kind === "borrow") return `borrow<${fit(names.get(type.resource) ?? "resource", room)}>`;
  return formatBody(type, names, room);
}

/** One ellipsis for all that do not fit. */
function formatAll<T>(parts: readonly T[], room: Room, format: (part: T) => string): string {
  const texts: string[] = [];
  for (const part of parts) {
    texts.push(room.letters < 0 ? "…" : format(part));
    if (room.letters < 0) break;
  }
  return texts.join(", ");
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
function formatBody(type: Named, names: Names, room: Room): string {
  if (type.kind === "record") {
    const fields = formatAll(type.fields, room, (field) => {
      return `${fit(field.label, room)}: ${formatValueType(field.type, names, room)}`;
    });
    return `record { ${fields} }`;
  }
  if (type.kind === "variant") {
    const cases = formatAll(type.cases, room, ({ label, type: payload }) => {
      const name = fit(label, room);
      return payload === undefined ? name : `${name}(${formatValueType(payload, names, room)})`;
    });
    return `variant { ${cases} }`;
  }
  return `${type.kind} { ${formatAll(type.labels, room, (label) => fit(label, room))} }`;
}

export function formatFuncType(type: FuncType, names: Names = ownNames, room = fullRoom()): string {
  const params = formatAll(type.params, room, (param) => {
    return `${fit(param.label, room)}: ${formatValueType(param.type, names, room)}`;
  });
  const result = type.result === undefined ? "" : ` -> ${formatValueType(type.result, names, room)}`;
  return `${type.isAsync ? "async " : ""}func(${params})${result}`;
}

/** One line for a message. */
export function formatExternType(type: ExternType, room = fullRoom()): string {
  if (type.kind === "func") return formatFuncType(type, ownNames, room);
  if (type.kind === "instance")
    return `interface of ${type.exports.size} ${type.exports.size === 1 ? "item" : "items"}`;
  if (type.kind === "core module") return formatModuleType(type, room);
  if (type.kind !== "type") return type.kind;
  if (type.type.kind === "resource") return "resource";
  return isValueType(type.type) ? `type ${formatShape(type.type, ownNames, room)}` : `type of a ${type.type.kind}`;
}

/** A type with a name, which `names` knows from then on. */
export function formatTypeItem(name: string, type: AnyType, names: Map<AnyType, string>): string[] {
  const known = names.get(type);
  names.set(type, name);
  if (known !== undefined) return [`type ${name} = ${known};`];
  if (type.kind === "resource") return [`resource ${name};`];
  if (!isValueType(type)) return [`type ${name} = ${type.kind};`];
  if (type.kind === "record" || type.kind === "variant" || type.kind === "enum" || type.kind === "flags") {
    const body = formatBody(type, names, fullRoom());
    return [`${type.kind} ${name} ${body.slice(type.kind.length + 1)}`];
  }
  return [`type ${name} = ${formatShape(type, names)};`];
}
