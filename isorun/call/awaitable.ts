/**
 * Values that calls answer with by a promise. A promise that is settled with an object that has a function `then` calls
 * that instead, and whoever waits for it may wait for ever. What a guest gives holds no functions, but for resources of
 * the host, which are the host's own objects: a guest chooses which of them it gives back, and how the field is called.
 */
import { UnsupportedError } from "../errors/errors.ts";
import type { Resource, ValueType } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";
import { dropOwned } from "./drop-owned.ts";
import type { RuntimeResource } from "./handle-table.ts";
import { ownedIn } from "./owned-in.ts";
import { ResourceValue } from "./resource-value.ts";

/** Whether a value of the type, as a call answers with it, may be such an object. */
export function mayHaveThen(result: ValueType | undefined): boolean {
  // The other side is thrown.
  const type = answerOf(result);
  if (type === undefined || isResource(type)) return type !== undefined;
  const given = type.kind === "option" ? type.type : type;
  if (given.kind !== "record") return false;
  const names = propertyNames(given.fields.map(({ label }) => label));
  return given.fields.some((field, index) => names[index] === "then" && isResource(field.type));
}

const answerOf = (result: ValueType | undefined): ValueType | undefined =>
  result?.kind === "result" ? result.ok : result;

const isResource = (type: ValueType): boolean =>
  type.kind === "own" || (type.kind === "option" && type.type.kind === "own");

export interface Answer {
  /** Of the function. */
  readonly result: ValueType | undefined;
  /** Those that it names, and what they are for the instance, in the same order. */
  readonly resources: readonly Resource[];
  readonly bound: readonly RuntimeResource[];
}

/**
 * The value. What is refused has left the guest already, and nobody has it: all that it owns is dropped.
 * @param what answers with it
 * @throws UnsupportedError
 */
export function awaitable(value: unknown, { result, resources, bound }: Answer, what: string): unknown {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject || !("then" in value) || typeof value.then !== "function") return value;
  dropOwned(ownedIn(answerOf(result), value), {
    found: (resource) => bound[resources.indexOf(resource)],
    ofInstances: (each) => ResourceValue.dropInTurn(each),
  });
  const why = "a promise would call it, so that what it owns was dropped: 'func' returns such a value";
  throw new UnsupportedError(`answering ${what} with an object that has a function 'then' (${why})`);
}
