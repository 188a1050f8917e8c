/**
 * Text files by URL, such as constraints that a project publishes: read with the credentials, proxies, certificates,
 * patience and suspicion that pages of indexes are read with. Nothing is kept: each command asks again.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import { type Clock, systemClock } from "./clock.ts";
import { openCredentials } from "./credentials.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import type { IndexConfig } from "./index-config.ts";
import { openTransport } from "./transport.ts";
import { openTrust } from "./trust.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface PlainFileOptions {
  readonly config: IndexConfig;
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Undefined where nothing is at that address. */
export type ReadPlainFile = (url: string) => Promise<Uint8Array | undefined>;

const plainFileBytesMax = 16 * 1024 * 1024;

/** What it opens throws `E_INDEX_*`. */
export function openPlainFiles({ config, offline, signal, clock = systemClock }: PlainFileOptions): ReadPlainFile {
  const transport = openTransport({
    config,
    credentials: openCredentials(config),
    trust: openTrust(config),
    clock,
    signal,
  });
  return async (url) => {
    if (offline) throw problem("E_INDEX_OFFLINE", { what: `'${redactAddress(url)}'`, isKept: false });
    const headers = () => ({ accept: "text/plain, */*;q=0.1" });
    return transport.ask(url, { headers, answers: [404, 410] }, async ({ status, body }) =>
      status === 200 ? body.all(plainFileBytesMax) : undefined,
    );
  };
}
