/**
 * What a host function answers with when nobody takes it any more: its promise was settled when the call had ended, or the
 * call ended before all of it was lowered. The host's own objects are dropped, as where the guest has no room for them;
 * what instances define stays the host's.
 */
import type { Resource, ValueType } from "../types/component-types.ts";
import type { RuntimeResource } from "./handle-table.ts";
import { ownedIn } from "./owned-in.ts";

interface Late {
  /** Of the function. */
  readonly result: ValueType;
  readonly resources: ReadonlyMap<Resource, RuntimeResource>;
}

export interface GivenUp {
  /** Of the function. */
  readonly result: ValueType;
  /** Those that it names, and what they are for the instance, in the same order. */
  readonly resources: readonly Resource[];
  readonly bound: readonly RuntimeResource[];
}

/** Never throws: nobody would catch it, and the value was not read yet, so that it may be anything. */
export function dropLate(value: unknown, { result, resources }: Late): void {
  dropOwned(value, { result, found: (resource) => resources.get(resource) }, 0);
}

/** The same of an answer of which the first `lowered` are not to be dropped, in the order of the type. */
export function dropRest(value: unknown, { result, resources, bound }: GivenUp, lowered: number): void {
  dropOwned(value, { result, found: (resource) => bound[resources.indexOf(resource)] }, lowered);
}

interface Walked {
  readonly result: ValueType;
  readonly found: (resource: Resource) => RuntimeResource | undefined;
}

function dropOwned(value: unknown, { result, found }: Walked, first: number): void {
  try {
    const owned = ownedIn(result, value).slice(first);
    // All before the first is dropped: who drops may end the instance, which forgets its resources then.
    const dropped = owned.map((each) => ({ value: each.value, resource: found(each.resource) }));
    for (const each of dropped) drop(each.value, each.resource);
  } catch {
    // It is no value of the type.
  }
}

function drop(value: unknown, resource: RuntimeResource | undefined): void {
  if (resource?.values === undefined) return;
  try {
    resource.drop(resource.values.add(value));
  } catch {
    // What ended the call is what its caller has to know.
  }
}
