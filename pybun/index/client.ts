/**
 * The index client: pages, metadata and files of all configured indexes behind one small interface.
 *
 * What is fresh in the cache is answered at once, without a promise, so that a warm resolution never waits. The first
 * index that knows a name is the only one used for it: a public package can never replace a private one of the same
 * name. An index that refuses us stops everything; only "not found" leads to the next.
 */
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { normalizeName } from "../versions/name.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type CredentialSource, openCredentials } from "./credentials.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { directorySource } from "./directory-source.ts";
import { type DownloadedFile, downloadFile, type Sink } from "./download.ts";
import { warnOfExtraFirst } from "./extra-first.ts";
import { openFindLinks } from "./find-links.ts";
import type { IndexConfig } from "./index-config.ts";
import type { CoreMetadata, IndexFile, ProjectPage } from "./index-file.ts";
import { limiterOf } from "./limiter.ts";
import { openRefusals, type RefusalTeller } from "./link-refusal.ts";
import { openMetadataCache } from "./metadata-cache.ts";
import { type ArrivingMetadata, openMetadata } from "./metadata-source.ts";
import { type OpenFiles, openFiles } from "./open-files.ts";
import { openPageCache } from "./page-cache.ts";
import { layoutVersion } from "./page-head.ts";
import type { PageProof, PageSource } from "./page-source.ts";
import { openPages } from "./pages.ts";
import { remoteSource } from "./remote-source.ts";
import { openTransport, type Transport } from "./transport.ts";
import { openTrust } from "./trust.ts";
import { checkWholeFile } from "./whole-file.ts";
import { openWriteBehind, type WriteBehind } from "./write-behind.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface IndexClient {
  /** Throws (or rejects with) `E_PACKAGE_NOT_FOUND`, `E_INDEX_*`. Any spelling of the name will do. */
  readonly page: (name: string) => ProjectPage | Promise<ProjectPage>;
  /** Throws `E_INDEX_METADATA`, `E_SDIST_BUILD_NEEDED`, `E_INDEX_*`. Asks nobody for what is arriving anyway. */
  readonly metadata: (file: IndexFile, arriving?: ArrivingMetadata) => CoreMetadata | Promise<CoreMetadata>;
  /**
   * Proof of the answer that `page` gave at once, from the cache, for a normalised name. Whoever keeps what was derived
   * from that page keeps the proof with it; `undefined` where there is none.
   */
  readonly proofs: (name: string) => readonly PageProof[] | undefined;
  /** Whether `page` would give that answer again now; it then does, for as long as this client lives. */
  readonly believes: (name: string, proofs: readonly PageProof[]) => boolean;
  /** A directory for what is derived from pages of just these indexes; it may not exist. */
  readonly derivedDirectory: string;
  /** Begins to fetch a page that will probably be asked for; its failure is told to whoever asks. */
  readonly prefetch: (name: string) => void;
  readonly download: (file: IndexFile, sink: Sink) => Promise<DownloadedFile>;
  /** Compares all of the file with its hashes, unless that was done before. Throws `E_INDEX_HASH`, and as `download`. */
  readonly checkWhole: (file: IndexFile) => Promise<void>;
  /** Writes what is not yet in the cache. Pages taken from the cache must not be asked for new releases afterwards. */
  readonly close: () => void;
  readonly stats: () => { requests: number };
}

export interface ClientOptions {
  readonly config: IndexConfig;
  readonly cacheRoot: string;
  readonly report: Report;
  readonly offline: boolean;
  /** Ask the indexes again, whatever the cache says. */
  readonly refresh: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

const downloadsAtOnce = 16;
/** Beside the connections of the transport this leaves room below a limit of a hundred. */
const pagesOpenMax = 16;

export function openIndexClient(options: ClientOptions): IndexClient {
  const { config, report, offline, signal } = options;
  const clock = options.clock ?? systemClock;
  const root = join(options.cacheRoot, "index-v1");
  const credentials = openCredentials(config);
  const transport = openTransport({ config, credentials, trust: openTrust(config), clock, signal });
  const writer = openWriteBehind(report);
  const metadataCache = openMetadataCache(join(root, "metadata"), writer);
  const limit = limiterOf(downloadsAtOnce);
  const files = openFiles(pagesOpenMax);
  const refusals = openRefusals(report);
  const sources = openSources({ ...options, clock, root, transport, writer, files, refusals });
  const findLinks = openFindLinks({ config, transport, report, offline, refusals });
  const pages = openPages({ sources, findLinks, mayGuess: () => mayGuess(config, credentials), signal });
  const seenWhole = new Set<string>();
  const metadata = openMetadata({ cache: metadataCache, transport, seenWhole, offline, signal });
  const download = (file: IndexFile, sink: Sink): Promise<DownloadedFile> => {
    if (offline && !file.url.startsWith("file:"))
      return Promise.reject(problem("E_INDEX_OFFLINE", { what: `the file ${file.filename}` }));
    return downloadFile(file, sink, { transport, limit, report, clock, signal });
  };
  for (const extra of config.warnings) warnOfExtraFirst(report, config, extra);
  return {
    page: (name) => pages.page(normalizeName(name)),
    prefetch: (name) => pages.prefetch(normalizeName(name)),
    proofs: pages.proofs,
    believes: pages.believes,
    // What older programs understood of a page is not believed on the word of its file.
    derivedDirectory: join(
      root,
      "derived",
      `${layoutVersion}-${directoryName(config.indexes.map(({ url }) => url).join(" "))}`,
    ),
    metadata,
    download,
    checkWhole: (file) => checkWholeFile(file, { cache: metadataCache, seenWhole, download }),
    close() {
      writer.flush();
      metadataCache.flush();
      files.close();
    },
    stats: () => ({ requests: transport.requests() }),
  };
}

/**
 * Whether a name that nobody wrote may be asked for, to confirm a suggestion. Only where there is one index that takes
 * anybody: a guess may be the right spelling of a private name, which other indexes must not hear, and in a private one
 * it would stand in logs, or make a proxy fetch it, in the name of whoever has the login.
 */
function mayGuess({ indexes: [first, ...more] }: IndexConfig, credentials: CredentialSource): boolean {
  return first !== undefined && more.length === 0 && credentials.for(first.url) === undefined;
}

interface SourceParts extends ClientOptions {
  readonly clock: Clock;
  readonly root: string;
  readonly transport: Transport;
  readonly writer: WriteBehind;
  readonly files: OpenFiles;
  readonly refusals: RefusalTeller;
}

function openSources(parts: SourceParts): readonly PageSource[] {
  const { files, writer, refusals } = parts;
  return parts.config.indexes.map((index) => {
    if (index.url.startsWith("file:")) return directorySource(index);
    const directory = join(parts.root, directoryName(index.url));
    return remoteSource({
      ...parts,
      index,
      cache: openPageCache({ directory, shown: redactAddress(index.url), writer, files, refusals }),
    });
  });
}

/** Readable host, and a digest of the whole address; credentials are in neither. */
function directoryName(url: string): string {
  const host = (URL.parse(url)?.host ?? "index").replaceAll(/[^a-z0-9.-]/gi, "_");
  return `${host}-${new Bun.CryptoHasher("sha256").update(url).digest("hex").slice(0, 16)}`;
}
