// Written by tools/assemble-examples.ts.

import type { CallContext } from "@vivarium/isorun";

/** What an instance is given, by the names of its imports. What a `result` would hold as `err` is thrown (ComponentError). */
export type Imports = {
};

/** What an instance gives: `instance.exports as Exports`. A result is its `ok` side; its `err` side is thrown (ComponentError). */
export type Exports = {
  /** func(name: string) -> string */
  readonly "greet": (name: string, context?: CallContext) => Promise<string>;
  /** func(numbers: list<u32>) -> u64 */
  readonly "sum": (numbers: Iterable<number>, context?: CallContext) => Promise<bigint>;
};
