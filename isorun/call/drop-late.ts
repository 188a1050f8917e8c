/**
 * What a host function answers with when nobody takes it any more: its promise was settled when the call had ended. The
 * host's own objects are dropped, as where the guest has no room for them; what instances define stays the host's.
 */
import type { Resource, ValueType } from "../types/component-types.ts";
import type { RuntimeResource } from "./handle-table.ts";
import { ownedIn } from "./owned-in.ts";

interface Late {
  /** Of the function. */
  readonly result: ValueType;
  readonly resources: ReadonlyMap<Resource, RuntimeResource>;
}

/** Never throws: nobody would catch it, and the value was not read yet, so that it may be anything. */
export function dropLate(value: unknown, { result, resources }: Late): void {
  try {
    for (const { resource, value: owned } of ownedIn(result, value)) drop(owned, resources.get(resource));
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
