/** The lease of a run on its environments, and the sweep that comes before it. */
import type { Store } from "@vivarium/core/store";
import { isUnwritable } from "@vivarium/core/store/unwritable";
import { isEnvironmentWhole } from "../env/ensure-environment.ts";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { leaseOf } from "../env/list-environments.ts";
import { markCache } from "./mark-cache.ts";
import { sweepRecords } from "./sweep-records.ts";

/**
 * Sweeps up after ended runs, and says that this one uses its environments. Returns what ends the lease, or undefined
 * where one was evicted just before. Nobody evicts while the lease is written and the environment looked at: one who
 * finds the lease only when he has moved the environment away puts it back, but a program that starts just then finds
 * its packages nowhere.
 */
export async function leaseEnvironments(
  { store, signal }: { readonly store: Store; readonly signal?: AbortSignal },
  records: readonly EnvironmentRecord[],
): Promise<(() => void) | undefined> {
  try {
    store.sweep();
    sweepRecords(store);
    markCache(store);
    if (records.length === 0) return () => undefined;
    return await store.withoutEviction(() => leaseWhole(store, records), signal);
  } catch (error) {
    // Whoever may not write here cannot evict anything either; on a full disk the environment that is there still runs.
    if (!isUnwritable(error)) throw error;
    return () => undefined;
  }
}

function leaseWhole(store: Store, records: readonly EnvironmentRecord[]): (() => void) | undefined {
  const end = store.lease(records.map((record) => leaseOf(store, record)));
  if (records.every(isEnvironmentWhole)) return end;
  end();
  return undefined;
}
