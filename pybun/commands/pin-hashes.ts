/** The hashes that pins are printed with: those of files by URL are found out, those that the user forbids are left out. */
import { type Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { envDiagnostics } from "../env/diagnostics.ts";
import type { IndexClient } from "../index/client.ts";
import type { Pin } from "../resolver/pins.ts";

const problem = problemsOf<typeof envDiagnostics>();

export interface HashWishes {
  readonly client: Pick<IndexClient, "download" | "checkWhole">;
  /** Are hashes printed? */
  readonly hashes: boolean;
  /** By project, the hashes that a requirements file admits. */
  readonly requiredHashes: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * A file by URL is read whole where its hash is to be printed or is demanded, and where its URL names a hash: anew if it
 * is on this machine, else unless that was compared before. Throws `E_INDEX_HASH`, `E_ENV_HASH` and what a download throws.
 */
export function withHashes(pins: readonly Pin[], wishes: HashWishes): Promise<readonly Pin[]> {
  return Promise.all(pins.map((pin) => pinWithHashes(pin, wishes)));
}

async function pinWithHashes(pin: Pin, { client, hashes, requiredHashes }: HashWishes): Promise<Pin> {
  const admitted = requiredHashes.get(pin.name);
  const isLocal = pin.url?.startsWith("file:") === true && pin.hashes.length > 0;
  const isRead = pin.url !== undefined && (hashes || isLocal || admitted !== undefined);
  if (pin.url !== undefined && !isRead && pin.hashes.length > 0) await client.checkWhole(pin.file);
  const known = isRead ? [`sha256:${await hashOf(pin, client)}`] : pin.hashes;
  if (admitted === undefined) return { ...pin, hashes: known };
  // Those that the URL names were compared when it was read.
  const all = new Set([...known, ...pin.hashes]);
  const allowed = [...all].filter((hash) => admitted.has(hash));
  if (isRead && allowed.length === 0) throw hashProblem(pin, known, admitted);
  return { ...pin, hashes: allowed };
}

function hashProblem({ name, version }: Pin, [known = ""]: readonly string[], admitted: ReadonlySet<string>): Problem {
  const plain = (hash: string): string => hash.replace(/^sha256:/, "");
  return problem("E_ENV_HASH", {
    name,
    version,
    expected: [...admitted].map(plain).join(" or "),
    actual: plain(known),
  });
}

async function hashOf({ file }: Pin, client: HashWishes["client"]): Promise<string> {
  const { sha256 } = await client.download(file, { write: () => undefined });
  return sha256;
}
