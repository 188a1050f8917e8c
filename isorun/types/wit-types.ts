/** Value types as WIT writes them where they are used. */
import type { Primitive } from "../decode/ast.ts";
import type { AnyType, ResourceType, ValueType } from "./component-types.ts";
import { makeValueType, primitiveType } from "./value-type.ts";
import type { WitTokens } from "./wit-tokens.ts";

/** What names stand for in one interface. */
export type WitNames = Map<string, ValueType | ResourceType>;

const primitives: ReadonlySet<string> = new Set<Primitive>([
  "bool",
  "s8",
  "u8",
  "s16",
  "u16",
  "s32",
  "u32",
  "s64",
  "u64",
  "f32",
  "f64",
  "char",
  "string",
  "error-context",
]);

/** A resource by its name alone is one that is owned. @throws Error */
export function readWitType(tokens: WitTokens, names: WitNames): ValueType {
  const isEscaped = tokens.peek().startsWith("%");
  const word = tokens.name();
  const generic = isEscaped ? undefined : generics[word];
  if (generic !== undefined) return generic(tokens, names);
  if (!isEscaped && primitives.has(word)) return primitiveType(word as Primitive); // as the set says
  const named = names.get(word) ?? tokens.fail(`nothing is named '${word}'`);
  return named.kind === "resource" ? makeValueType({ kind: "own", resource: named }) : named;
}

type ReadGeneric = (tokens: WitTokens, names: WitNames) => ValueType;

const generics: Readonly<Record<string, ReadGeneric>> = {
  list: readList,
  option: (tokens, names) => makeValueType({ kind: "option", type: inBrackets(tokens, names) }),
  tuple: (tokens, names) =>
    makeValueType({ kind: "tuple", types: tokens.list("<", ">", () => readWitType(tokens, names)) }),
  result: readResult,
  own: (tokens, names) => makeValueType({ kind: "own", resource: readResource(tokens, names) }),
  borrow: (tokens, names) => makeValueType({ kind: "borrow", resource: readResource(tokens, names) }),
};

function inBrackets(tokens: WitTokens, names: WitNames): ValueType {
  tokens.expect("<");
  const type = readWitType(tokens, names);
  tokens.expect(">");
  return type;
}

/** `list<T>`, or `list<T, 4>`. */
function readList(tokens: WitTokens, names: WitNames): ValueType {
  tokens.expect("<");
  const element = readWitType(tokens, names);
  const length = tokens.accept(",") ? Number(tokens.next()) : undefined;
  tokens.expect(">");
  if (length === undefined) return makeValueType({ kind: "list", element });
  return makeValueType({ kind: "fixed-list", element, length });
}

/** `result`, `result<T>`, `result<_, E>`, or `result<T, E>`. */
function readResult(tokens: WitTokens, names: WitNames): ValueType {
  if (tokens.peek() !== "<") return makeValueType({ kind: "result", ok: undefined, error: undefined });
  const sides = tokens.list("<", ">", () => (tokens.accept("_") ? undefined : readWitType(tokens, names)));
  return makeValueType({ kind: "result", ok: sides[0], error: sides[1] });
}

function readResource(tokens: WitTokens, names: WitNames): ResourceType {
  tokens.expect("<");
  const name = tokens.name();
  const named: AnyType = names.get(name) ?? tokens.fail(`nothing is named '${name}'`);
  tokens.expect(">");
  return named.kind === "resource" ? named : tokens.fail(`'${name}' is no resource`);
}
