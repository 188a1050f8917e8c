/**
 * `direct_url.json` (PEP 610): tells of an installed distribution that it was asked for by URL or path, and which one.
 * `pip freeze` prints such a distribution as `name @ URL#sha256=…` instead of `name==version`.
 */
import { isSecretParameter } from "@vivarium/core/redact";

export const directUrlName = "direct_url.json";

/** By a wheel's hash, the URL by which it was asked for, as {@link originUrl} writes it. */
export type Origins = ReadonlyMap<string, string>;

/** A URL as it may be written down: PEP 610 wants no sensitive information in it, and the fragment is of no file. */
export function originUrl(url: string): string {
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  parsed.hash = "";
  // Only where there is a secret: deleting writes the whole query anew.
  const secret = [...new Set(parsed.searchParams.keys())].filter(isSecretParameter);
  for (const name of secret) parsed.searchParams.delete(name);
  return parsed.href;
}

/** The text for an archive. `hash` is what readers knew before the specification had `hashes`. */
export function directUrlText({ url, sha256 }: { readonly url: string; readonly sha256: string }): string {
  return JSON.stringify({ archive_info: { hash: `sha256=${sha256}`, hashes: { sha256 } }, url });
}

/** A RECORD with a line for the file of this text, so that `pip uninstall` takes it away too. */
export function recordWithDirectUrl(record: string, { distInfo, text }: { distInfo: string; text: string }): string {
  const path = `${distInfo}/${directUrlName}`;
  const digest = new Bun.CryptoHasher("sha256").update(text).digest("base64url");
  const lines = record.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith(`${path},`));
  return [...lines, `${path},sha256=${digest},${Buffer.byteLength(text)}`, ""].join("\n");
}
