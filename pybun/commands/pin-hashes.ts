/** The hashes that pins are printed with: those of files by URL are found out, those that the user forbids are left out. */
import type { IndexClient } from "../index/client.ts";
import type { Pin } from "../resolver/pins.ts";

export interface HashWishes {
  readonly client: Pick<IndexClient, "download">;
  /** Are hashes printed? */
  readonly hashes: boolean;
  /** By project, the hashes that a requirements file admits. */
  readonly requiredHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * A file on this machine whose URL names a hash is compared with it; a file by URL is read whole where its hash is to
 * be printed. Throws `E_INDEX_HASH` and what a download throws.
 */
export function withHashes(pins: readonly Pin[], wishes: HashWishes): Promise<readonly Pin[]> {
  return Promise.all(pins.map((pin) => pinWithHashes(pin, wishes)));
}

async function pinWithHashes(pin: Pin, { client, hashes, requiredHashes }: HashWishes): Promise<Pin> {
  const isLocal = pin.url?.startsWith("file:") === true && pin.hashes.length > 0;
  const isRead = pin.url !== undefined && (hashes || isLocal);
  const known = isRead ? [`sha256:${await hashOf(pin, client)}`] : pin.hashes;
  const admitted = requiredHashes.get(pin.name);
  return { ...pin, hashes: admitted === undefined ? known : known.filter((hash) => admitted.has(hash)) };
}

async function hashOf({ file }: Pin, client: HashWishes["client"]): Promise<string> {
  const { sha256 } = await client.download(file, { write: () => undefined });
  return sha256;
}
