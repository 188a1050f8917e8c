/** Under which names what is known of a file is kept. */
import { redactAddress } from "@vivarium/core/redact";
import { normalizeName } from "../versions/name.ts";
import type { IndexFile } from "./index-file.ts";

/** Only a file with a hash is immutable. Local files are read anew: they are as near as the cache. */
export function immutableKey(file: IndexFile): string | undefined {
  const sha256 = file.hashes["sha256"];
  if (sha256 === undefined || file.url.startsWith("file:")) return undefined;
  const query = file.url.indexOf("?");
  const address = query === -1 ? file.url : file.url.slice(0, query);
  return `${address.includes("@") ? redactAddress(address) : address} ${sha256}`;
}

/** Of the same file, where all its bytes were compared with the hash. */
export const wholeKey = (key: string): string => `whole ${key}`;

/** The name part of the file name: good enough to find a log by. */
export function projectOfFile(file: IndexFile): string {
  const end = file.kind === "wheel" ? file.filename.indexOf("-") : file.filename.lastIndexOf("-");
  return normalizeName(file.filename.slice(0, end === -1 ? undefined : end)).replaceAll(/[^a-z0-9-]/g, "_");
}
