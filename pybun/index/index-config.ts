/** The settings of the index client after all sources were read; `config.ts` reads them. */

export interface IndexLocation {
  /** Absolute, ends without a slash; `https:`, `http:` or `file:`. Never holds user information. */
  readonly url: string;
  /** Of `NAME=URL`: names the variables UV_INDEX_<NAME>_USERNAME and _PASSWORD. */
  readonly name?: string;
  /** Where the setting came from, for messages. */
  readonly source: string;
}

/** Credentials for one place; `undefined` password counts as empty, as netrc and URLs allow. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface ScopedCredentials extends Credentials {
  /** URLs that begin with this (origin and path) may see them. */
  readonly prefix: string;
}

/** A value together with the flag, variable or file that gave it, for messages. */
export interface Sourced {
  readonly value: string;
  readonly source: string;
}

/** URLs may hold credentials. */
export interface ProxySettings {
  readonly http?: Sourced;
  readonly https?: Sourced;
  /** Host suffixes, `host:port`, addresses or `*`. */
  readonly bypass: readonly string[];
}

export interface IndexConfig {
  /** In the order in which they are asked; the first that knows a name wins. */
  readonly indexes: readonly IndexLocation[];
  /** Files, directories, or URLs of pages with links. */
  readonly findLinks: readonly { readonly location: string; readonly source: string }[];
  readonly credentials: readonly ScopedCredentials[];
  /** Credentials for any other host, from netrc. */
  readonly netrc: (host: string) => Credentials | undefined;
  readonly proxies: ProxySettings;
  /** PEM file that replaces the built-in roots. */
  readonly certificateFile?: Sourced;
  /** Directory of PEM files; not read beside a file. */
  readonly certificateDirectory?: Sourced;
  /** `host` or `host:port` whose certificates are not checked. */
  readonly trustedHosts: readonly string[];
  readonly timeoutMs: number;
  /** Attempts after the first one, where somebody says how many. */
  readonly retries?: number;
  /** What the reader of the settings wants to be said, once, when the client opens. */
  readonly warnings: readonly { readonly source: string; readonly urls: readonly string[] }[];
  /** Settings that are not obeyed though they would change which packages come; said with them. */
  readonly ignored: readonly { readonly source: string; readonly reason: string }[];
}

/** Indexes and link places without secrets, in order: for keys of what depends on them. */
export function indexIdentity(config: IndexConfig): string[] {
  return [
    ...config.indexes.map((index) => index.url),
    ...config.findLinks.map(({ location }) => `find-links ${location.replace(/(:\/\/)[^/@]*@/, "$1")}`),
  ];
}
