/** From `file:` URLs to paths. Not every such URL has one: it may name another host, or hide a slash or a NUL. */

export type UrlPath =
  | { readonly path: string }
  /** Why it has none. */
  | { readonly reason: string };

export function pathOfUrl(url: string | URL): UrlPath {
  const { href, host } = new URL(url);
  try {
    const path = Bun.fileURLToPath(href);
    return path.includes("\0") ? { reason: "its path has a NUL" } : { path };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof URIError)) throw error;
    return { reason: host === "" ? "its path has malformed escapes (%)" : `'${host}' is another machine` };
  }
}
