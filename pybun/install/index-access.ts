/** A client of the indexes for one installation, with what ends its requests when the installation fails. */
import { type IndexClient, openIndexClient } from "../index/client.ts";
import type { IndexConfig } from "../index/index-config.ts";
import type { InstallScene } from "./install-request.ts";

export interface IndexAccess {
  readonly client: IndexClient;
  readonly stop: AbortController;
}

export function openIndexAccess(config: IndexConfig, scene: Omit<InstallScene, "access">): IndexAccess {
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
