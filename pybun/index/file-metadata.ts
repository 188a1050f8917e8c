/**
 * The core metadata of one file, by the cheapest way that the index offers:
 * advertised metadata (PEP 658) → the tail of the wheel (ranged reads) → a static PKG-INFO of a source distribution.
 *
 * The readers of archives are loaded when one is read: a resolution from the cache must not wait for `node:zlib`.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import { type ParsedMetadata, parseCoreMetadata, reasonAgainstStatic } from "./core-metadata.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { assertHash } from "./hash-check.ts";
import type { IndexFile } from "./index-file.ts";
import { localPieces } from "./local-file.ts";
import type { Transport } from "./transport.ts";
import type { WheelReading } from "./wheel-metadata.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** METADATA files of real projects stay under 1 MiB; the ceiling only stops abuse. */
export const metadataBytesMax = 32 * 1024 * 1024;

/** Of a source distribution whose size is not announced. */
const sdistBytesMax = 1024 * 1024 * 1024;

/** What reading a source archive may come to: its static metadata, or why only a build would tell. */
export type FetchedMetadata = ParsedMetadata | { readonly buildNeeded: string };

/** Throws `E_INDEX_METADATA`, `E_INDEX_HASH`, what the transport throws, and `E_SDIST_BUILD_NEEDED` for archives that are not looked into. */
export async function fetchMetadata(file: IndexFile, reading: WheelReading): Promise<FetchedMetadata> {
  const { transport, signal } = reading;
  if (file.kind === "sdist") return readSdist(file, transport, signal);
  const advertised = await fetchAdvertised(file, transport, signal);
  return parseCoreMetadata(advertised ?? (await readTail(file, reading)), file.filename);
}

async function readTail(file: IndexFile, reading: WheelReading): Promise<Uint8Array> {
  const { readWheelMetadata } = await import("./wheel-metadata.ts");
  return readWheelMetadata(file, reading);
}

/** `undefined`: nothing is advertised, or what is advertised is not there (then the wheel itself is asked). */
async function fetchAdvertised(
  file: IndexFile,
  transport: Transport,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (file.metadata === false || file.url.startsWith("file:")) return undefined;
  const url = metadataUrl(file.url);
  const bytes = await transport.ask(url, { answers: [404], signal }, async (answer) =>
    answer.status === 404 ? undefined : answer.body.all(metadataBytesMax),
  );
  if (bytes !== undefined && file.metadata !== true) {
    assertHash(
      bytes,
      { sha256: file.metadata.sha256 },
      { file: `the metadata of ${file.filename}`, url: redactAddress(url) },
    );
  }
  return bytes;
}

/** PEP 658: `.metadata` behind the file's path; a query (a signature, say) stays behind it. */
function metadataUrl(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? `${url}.metadata` : `${url.slice(0, query)}.metadata${url.slice(query)}`;
}

async function readSdist(file: IndexFile, transport: Transport, signal?: AbortSignal): Promise<FetchedMetadata> {
  if (!/\.(?:tar\.gz|tgz)$/.test(file.filename))
    throw problem("E_SDIST_BUILD_NEEDED", { file: file.filename, reason: "only .tar.gz archives are looked into" });
  const { readPkgInfo } = await import("./sdist-metadata.ts");
  const bytes = file.url.startsWith("file:")
    ? await readPkgInfo(localPieces(file.url, signal), file.filename)
    : await transport.ask(file.url, { headers: () => ({ "accept-encoding": "identity" }), signal }, (answer) =>
        readPkgInfo(answer.body.pieces(file.size ?? sdistBytesMax), file.filename),
      );
  if (bytes === undefined) return { buildNeeded: "it has no PKG-INFO at its top" };
  const metadata = parseCoreMetadata(bytes, file.filename);
  const reason = reasonAgainstStatic(metadata);
  return reason === undefined ? metadata : { buildNeeded: reason };
}
