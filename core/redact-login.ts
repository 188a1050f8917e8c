/**
 * Finds the user information of URLs: `user:password@`, up to the last `@` before the path, since a password may hold one.
 *
 * In free text, where a URL may stand in quotes or be followed by anything, blanks, slashes and quotes end a login, but
 * for what is told by the colon in front of it, behind which no port stands, or by where the quote stands:
 * - a password or token with quotes in it, up to the last `@` before a blank or slash;
 * - a password with a slash or a blank, which nobody escaped, behind a scheme with logins, up to the next `@`.
 *
 * No host has an escaped `@` in it, so that `%40` counts where no plain one stands. And where neither stands, whatever is
 * behind the colon of an address and no port may be a password whose host was forgotten: in what we say ourselves, and
 * in what is known to be an address.
 *
 * Takes time in proportion to the text: what was looked through in vain is not looked through again.
 */
import { indexFrom, type TextRange } from "./redact-range.ts";

/** How far an unescaped password goes: over a slash or one blank to the end of a word, or over all to that of the line. */
export type LoginReach = "word" | "line";

interface Place {
  /** Behind the scheme and its slashes. */
  readonly start: number;
  /** Of the scheme. */
  readonly colon: number;
}

const endOfPlain = /[/\s"'`<>]/g;
const endOfHost = /[/\s"'`<>@:?#%]/g;
/** A port and `?`, or a query that has a parameter: nothing in front of it speaks for a login (RFC 3986, section 3.2). */
const query = /(?::\d{1,5}[?#]|[?#][\w.%-]+=)/y;
const ipv6Host = /\[[^\]@/\s"'`<>?#]*\]/y;
const endOfQuoted = /[/\s]/g;

export function loginsIn(text: string, reach: LoginReach): readonly TextRange[] {
  const logins: TextRange[] = [];
  let from = 0;
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", Math.max(colon + 1, from))) {
    const start = startOfAuthority(text, colon);
    // Without a look at what follows, a long run of schemes costs nothing.
    if (start === undefined) continue;
    const stop = endOfAuthority(text, start);
    const login = loginAt(text, { start, colon }, { stop, reach });
    if (login !== undefined) logins.push(login);
    // The scheme of the next address may end where this one stops.
    from = login?.[1] ?? stop - 1;
  }
  return logins;
}

/** Before the query of an address without a path; else as far as a login may go. */
function endOfAuthority(text: string, start: number): number {
  ipv6Host.lastIndex = start;
  const host = ipv6Host.test(text) ? ipv6Host.lastIndex : indexFrom(text, endOfHost, start);
  query.lastIndex = host;
  if (host === start || !query.test(text)) return indexFrom(text, endOfPlain, start);
  return indexFrom(text, /[?#]/g, host);
}

/** Behind `scheme://`; behind `http:`, whatever slashes a URL parser would read, or one that took it for a path left. */
function startOfAuthority(text: string, colon: number): number | undefined {
  if (isWeb(text, colon)) return indexFrom(text, /[^/\\]/g, colon + 1);
  return text.startsWith("://", colon) && hasScheme(text, colon) ? colon + 3 : undefined;
}

const isWeb = (text: string, colon: number): boolean =>
  /(?:^|[^a-z0-9])https?$/i.test(text.slice(Math.max(0, colon - 6), colon));

interface Extent {
  /** Where the authority stops, unless a password goes on behind. */
  readonly stop: number;
  readonly reach: LoginReach;
}

function loginAt(text: string, { start, colon }: Place, extent: Extent): TextRange | undefined {
  const end = endOfLogin(text, { start, colon }, extent);
  if (end !== undefined) return isGitOfSsh(text, { start, colon, end }) ? undefined : [start, end];
  if (extent.reach === "word" || !isWeb(text, colon) || text.charAt(start - 1) !== "/") return undefined;
  // The scheme of the next address may stand here.
  if (text.startsWith("://", extent.stop - 1)) return undefined;
  if (text.charAt(extent.stop) === "/" && isWeb(text, extent.stop - 1)) return undefined;
  return passwordWithoutHost(text.slice(start, extent.stop), start);
}

/** The user that all have at the hosts of repositories. */
const isGitOfSsh = (text: string, { start, colon, end }: Place & { readonly end: number }): boolean =>
  text.slice(start, end) === "git" && /(?:^|[^a-z0-9])ssh$/i.test(text.slice(Math.max(0, colon - 4), colon));

/** Where the `@` stands behind a login that begins here, if one does. */
function endOfLogin(text: string, { start, colon }: Place, { stop, reach }: Extent): number | undefined {
  const authority = withoutDigest(text.slice(start, stop));
  const end = lastSign(authority) || authority.lastIndexOf("%40");
  if (end > 0) return start + end;
  // Behind a slash each look reaches no further than to the next address.
  if (text.charAt(start) === "@" || stop === text.length || text.charAt(start - 1) !== "/") return undefined;
  if (isWithin(text, { start, stop })) return endOfQuotedPassword(text, stop);
  if (!beginsPassword(text.slice(start, stop), text.charAt(stop))) return undefined;
  if (/["'`<>]/.test(text.charAt(stop))) return endOfQuotedPassword(text, stop);
  return hasLogins(text, colon) ? endOfOddPassword(text, stop, reach) : undefined;
}

/** `image:tag@sha256:…` of a registry of containers: no host has such a port. */
function withoutDigest(authority: string): string {
  const end = authority.lastIndexOf("@");
  return end > 0 && /^@sha\d{3}:[0-9a-f]+$/.test(authority.slice(end)) ? authority.slice(0, end) : authority;
}

/** Where the last `@` is, or else the last escaped one. */
function lastSign(text: string): number {
  const plain = text.lastIndexOf("@");
  return plain === -1 ? text.lastIndexOf("%40") : plain;
}

/** What stands behind the first colon of an authority and is no port, nor a part of an address in IPv6 or of a path. */
function passwordWithoutHost(authority: string, from: number): TextRange | undefined {
  const [whole = "", user = ""] = /^(?!\[|[a-z]:\\|[0-9a-f.:]*::[0-9a-f.:]*$)([^:]*:)[^?#]*/i.exec(authority) ?? [];
  // A port that a variable names is told as it is written; prose goes on behind it.
  if (/^(?:\d{0,5}|port|\$\{\w+\})[).,:;!\]}]*$/i.test(whole.slice(user.length))) return undefined;
  return [from + user.length, from + authority.length];
}

/** Whether a quote stands within a word without a colon, as in a token: one around an address ends it. */
function isWithin(text: string, { start, stop }: { start: number; stop: number }): boolean {
  return /^[^:[][^:]*["'`]\w/.test(text.slice(start, stop + 2));
}

/** Whether `user:password` may be what an authority has in front of this character, where no `@` stands. */
function beginsPassword(authority: string, next: string): boolean {
  const colon = authority.indexOf(":");
  if (colon === -1 || authority.startsWith("[")) return false;
  const port = authority.slice(colon + 1);
  if (next === "/") return !/^\d{0,5}$/.test(port);
  // A password may begin with a quote.
  return /["'`<>]/.test(next) ? !/^\d{1,5}[).,:;!\]}]*$/.test(port) : !/^\d{0,5}[).,:;!\]}]*$/.test(port);
}

function endOfQuotedPassword(text: string, from: number): number | undefined {
  const end = lastSign(text.slice(from, indexFrom(text, endOfQuoted, from)));
  return end === -1 ? undefined : from + end;
}

const hasLogins = (text: string, colon: number): boolean =>
  /(?:^|[^a-z0-9])(?:https?|ftp|ssh|git|svn|hg)$/i.test(text.slice(Math.max(0, colon - 6), colon));

const endOfOdd: Readonly<Record<LoginReach, RegExp>> = {
  word: /[@"'`<>\s]|:\/\/|https?:[/\\]/gi,
  line: /[@"'`<>\r\n]|%40|:\/\/|https?:[/\\]/gi,
};
const notBlank = /[^\s]|[\r\n]/g;

/** The last `@` of the authority that begins somewhere behind; looks no further than the next scheme. */
function endOfOddPassword(text: string, from: number, reach: LoginReach): number | undefined {
  if (/[\r\n]/.test(text.charAt(from))) return undefined;
  // The colon of a scheme may be the last character before.
  if (text.startsWith("://", from - 1)) return undefined;
  const first = indexFrom(text, endOfOdd[reach], indexFrom(text, notBlank, from));
  if (!/[@%]/.test(text.charAt(first))) return undefined;
  const rest = text.slice(first, indexFrom(text, endOfPlain, first));
  return first + lastSign(rest);
}

/** Whether a letter, and behind it nothing but letters, digits, `+`, `.` and `-`, stands in front of `end`. */
function hasScheme(text: string, end: number): boolean {
  for (let at = end - 1; at >= 0; at--) {
    const character = text.charAt(at);
    if (/[a-z]/i.test(character)) return true;
    if (!/[0-9+.-]/.test(character)) return false;
  }
  return false;
}

const bareLead = /(?:\/|(?<!\b[a-z]):)\/+/gi;

/**
 * The logins behind `//` or a collapsed `scheme:/` that {@link loginsIn} leaves: of addresses whose scheme was forgotten
 * or mistyped. Only a colon tells them from names.
 */
export function bareLoginsIn(text: string): readonly TextRange[] {
  const logins: TextRange[] = [];
  bareLead.lastIndex = 0;
  while (bareLead.test(text)) {
    const start = bareLead.lastIndex;
    const authority = text.slice(start, endOfAuthority(text, start));
    const end = withoutDigest(authority).lastIndexOf("@");
    if (authority.slice(0, Math.max(end, 0)).includes(":") && !isPathOfNames(text, { start, authority }))
      logins.push([start, start + end]);
    // Behind what was looked through, but for the slash at its end.
    bareLead.lastIndex = start + Math.max(authority.length - 1, 0);
  }
  return logins;
}

/** `std::vec//x::y@z`: `//` within a word, and behind it a name with its parts. */
const isPathOfNames = (text: string, { start, authority }: { start: number; authority: string }): boolean =>
  /\w\/\/$/.test(text.slice(Math.max(0, start - 3), start)) && /^\w+::/.test(authority);

/** Of a URL parser, which leaves out tabs and ends of lines; the blank in front of the colon is a slip. */
const leadOfAddress = /^\s*(?:[a-z0-9][\w.-]*=)?(?:https?:[/\\\t\r\n]*|[a-z][a-z0-9+.-]+\s*:(?:\/\/)?|[/\\]{2,})?/i;

/** The login of a text that is one address as a whole. Paths have none. */
export function loginOfAddress(address: string): TextRange | undefined {
  if (/^\s*(?:file:(?!\/\/[^/])|[a-z]:[/\\])/i.test(address)) return undefined;
  const lead = leadOfAddress.exec(address)?.[0] ?? "";
  const start = lead.length;
  const stop = endOfAuthority(address, start);
  const hasQuery = start > 0 && /[?#]/.test(address.charAt(stop));
  const slash = hasQuery ? stop : indexFrom(address, /\//g, start);
  const whole = address.slice(start, slash);
  const authority = withoutDigest(whole);
  const end = lastSign(authority);
  if (end === -1 && whole !== authority) return undefined;
  if (authority.slice(0, end) === "git" && /ssh:\/\/$/i.test(lead)) return undefined;
  // Without a scheme, only a colon tells a login from the name of a file.
  if (end > 0) return start > 0 || authority.slice(0, end).includes(":") ? [start, start + end] : undefined;
  if (end === 0 || !beginsPassword(authority, "/")) return undefined;
  if (hasQuery) return passwordWithoutHost(authority, start);
  const rest = address.slice(slash);
  const first = rest.search(/@|%40/);
  if (first >= 0) return [start, slash + first + lastSign(rest.slice(first).split("/", 1)[0] ?? "")];
  return /[/\\]$|https?:$/i.test(lead) ? passwordWithoutHost(authority, start) : undefined;
}
