/**
 * Whether a file is the one that its hashes name, for whoever prints a hash without installing the file.
 *
 * Metadata mostly comes from a part of a wheel, of which no hash can be checked. A pin with a URL repeats the hash that
 * the user wrote into it, and who reads the pin takes it for checked: so the whole file is fetched once and compared,
 * as pip does for each file, and that it was is remembered with its metadata, for an address and a hash for good.
 */
import type { DownloadedFile, Sink } from "./download.ts";
import { immutableKey, projectOfFile, wholeKey } from "./file-key.ts";
import type { IndexFile } from "./index-file.ts";
import type { MetadataCache } from "./metadata-cache.ts";

export interface WholeFileParts {
  readonly cache: Pick<MetadataCache, "read" | "write">;
  /** Keys of files that came whole for their metadata. */
  readonly seenWhole: ReadonlySet<string>;
  readonly download: (file: IndexFile, sink: Sink) => Promise<DownloadedFile>;
}

/** Throws `E_INDEX_HASH`, and what a download throws. */
export async function checkWholeFile(file: IndexFile, { cache, seenWhole, download }: WholeFileParts): Promise<void> {
  const key = immutableKey(file);
  const project = projectOfFile(file);
  if (key !== undefined && cache.read(project, wholeKey(key)) !== undefined) return;
  if (key === undefined || !seenWhole.has(key)) await download(file, { write: () => undefined });
  const metadata = key === undefined ? undefined : cache.read(project, key);
  if (key !== undefined && metadata !== undefined) cache.write(project, wholeKey(key), metadata);
}
