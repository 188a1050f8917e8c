/** What the text of a URL says of the file that it leads to, before anybody asks for it. */

/** The last segment of a URL's path, escapes resolved; `undefined` if they are malformed or hide a slash. */
export function filenameOf(address: string): string | undefined {
  const end = address.search(/[?#]/);
  const path = end === -1 ? address : address.slice(0, end);
  const segment = path.slice(path.lastIndexOf("/") + 1);
  if (!segment.includes("%")) return segment;
  try {
    const name = decodeURIComponent(segment);
    return /[/\\\0]/.test(name) ? undefined : name;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * Why a URL that leads to a file cannot be one (RFC 3986). Of other schemes (`git+https:`, relative paths) nothing is
 * said: what they allow is up to whoever follows them.
 */
export function faultOfUrl(url: string): string | undefined {
  if (!/^(?:https?|file):/i.test(url)) return undefined;
  if (!URL.canParse(url)) return "it is no valid URL";
  return filenameOf(url) === undefined ? "the escapes (%) in the URL's last segment are malformed" : undefined;
}
