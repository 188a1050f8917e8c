/** A client of the indexes for one installation, with what ends its requests when the installation fails. */
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { type IndexClient, openIndexClient } from "../index/client.ts";
import type { IndexConfig } from "../index/index-config.ts";

export interface IndexAccess {
  readonly client: IndexClient;
  readonly stop: AbortController;
}

export interface AccessScene {
  readonly store: Store;
  readonly report: Report;
  readonly offline: boolean;
  /** Ask the indexes again, whatever the cache says. */
  readonly refresh: boolean;
  readonly signal?: AbortSignal;
}

export function openIndexAccess(config: IndexConfig, scene: AccessScene): IndexAccess {
  const { store, report, offline, refresh, signal } = scene;
  const stop = new AbortController();
  const client = openIndexClient({
    config,
    cacheRoot: store.root,
    report,
    offline,
    refresh,
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  });
  return { client, stop };
}
