/** Value types as WIT writes them where they are used. */
import type { Primitive } from "../decode/ast.ts";
import type { ResourceType, ValueType } from "./component-types.ts";
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

/** Names that mean a type without being defined. */
export const isBuiltIn = (name: string): boolean => primitives.has(name) || generics.has(name);

/** A resource by its name alone is one that is owned. @throws TypeError */
export function readWitType(tokens: WitTokens, names: WitNames): ValueType {
  const isEscaped = tokens.peek().startsWith("%");
  const word = tokens.name();
  const generic = isEscaped ? undefined : generics.get(word);
  if (generic !== undefined) return generic(tokens, names);
  if (!isEscaped && primitives.has(word)) return primitiveType(word as Primitive); // as the set says
  const named = typeNamed(tokens, names, word);
  return named.kind === "resource" ? makeValueType({ kind: "own", resource: named }) : named;
}

/** @param word that was read last */
function typeNamed(tokens: WitTokens, names: WitNames, word: string): ValueType | ResourceType {
  const problem = `nothing above is named '${word}'; define it, or \`use\` it, before it is named`;
  return names.get(word) ?? tokens.failAtLast(problem);
}

type ReadGeneric = (tokens: WitTokens, names: WitNames) => ValueType;

const generics: ReadonlyMap<string, ReadGeneric> = new Map<string, ReadGeneric>([
  ["list", readList],
  ["option", (tokens, names) => makeValueType({ kind: "option", type: readOption(tokens, names) })],
  ["tuple", readTuple],
  ["result", readResult],
  ["own", (tokens, names) => makeValueType({ kind: "own", resource: readResource(tokens, names) })],
  ["borrow", (tokens, names) => makeValueType({ kind: "borrow", resource: readResource(tokens, names) })],
]);

function readOption(tokens: WitTokens, names: WitNames): ValueType {
  tokens.expect("<");
  const type = readWitType(tokens, names);
  tokens.expect(">");
  return type;
}

function readTuple(tokens: WitTokens, names: WitNames): ValueType {
  const types = tokens.list("<", ">", () => readWitType(tokens, names));
  if (types.length === 0) tokens.failAtLast("a tuple has at least one type");
  return makeValueType({ kind: "tuple", types });
}

/** `list<T>`, or `list<T, 4>`. */
function readList(tokens: WitTokens, names: WitNames): ValueType {
  tokens.expect("<");
  const element = readWitType(tokens, names);
  const length = tokens.accept(",") ? readLength(tokens) : undefined;
  tokens.expect(">");
  if (length === undefined) return makeValueType({ kind: "list", element });
  return makeValueType({ kind: "fixed-list", element, length });
}

/** Binaries have it in 32 bits. */
const lengthMax = 2 ** 32 - 1;

function readLength(tokens: WitTokens): number {
  const digits = tokens.peek();
  const isLength = /^[1-9]\d*$/.test(digits) && Number(digits) <= lengthMax;
  if (!isLength) tokens.failExpecting("a length", { which: `, from 1 to ${lengthMax}` });
  return Number(tokens.next());
}

/** `result`, `result<T>`, `result<_, E>`, or `result<T, E>`. */
function readResult(tokens: WitTokens, names: WitNames): ValueType {
  if (!tokens.accept("<")) return makeValueType({ kind: "result", ok: undefined, error: undefined });
  const ok = tokens.accept("_") ? undefined : readWitType(tokens, names);
  if (ok === undefined) tokens.expect(",");
  const error = ok === undefined || tokens.accept(",") ? readWitType(tokens, names) : undefined;
  if (tokens.peek() === ",") tokens.fail("a result has at most two types");
  tokens.expect(">");
  return makeValueType({ kind: "result", ok, error });
}

function readResource(tokens: WitTokens, names: WitNames): ResourceType {
  tokens.expect("<");
  const word = tokens.name();
  const named = typeNamed(tokens, names, word);
  if (named.kind !== "resource") {
    return tokens.failAtLast(`'${word}' is no resource; \`own\` and \`borrow\` take the name of one`);
  }
  tokens.expect(">");
  return named;
}
