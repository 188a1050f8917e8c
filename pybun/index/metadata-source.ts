/** Metadata for the client: in memory, else in the cache, else from the index; each file is asked for once. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { normalizeName } from "../versions/name.ts";
import { parseCoreMetadata } from "./core-metadata.ts";
import type { indexDiagnostics } from "./diagnostics.ts";
import { immutableKey, projectOfFile } from "./file-key.ts";
import { fetchMetadata } from "./file-metadata.ts";
import type { CoreMetadata, IndexFile } from "./index-file.ts";
import type { MetadataCache } from "./metadata-cache.ts";
import { openTailReach, type TailReach } from "./tail-reach.ts";
import type { Transport } from "./transport.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface MetadataParts {
  readonly cache: MetadataCache;
  readonly transport: Transport;
  /** Takes the keys of files of which all came, with the hashes that they should have. */
  readonly seenWhole: Set<string>;
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The METADATA of a wheel that is being fetched as a whole; `undefined` if that comes to nothing. Never rejects. */
export type ArrivingMetadata = Promise<Uint8Array | undefined>;

export function openMetadata(
  parts: MetadataParts,
): (file: IndexFile, arriving?: ArrivingMetadata) => CoreMetadata | Promise<CoreMetadata> {
  const reach = openTailReach();
  const known = new Map<string, CoreMetadata | Promise<CoreMetadata>>();
  return (file, arriving) => {
    const asked = known.get(file.url);
    if (asked !== undefined) return asked;
    const answer = cachedMetadata(file, parts) ?? askMetadata(file, { ...parts, reach, arriving });
    known.set(file.url, answer);
    if (answer instanceof Promise) {
      answer.then((metadata) => known.set(file.url, metadata)).catch(() => known.delete(file.url));
    }
    return answer;
  };
}

function cachedMetadata(file: IndexFile, { cache }: MetadataParts): CoreMetadata | undefined {
  const key = immutableKey(file);
  const known = key === undefined ? undefined : cache.read(projectOfFile(file), key);
  if (known !== undefined && "buildNeeded" in known) {
    throw problem("E_SDIST_BUILD_NEEDED", { file: file.filename, reason: known.buildNeeded });
  }
  return known;
}

interface Asking extends MetadataParts {
  readonly reach: TailReach;
  readonly arriving: ArrivingMetadata | undefined;
}

async function askMetadata(
  file: IndexFile,
  { cache, transport, offline, signal, seenWhole, reach, arriving }: Asking,
): Promise<CoreMetadata> {
  if (offline && !file.url.startsWith("file:"))
    throw problem("E_INDEX_OFFLINE", { what: `the metadata of ${file.filename}` });
  const key = immutableKey(file);
  const arrived = await arriving;
  const sawWhole = (): void => void (key === undefined || seenWhole.add(key));
  const found =
    arrived === undefined
      ? await fetchMetadata(file, { transport, reach, sawWhole, signal })
      : parseCoreMetadata(arrived, file.filename);
  if (!("buildNeeded" in found)) assertSameProject(file, found);
  if (key !== undefined) cache.write(projectOfFile(file), key, found);
  if (!("buildNeeded" in found)) return found;
  throw problem("E_SDIST_BUILD_NEEDED", { file: file.filename, reason: found.buildNeeded });
}

/** A file that claims to be another project is either broken or a trick. */
function assertSameProject(file: IndexFile, metadata: CoreMetadata): void {
  const own = normalizeName(metadata.name);
  const claimed = normalizeName(file.filename.split("-", 1)[0] ?? "");
  const same = file.kind === "wheel" ? claimed === own : normalizeName(file.filename).startsWith(`${own}-`);
  if (!same) throw problem("E_INDEX_METADATA", { file: file.filename, reason: `it is that of "${metadata.name}"` });
}
