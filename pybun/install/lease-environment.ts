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
 * where one was evicted just before: who leases first and looks then misses no eviction.
 */
export function leaseEnvironments(store: Store, records: readonly EnvironmentRecord[]): (() => void) | undefined {
  try {
    store.sweep();
    sweepRecords(store);
    markCache(store);
    if (records.length === 0) return () => undefined;
    const end = store.lease(records.map((record) => leaseOf(store, record)));
    if (records.every(isEnvironmentWhole)) return end;
    end();
    return undefined;
  } catch (error) {
    // Whoever may not write here cannot evict anything either; on a full disk the environment that is there still runs.
    if (!isUnwritable(error)) throw error;
    return () => undefined;
  }
}
