/** Who we are to which server. Chosen by where a request goes, never by where it came from. */
import type { Credentials, IndexConfig } from "./index-config.ts";

export interface CredentialSource {
  /** The `Authorization` value for a request to this URL, or `undefined`. */
  for(url: string): string | undefined;
}

/**
 * First match: credentials in the URL itself, those configured for the longest prefix of the URL, those configured for
 * its origin (an index and its files mostly share one), netrc for its host.
 */
export function openCredentials(config: IndexConfig): CredentialSource {
  const scoped = [...config.credentials].sort((a, b) => b.prefix.length - a.prefix.length);
  const byHost = new Map<string, string | undefined>();
  const fromNetrc = (host: string): string | undefined => {
    if (!byHost.has(host)) byHost.set(host, basic(config.netrc(host)));
    return byHost.get(host);
  };
  return {
    for(url) {
      const parsed = URL.parse(url);
      if (parsed === null) return undefined;
      if (parsed.username !== "" || parsed.password !== "") return basic(credentialsOfUrl(parsed));
      const own = scoped.find(({ prefix }) => startsWithPath(url, prefix));
      const same = own ?? scoped.find(({ prefix }) => URL.parse(prefix)?.origin === parsed.origin);
      return same === undefined ? fromNetrc(parsed.hostname) : basic(same);
    },
  };
}

function startsWithPath(url: string, prefix: string): boolean {
  return url.startsWith(prefix) && (url.length === prefix.length || "/?#".includes(url.charAt(prefix.length)));
}

function credentialsOfUrl(url: URL): Credentials {
  return { username: decodePart(url.username), password: decodePart(url.password) };
}

/** A lone `%` in a password is meant as it stands. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function basic(credentials: Credentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64")}`;
}
