/** The end of a host's own value: a guest goes on behind it, and an instance is gone with it, so nothing waits for it. */
import { argumentError } from "../../core/argument-error.ts";
import { requireAtOnce } from "./at-once.ts";

interface Dropping {
  readonly drop?: (value: unknown) => unknown;
}

/** @throws TypeError if it answers with a promise, and what `drop` throws */
export function dropValue(type: Dropping, value: unknown, name: string): void {
  requireAtOnce(type.drop?.(value), `'drop' of '${name}'`, why);
}

/** @throws TypeError (`invalid-argument`) */
export function requireNotAsync(drop: unknown, name: string): void {
  if (Object.prototype.toString.call(drop) !== "[object AsyncFunction]") return;
  throw argumentError(`'drop' of '${name}' must not be an async function: it would answer with a promise, ${why}`);
}

const why = "for which neither a guest nor the end of an instance can wait";
