/** Renders project pages as indexes do. */
import { createHash } from "node:crypto";
import type { Distribution } from "./distributions.ts";

export interface FileOptions {
  /** A string is the reason. */
  readonly yanked?: boolean | string;
  /** ISO 8601. */
  readonly uploadTime?: string;
  /** The index announces this instead of the true one; "none" announces nothing. */
  readonly sha256?: string;
  /** The index announces these, and no other. */
  readonly hashes?: Readonly<Record<string, string>>;
  readonly metadataSha256?: string;
  readonly size?: number | "none";
}

export interface ListedFile extends FileOptions {
  readonly distribution: Distribution;
}

export interface Listing {
  readonly name: string;
  readonly files: readonly ListedFile[];
  readonly metadata: "none" | "plain" | "hash";
  readonly attribute: "data-core-metadata" | "data-dist-info-metadata";
}

export const pageContentTypes = {
  html: "text/html; charset=UTF-8",
  json: "application/vnd.pypi.simple.v1+json",
} as const;

/** PEP 503, with the attributes of PEP 592, 658 and 714. */
export function renderHtmlPage(listing: Listing): string {
  const links = listing.files.map(
    (file) => `    <a ${attributesOf(file, listing)}>${file.distribution.filename}</a><br />`,
  );
  return `<!DOCTYPE html>\n<html>\n  <head><meta name="pypi:repository-version" content="1.1"><title>Links for ${listing.name}</title></head>\n  <body>\n${links.join("\n")}\n  </body>\n</html>\n<!--SERIAL 1-->\n`;
}

function attributesOf(file: ListedFile, listing: Listing): string {
  const { distribution, yanked } = file;
  const fragment = Object.entries(hashesOf(file)).map(([name, digest]) => `${name}=${digest}`)[0];
  const metadata = advertised(file, listing);
  const attributes: [string, string | undefined][] = [
    ["href", `../../files/${encodeURIComponent(distribution.filename)}${fragment === undefined ? "" : `#${fragment}`}`],
    ["data-requires-python", distribution.requiresPython],
    ["data-yanked", yanked === true ? "" : yanked === false ? undefined : yanked],
    ["data-upload-time", file.uploadTime],
    [listing.attribute, metadata === undefined ? undefined : metadata === true ? "true" : `sha256=${metadata}`],
  ];
  return attributes
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${escapeHtml(value)}"`]))
    .join(" ");
}

function hashesOf({ hashes, sha256, distribution }: ListedFile): Readonly<Record<string, string>> {
  return hashes ?? (sha256 === "none" ? {} : { sha256: sha256 ?? distribution.sha256 });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The hash of the metadata, `true` without one, `undefined` where there is none. */
function advertised(file: ListedFile, { metadata }: Listing): string | true | undefined {
  if (metadata === "none" || !file.distribution.filename.endsWith(".whl")) return undefined;
  if (metadata === "plain") return true;
  return file.metadataSha256 ?? createHash("sha256").update(file.distribution.metadata).digest("hex");
}

/** PEP 691 with PEP 700's `size`, `upload-time` and `versions`. */
export function renderJsonPage(listing: Listing): string {
  const files = listing.files.map((file) => {
    const { distribution } = file;
    const metadata = advertised(file, listing);
    return {
      filename: distribution.filename,
      url: `../../files/${encodeURIComponent(distribution.filename)}`,
      hashes: hashesOf(file),
      ...(file.size === "none" ? {} : { size: file.size ?? distribution.bytes.length }),
      ...(distribution.requiresPython === undefined ? {} : { "requires-python": distribution.requiresPython }),
      ...(file.uploadTime === undefined ? {} : { "upload-time": file.uploadTime }),
      yanked: file.yanked ?? false,
      "core-metadata": metadata === undefined ? false : metadata === true ? true : { sha256: metadata },
    };
  });
  return JSON.stringify({ meta: { "api-version": "1.1" }, name: listing.name, versions: [], files });
}
