/** What programs without types may give in place of what is wanted: refused where they give it, before it is kept. */
import { argumentError } from "../../core/argument-error.ts";
import { nameOf } from "../call/check-value.ts";

/** @throws TypeError (`invalid-argument`), as all here */
export function requireName(name: string): void {
  if (typeof name !== "string") throw argumentError(`a name must be a string, found ${nameOf(name)}`);
}

/** @param whose what is given it, as messages begin with */
export function requireFunction(given: unknown, whose: string): void {
  if (typeof given !== "function") throw argumentError(`${whose} must be given a function, found ${nameOf(given)}`);
}

/** The text "false" would pass for true. */
export function requireFlag(given: unknown, whose: string): void {
  if (typeof given !== "boolean") throw argumentError(`${whose} must be true or false, found ${nameOf(given)}`);
}

/** Any iterable will do; a text is none that anybody means. */
export function requireArguments(args: readonly unknown[]): void {
  if (Array.isArray(args) || (isObject(args) && typeof args[Symbol.iterator] === "function")) return;
  throw argumentError(`the arguments of a call must be an array, found ${nameOf(args)}`);
}

export function requireSystem(system: object): void {
  if (isObject(system) && typeof system["install"] === "function") return;
  throw argumentError(
    `'linkSystem' must be given a system component, found ${nameOf(system)}; it is an object with a function 'install'`,
  );
}

const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === "object" && value !== null;
