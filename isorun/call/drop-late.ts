/**
 * What a host function answers with when nobody takes it any more: its promise was settled when the call had ended, or the
 * call ended before all of it was lowered. The host's own objects are dropped, as where the guest has no room for them;
 * what instances define stays the host's.
 */
import type { Resource, ValueType } from "../types/component-types.ts";
import { dropOwned } from "./drop-owned.ts";
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
  dropUnlowered(value, { result, lowered: 0 }, (resource) => resources.get(resource));
}

/** The same of an answer of which the first `lowered` are not to be dropped, in the order of the type. */
export function dropRest(value: unknown, { result, resources, bound }: GivenUp, lowered: number): void {
  dropUnlowered(value, { result, lowered }, (resource) => bound[resources.indexOf(resource)]);
}

interface Part {
  readonly result: ValueType;
  /** How many owned values at its beginning are the guest's already. */
  readonly lowered: number;
}

type Found = (resource: Resource) => RuntimeResource | undefined;

function dropUnlowered(value: unknown, { result, lowered }: Part, found: Found): void {
  try {
    dropOwned(ownedIn(result, value).slice(lowered), { found, ofInstances: () => {} });
  } catch {
    // It is no value of the type.
  }
}
