/**
 * Whether a distribution comes from the URL that a requirement names: PEP 508's URL beside the `direct_url.json` that
 * its installer left (PEP 610). Credentials are in the one and not in the other.
 */
import { originUrl } from "../env/direct-url.ts";

/** What is read of the file; another installer may have written anything. */
interface DirectUrl {
  readonly url?: unknown;
  readonly subdirectory?: unknown;
  readonly archive_info?: { readonly hash?: unknown; readonly hashes?: Readonly<Record<string, unknown>> };
  readonly vcs_info?: { readonly vcs?: unknown; readonly requested_revision?: unknown; readonly commit_id?: unknown };
}

/** The URL that a `direct_url.json` tells, without credentials; undefined where it tells none. */
export function toldUrl(text: string): string | undefined {
  const { url } = parseDirectUrl(text);
  return typeof url === "string" && URL.canParse(url) ? originUrl(url) : undefined;
}

/** `wanted` is what stands behind the `@`. */
export function matchesDirectUrl(wanted: string, text: string): boolean {
  const told = parseDirectUrl(text);
  const { vcs, url, revision } = partsOf(wanted);
  if (!URL.canParse(url) || originUrl(url) !== toldUrl(text)) return false;
  const fragment = new URLSearchParams(new URL(url).hash.slice(1));
  if ((fragment.get("subdirectory") ?? undefined) !== (told.subdirectory ?? undefined)) return false;
  if (vcs === undefined) return told.vcs_info === undefined && hasHashes(told.archive_info, fragment);
  const { vcs: tool, requested_revision: requested, commit_id: commit } = told.vcs_info ?? {};
  return tool === vcs && (revision === (requested ?? undefined) || revision === commit);
}

function parseDirectUrl(text: string): DirectUrl {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** `git+https://host/path@revision#…`: the tool, the URL as it is told, the revision. */
function partsOf(wanted: string): { vcs?: string; url: string; revision?: string } {
  const [, vcs, rest = ""] = /^([a-z]+)\+(.*)$/s.exec(wanted) ?? [];
  const url = URL.parse(rest);
  if (vcs === undefined || url === null) return { url: wanted };
  const at = url.pathname.lastIndexOf("@");
  if (at < 0) return { vcs, url: rest };
  const revision = decodeURIComponent(url.pathname.slice(at + 1));
  url.pathname = url.pathname.slice(0, at);
  return { vcs, url: url.href, revision };
}

/** Those that the URL demands; one that nobody told is taken on trust, as the URL itself is. */
function hasHashes(archive: DirectUrl["archive_info"], fragment: URLSearchParams): boolean {
  const { hash, hashes = {} } = archive ?? {};
  const [algorithm = "", digest] = typeof hash === "string" ? hash.split("=") : [];
  const told: Readonly<Record<string, unknown>> = { [algorithm]: digest, ...hashes };
  return Object.entries(told).every(([name, value]) => (fragment.get(name)?.toLowerCase() ?? value) === value);
}
