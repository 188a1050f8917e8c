/** The hashes that pins are printed with: those of files by URL are found out, those that the user forbids are left out. */
import { hashProblem } from "../env/check-hashes.ts";
import type { IndexClient } from "../index/client.ts";
import { UndemandedFile } from "../index/hash-check.ts";
import type { Pin } from "../resolver/pins.ts";

export interface HashWishes {
  readonly client: Pick<IndexClient, "download" | "checkWhole">;
  /** Are hashes printed? */
  readonly hashes: boolean;
  /** By project, the hashes that a requirements file admits. */
  readonly requiredHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * A file by URL is read whole where its hash is to be printed or is demanded, and where its URL names a hash: anew if it
 * is on this machine, else unless that was compared before. A file of an index is, where its hash is to be printed and
 * what the index announces does not tell whether it is the one that is demanded.
 * Throws `E_INDEX_HASH`, `E_ENV_HASH` and what a download throws.
 */
export function withHashes(pins: readonly Pin[], wishes: HashWishes): Promise<readonly Pin[]> {
  return Promise.all(pins.map((pin) => pinWithHashes(pin, wishes)));
}

async function pinWithHashes(pin: Pin, { client, hashes, requiredHashes }: HashWishes): Promise<Pin> {
  const admitted = requiredHashes.get(pin.name);
  const isLocal = pin.url?.startsWith("file:") === true && pin.hashes.length > 0;
  const isRead =
    pin.url === undefined ? hashes && pin.file.demanded !== undefined : hashes || isLocal || admitted !== undefined;
  if (pin.url !== undefined && !isRead && pin.hashes.length > 0) await client.checkWhole(pin.file);
  if (!isRead) return { ...pin, hashes: pin.hashes.filter((hash) => admitted?.has(hash) ?? true) };
  const read = `sha256:${await hashOf(pin, client)}`;
  // Those that the URL names were compared when it was read.
  const alsoAdmitted = pin.hashes.filter((hash) => hash !== read && admitted?.has(hash) === true);
  const isAdmitted = admitted === undefined || admitted.has(read) || alsoAdmitted.length === 0;
  return { ...pin, hashes: isAdmitted ? [read, ...alsoAdmitted] : alsoAdmitted };
}

async function hashOf({ name, version, file }: Pin, client: HashWishes["client"]): Promise<string> {
  try {
    const { sha256 } = await client.download(file, { write: () => undefined });
    return sha256;
  } catch (error) {
    throw error instanceof UndemandedFile ? hashProblem({ name, version }, error) : error;
  }
}
