/**
 * Values that calls answer with by a promise. A promise that is settled with an object that has a function `then` calls
 * that instead, and whoever waits for it may wait for ever. What a guest gives holds no functions, but for resources of
 * the host, which are the host's own objects: a guest chooses which of them it gives back, and how the field is called.
 */
import { UnsupportedError } from "../errors/errors.ts";
import type { ValueType } from "../types/component-types.ts";
import { propertyNames } from "../types/property-name.ts";

/** Whether a value of the type, as a call answers with it, may be such an object. */
export function mayHaveThen(result: ValueType | undefined): boolean {
  if (result === undefined) return false;
  // The other side is thrown.
  const type = result.kind === "result" ? result.ok : result;
  if (type === undefined || isResource(type)) return type !== undefined;
  const given = type.kind === "option" ? type.type : type;
  if (given.kind !== "record") return false;
  const names = propertyNames(given.fields.map(({ label }) => label));
  return given.fields.some((field, index) => names[index] === "then" && isResource(field.type));
}

const isResource = (type: ValueType): boolean =>
  type.kind === "own" || (type.kind === "option" && type.type.kind === "own");

/**
 * The value.
 * @param what answers with it
 * @throws UnsupportedError
 */
export function awaitable(value: unknown, what: string): unknown {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject || !("then" in value) || typeof value.then !== "function") return value;
  const why = "a promise would call it, but 'func' returns the value";
  throw new UnsupportedError(`answering ${what} with an object that has a function 'then' (${why})`);
}
