/**
 * How long an answer may be used without asking again: RFC 9111 for a private cache, and ten minutes for project pages
 * of an index that says nothing (documented in README.md; `--refresh` asks anyway).
 */

export interface Freshness {
  /** `false`: the server forbids to keep it. */
  readonly isStorable: boolean;
  /** Milliseconds since 1970; at or after it the answer is stale. */
  readonly freshUntilMs: number;
  readonly etag?: string;
  readonly lastModified?: string;
}

export const silentLifetimeMs = 600_000;

/** `requestedMs`: when the request was sent; counting from there never overstates freshness (section 4.2.3). */
export function freshnessOf(headers: Headers, requestedMs: number): Freshness {
  const directives = cacheDirectives(headers.get("cache-control") ?? "");
  const lifetimeMs = lifetimeOf(headers, directives);
  const ageMs = secondsToMs(headers.get("age")) ?? 0;
  const etag = headers.get("etag");
  const lastModified = headers.get("last-modified");
  return {
    isStorable: !directives.has("no-store"),
    freshUntilMs:
      lifetimeMs === undefined ? requestedMs + silentLifetimeMs : requestedMs + Math.max(0, lifetimeMs - ageMs),
    ...(etag === null ? {} : { etag }),
    ...(lastModified === null ? {} : { lastModified }),
  };
}

/** `undefined`: the server says nothing. */
function lifetimeOf(headers: Headers, directives: ReadonlyMap<string, string>): number | undefined {
  if (directives.has("no-cache") || mustAskAgain(headers.get("vary"))) return 0;
  const maxAge = directives.get("max-age");
  if (maxAge !== undefined) return secondsToMs(maxAge) ?? 0;
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const until = Date.parse(expires);
  const since = Date.parse(headers.get("date") ?? "");
  // An invalid date, "0" above all, means "already expired" (section 5.3).
  return Number.isNaN(until) || Number.isNaN(since) ? 0 : Math.max(0, until - since);
}

/** Our requests for pages always carry the same headers, but for these: whoever asks may have changed (section 4.1). */
function mustAskAgain(vary: string | null): boolean {
  return vary !== null && vary.split(",").some((name) => /^(?:\*|authorization|cookie)$/i.test(name.trim()));
}

function cacheDirectives(text: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const match of text.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,]+)))?/g)) {
    const name = match[1]?.toLowerCase() ?? "";
    if (!directives.has(name)) directives.set(name, match[2] ?? match[3] ?? "");
  }
  return directives;
}

function secondsToMs(text: string | null): number | undefined {
  return text !== null && /^\d{1,10}$/.test(text.trim()) ? Number(text) * 1000 : undefined;
}
