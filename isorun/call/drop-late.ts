/**
 * What a host function answers with when nobody takes it any more: its promise was settled when the call had ended, or the
 * call ended before all of it was lowered. The host's own objects are dropped, as where the guest has no room for them;
 * what instances define stays the host's.
 */
import type { Resource, ValueType } from "../types/component-types.ts";
import { dropOwned } from "./drop-owned.ts";
import type { RuntimeResource } from "./handle-table.ts";
import { type Owned, ownedIn } from "./owned-in.ts";

interface Late {
  /** Of the function. */
  readonly result: ValueType;
  readonly resources: ReadonlyMap<Resource, RuntimeResource>;
}

/** Resources that a function names, and what they are for the instance, in the same order. */
export interface Bound {
  readonly resources: readonly Resource[];
  readonly bound: readonly RuntimeResource[];
}

/** Parts of one type, as they were read. */
export interface Unlowered {
  readonly type: ValueType;
  readonly values: readonly unknown[];
}

/** Never throws: nobody would catch it, and the value was not read yet, so that it may be anything. */
export function dropLate(value: unknown, { result, resources }: Late): void {
  dropAll(ownedIn(result, value), (resource) => resources.get(resource));
}

/** The same of the parts of an answer that were not lowered. */
export function dropUnlowered(parts: readonly Unlowered[], { resources, bound }: Bound): void {
  const owned = parts.flatMap(({ type, values }) => values.flatMap((value) => ownedIn(type, value)));
  dropAll(owned, (resource) => bound[resources.indexOf(resource)]);
}

const dropAll = (owned: readonly Owned[], found: (resource: Resource) => RuntimeResource | undefined): void =>
  dropOwned(owned, { found, ofInstances: () => undefined });
