/**
 * Finds the user information of URLs: `user:password@`, up to the last `@` before the path, since a password may hold one.
 *
 * In free text, where a URL may stand in quotes or be followed by anything, blanks, slashes and quotes end a login, but
 * for what is told by the colon in front of it, behind which no port stands, or by where the quote stands:
 * - a password or token with quotes in it, up to the last `@` before a blank or slash;
 * - a password with a slash or a blank, which nobody escaped, behind a scheme with logins, up to the next `@`.
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
const endOfQuoted = /[/\s]/g;

export function loginsIn(text: string, reach: LoginReach): readonly TextRange[] {
  const logins: TextRange[] = [];
  let from = 0;
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", Math.max(colon + 1, from))) {
    const start = startOfAuthority(text, colon);
    // Without a look at what follows, a long run of schemes costs nothing.
    if (start === undefined) continue;
    const stop = indexFrom(text, endOfPlain, start);
    const end = endOfLogin(text, { start, colon }, { stop, reach });
    if (end !== undefined) logins.push([start, end]);
    // The scheme of the next address may end where this one stops.
    from = end ?? stop - 1;
  }
  return logins;
}

/** Behind `scheme://`; behind `http:`, whatever slashes a URL parser would read, or one that took it for a path left. */
function startOfAuthority(text: string, colon: number): number | undefined {
  if (isWeb(text, colon)) return indexFrom(text, /[^/\\]/g, colon + 1);
  return text.startsWith("://", colon) && hasScheme(text, colon) ? colon + 3 : undefined;
}

const isWeb = (text: string, colon: number): boolean =>
  /(?:^|[^a-z0-9])https?$/i.test(text.slice(Math.max(0, colon - 6), colon));

/** Where the `@` stands behind a login that begins here, if one does. */
function endOfLogin(
  text: string,
  { start, colon }: Place,
  { stop, reach }: { stop: number; reach: LoginReach },
): number | undefined {
  const end = text.slice(start, stop).lastIndexOf("@");
  if (end > 0) return start + end;
  // Behind a slash each look reaches no further than to the next address.
  if (end === 0 || stop === text.length || text.charAt(start - 1) !== "/") return undefined;
  if (isWithin(text, { start, stop })) return endOfQuotedPassword(text, stop);
  if (!beginsPassword(text.slice(start, stop), text.charAt(stop))) return undefined;
  if (/["'`<>]/.test(text.charAt(stop))) return endOfQuotedPassword(text, stop);
  return hasLogins(text, colon) ? endOfOddPassword(text, stop, reach) : undefined;
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
  // A password may begin with a quote.
  return /["'`<>]/.test(next) ? !/^\d{1,5}$/.test(port) : !/^\d{0,5}$/.test(port);
}

function endOfQuotedPassword(text: string, from: number): number | undefined {
  const end = text.slice(from, indexFrom(text, endOfQuoted, from)).lastIndexOf("@");
  return end === -1 ? undefined : from + end;
}

const hasLogins = (text: string, colon: number): boolean =>
  /(?:^|[^a-z0-9])(?:https?|ftp|ssh|git|svn|hg)$/i.test(text.slice(Math.max(0, colon - 6), colon));

const endOfOdd: Readonly<Record<LoginReach, RegExp>> = {
  word: /[@"'`<>\s]|:\/\/|https?:[/\\]/gi,
  line: /[@"'`<>\r\n]|:\/\/|https?:[/\\]/gi,
};
const notBlank = /[^\s]|[\r\n]/g;

/** The last `@` of the authority that begins somewhere behind; looks no further than the next scheme. */
function endOfOddPassword(text: string, from: number, reach: LoginReach): number | undefined {
  if (/[\r\n]/.test(text.charAt(from))) return undefined;
  // The colon of a scheme may be the last character before.
  if (text.startsWith("://", from - 1)) return undefined;
  const first = indexFrom(text, endOfOdd[reach], indexFrom(text, notBlank, from));
  if (text.charAt(first) !== "@") return undefined;
  const rest = text.slice(first, indexFrom(text, endOfPlain, first));
  return first + rest.lastIndexOf("@");
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

/** Of a URL parser, which leaves out tabs and ends of lines. */
const leadOfAddress = /^\s*(?:[a-z0-9][\w.-]*=)?(?:https?:[/\\\t\r\n]*|[a-z][a-z0-9+.-]+:(?:\/\/)?|[/\\]{2,})?/i;

/** The login of a text that is one address as a whole. Paths have none. */
export function loginOfAddress(address: string): TextRange | undefined {
  if (/^\s*(?:file:(?!\/\/[^/])|[a-z]:[/\\])/i.test(address)) return undefined;
  const start = leadOfAddress.exec(address)?.[0].length ?? 0;
  const slash = indexFrom(address, /\//g, start);
  const authority = address.slice(start, slash);
  const end = authority.lastIndexOf("@");
  // Without a scheme, only a colon tells a login from the name of a file.
  if (end > 0) return start > 0 || authority.slice(0, end).includes(":") ? [start, start + end] : undefined;
  if (end === 0 || !beginsPassword(authority, "/")) return undefined;
  const first = address.indexOf("@", slash);
  if (first === -1) return undefined;
  return [start, first + address.slice(first, indexFrom(address, /\//g, first)).lastIndexOf("@")];
}
