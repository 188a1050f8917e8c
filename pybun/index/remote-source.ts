/**
 * An index on the network, in front of it the cache. Pages are kept by the server's rules (`freshness.ts`); a stale one is
 * offered back for revalidation; that an index does not know a name is kept like a page.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import type { Clock } from "./clock.ts";
import { foreignCodingOf } from "./content-coding.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { freshnessOf } from "./freshness.ts";
import type { IndexLocation } from "./index-config.ts";
import type { ProjectPage } from "./index-file.ts";
import { pageAccept, parsePage } from "./page-answer.ts";
import type { CachedPage, PageCache } from "./page-cache.ts";
import { type Absent, absent, type PageSource } from "./page-source.ts";
import type { Answer, Transport } from "./transport.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface RemoteParts {
  readonly index: IndexLocation;
  readonly transport: Transport;
  readonly cache: PageCache;
  readonly clock: Clock;
  readonly report: Report;
  readonly offline: boolean;
  readonly refresh: boolean;
}

/** The largest real page has 40 MB; the ceiling stops a server that never ends. */
const pageBytesMax = 256 * 1024 * 1024;

export function remoteSource(parts: RemoteParts): PageSource {
  const { index, cache, clock } = parts;
  const shown = redactAddress(index.url);
  const believed = new Set<string>();
  const tellHit = (name: string, status: number): void =>
    parts.report.emit("index.request", {
      url: `${shown}/${name}/`,
      status,
      cache: "hit",
      bytes: 0,
      duration_ms: 0,
    });
  const isFresh = (freshUntilMs: number): boolean => parts.offline || (!parts.refresh && freshUntilMs > clock.nowMs());
  return {
    shown,
    cached(name) {
      const known = cache.read(name);
      if (known === undefined) {
        if (!parts.offline) return undefined;
        throw problem("E_INDEX_OFFLINE", { what: `the page of "${name}" on ${shown}` });
      }
      if (believed.has(name)) return known.page;
      if (!isFresh(known.freshUntilMs)) return undefined;
      tellHit(name, known.page === absent ? 404 : 200);
      return known.page;
    },
    proof(name) {
      const known = cache.read(name);
      if (known === undefined || !isFresh(known.freshUntilMs)) return undefined;
      return { file: known.file, freshUntilMs: known.freshUntilMs, status: known.page === absent ? 404 : 200 };
    },
    believes(name, proof) {
      if (parts.refresh || !isFresh(proof.freshUntilMs) || cache.fileNow(name) !== proof.file) return false;
      believed.add(name);
      tellHit(name, proof.status);
      return true;
    },
    fetch: (name) => fetchPage(name, cache.readWhole(name), parts),
    knownNames: () => cache.names(),
  };
}

/** `known` is offered for confirmation; also with `--refresh`, which doubts its age and not its content. */
async function fetchPage(
  name: string,
  known: CachedPage | undefined,
  parts: RemoteParts,
): Promise<ProjectPage | Absent> {
  const url = `${parts.index.url}/${name}/`;
  const headers = (): Record<string, string> => ({
    accept: pageAccept,
    // Whatever stands between us and the index shall ask as well (RFC 9111, section 5.2.1.4).
    ...(parts.refresh ? { "cache-control": "no-cache" } : {}),
    ...(known === undefined ? {} : validatorsOf(known)),
  });
  const startMs = parts.clock.nowMs();
  return parts.transport.ask(
    url,
    { headers, answers: known === undefined ? [404, 410] : [304, 404, 410] },
    async (answer) => {
      const bytes = answer.status === 200 ? await answer.body.all(pageBytesMax) : undefined;
      parts.report.emit("index.request", {
        url: redactAddress(url),
        status: answer.status,
        cache: answer.status === 304 ? "revalidated" : "miss",
        bytes: bytes?.length ?? 0,
        duration_ms: Math.max(0, parts.clock.nowMs() - startMs),
      });
      return keep(name, { answer, bytes, known }, parts);
    },
  );
}

function validatorsOf(known: CachedPage): Record<string, string> {
  return {
    ...(known.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known.lastModified === undefined ? {} : { "if-modified-since": known.lastModified }),
  };
}

interface Received {
  readonly answer: Answer;
  readonly bytes: Uint8Array | undefined;
  readonly known: CachedPage | undefined;
}

function keep(name: string, { answer, bytes, known }: Received, parts: RemoteParts): ProjectPage | Absent {
  const freshness = freshnessOf(answer.headers, answer.requestedMs);
  if (answer.status === 304 && known !== undefined) {
    parts.cache.renew(name, freshness);
    return known.page;
  }
  if (bytes === undefined) {
    parts.cache.writeAbsence(name, freshness);
    return absent;
  }
  const contentType = answer.headers.get("content-type") ?? "";
  const coding = foreignCodingOf(answer.headers);
  // Read as HTML it would be a page without files, which says that there is no version.
  if (coding !== undefined) {
    const reason = `nobody asked for its coding '${coding}'`;
    throw problem("E_INDEX_CONTENT", { url: redactAddress(answer.url), contentType, reason });
  }
  const endsWithConnection = endsOnlyWithConnection(answer);
  const parsed = parsePage(name, { url: answer.url, contentType, bytes, endsWithConnection });
  return parts.cache.write(name, parsed, freshness);
}

/** Chunks have an end of their own, and compressed bodies a checksum. */
function endsOnlyWithConnection({ headers, body }: Answer): boolean {
  return body.announced === undefined && !headers.has("transfer-encoding") && !headers.has("content-encoding");
}
