/**
 * The one place that removes secrets from text before it reaches an event, a log, a diagnostic or a record.
 *
 * What is removed, and why:
 * - user information in URLs: index credentials are commonly written as https://user:token@host/, up to the last `@`
 *   before the path, since a password may hold one. A password with a slash or a space, which nobody escaped, is told by
 *   the colon in front of it, behind which no port stands; it reaches to the next `@` of the line.
 * - values of query parameters whose names look secret: signed download links carry their token there.
 * - `Authorization`-like header values: error texts of HTTP clients quote requests.
 * - values of variables named like *_TOKEN, *_KEY, *_SECRET, *PASSWORD*.
 */

const secretName = /(?:^|[_-])(?:TOKEN|KEY|SECRET)$|PASSWORD|PASSWD|^AUTHORIZATION$|CREDENTIAL|SIGNATURE/i;

/** Does a variable or header of this name hold a secret? */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Names too short to mean a secret anywhere but in a query: `sig` is the signature of a link to Azure's storage. */
const secretParameterName = /^(?:sig|auth|pass|pwd|apikey)$/i;

/** Does a query parameter of this name hold a secret? */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || secretParameterName.test(name);
}

/** What stands in place of a secret. */
export const mask = "****";

/**
 * Masks secrets inside free text. Idempotent. Takes time in proportion to the text, whatever that is: programs print
 * what they like, and a regular expression that tries each beginning anew would be kept busy for minutes.
 */
export function redact(text: string): string {
  return maskVariables(maskHeaders(redactUrls(text)));
}

/**
 * Masks the secrets of URLs alone: for the results of commands, which say more than prose does. `password==1.0` is a
 * name and a version there, no variable with its value.
 */
export function redactUrls(text: string): string {
  return maskQueries(maskUserInformation(text));
}

/** Puts a mask over each range; they are in order and apart. */
function covered(text: string, ranges: readonly (readonly [start: number, end: number])[]): string {
  let masked = "";
  let at = 0;
  for (const [start, end] of ranges) {
    masked += text.slice(at, start) + mask;
    at = end;
  }
  return ranges.length === 0 ? text : masked + text.slice(at);
}

const endOfAuthority = /[/\s"'`<>]/g;

/** `scheme://user:password@`: from each `://` a look back at the scheme, which reaches no other `://`. */
function maskUserInformation(text: string): string {
  const ranges: [number, number][] = [];
  let masked = 0;
  for (let at = text.indexOf(":/"); at >= 0; at = text.indexOf(":/", Math.max(at + 2, masked))) {
    const start = startOfAuthority(text, at);
    // Without a look at what follows, a long run of schemes costs nothing.
    if (start === undefined) continue;
    const end = endOfUserInformation(text, start);
    if (end === undefined) continue;
    ranges.push([start, end]);
    masked = end;
  }
  return covered(text, ranges);
}

const endOfWebScheme = /(?:^|[^a-z0-9+.-])https?$/i;

/** Behind `scheme://`, and behind `https:/`, which an address becomes where somebody took it for a path. */
function startOfAuthority(text: string, colon: number): number | undefined {
  if (text.startsWith("://", colon)) return hasScheme(text, colon) ? colon + 3 : undefined;
  return endOfWebScheme.test(text.slice(Math.max(0, colon - 6), colon)) ? colon + 2 : undefined;
}

/** Where the `@` stands behind a login that begins here. */
function endOfUserInformation(text: string, start: number): number | undefined {
  const stop = indexFrom(text, endOfAuthority, start);
  const end = text.slice(start, stop).lastIndexOf("@");
  if (end > 0) return start + end;
  return end === -1 && beginsOddPassword(text, start, stop) ? endOfOddPassword(text, stop) : undefined;
}

/** Whether `user:password` stands from `start` to `stop` without its `@`, in front of a slash or a space. */
function beginsOddPassword(text: string, start: number, stop: number): boolean {
  if (stop === text.length || !/\/|[^\S\r\n]/.test(text.charAt(stop))) return false;
  const authority = text.slice(start, stop);
  const colon = authority.indexOf(":");
  return colon !== -1 && !authority.startsWith("[") && !/^\d{0,5}$/.test(authority.slice(colon + 1));
}

const endOfOdd = /[@"'`<>\r\n]|:\/\/|https?:\//gi;

/** The last `@` of the authority that begins somewhere in the rest of the line; looks no further than the next scheme. */
function endOfOddPassword(text: string, from: number): number | undefined {
  // The colon of a scheme may be the last character before.
  const first = indexFrom(text, endOfOdd, from - 1);
  if (text.charAt(first) !== "@") return undefined;
  const rest = text.slice(first, indexFrom(text, endOfAuthority, first));
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

const beginningOfParameter = /[?&]/g;
const endOfName = /[=&#\s]/g;
const endOfValue = /[&#\s"'`<>]/g;

/** `?name=value` and `&name=value`. A `?` within a name ends where that does, so it needs no look of its own. */
function maskQueries(text: string): string {
  const ranges: [number, number][] = [];
  let at = indexFrom(text, beginningOfParameter, 0);
  while (at < text.length) {
    const equals = indexFrom(text, endOfName, at + 1);
    const end = text.charAt(equals) === "=" && equals > at + 1 ? indexFrom(text, endOfValue, equals + 1) : equals;
    // In the source of a page the `&` is written `&amp;`.
    const isSecret = end > equals + 1 && isSecretParameter(text.slice(at + 1, equals).replace(/^amp;/, ""));
    if (isSecret) ranges.push([equals + 1, end]);
    at = indexFrom(text, beginningOfParameter, end);
  }
  return covered(text, ranges);
}

/** Linear as it is: the name stands for itself, and what may be long is white space that belongs to one name. */
function maskHeaders(text: string): string {
  return text.replace(
    /\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|token|digest)\s+)?[^\s,;"'`]+/gi,
    `$1${mask}`,
  );
}

const secretVariable = /(?:_TOKEN|_KEY|_SECRET)$|PASSWORD/i;
/** As a shell would read it: quoted parts and plain ones in a row. */
const shellValue = /(?:"[^"]*"|'[^']*'|[^\s&"'`])+/y;

/** `NAME=value`: from each `=` a look back at the name, which reaches no other `=`. */
function maskVariables(text: string): string {
  const ranges: [number, number][] = [];
  let equals = text.indexOf("=");
  while (equals >= 0) {
    shellValue.lastIndex = equals + 1;
    const isSecret = secretVariable.test(wordBefore(text, equals)) && shellValue.test(text);
    const end = isSecret ? shellValue.lastIndex : equals + 1;
    if (isSecret) ranges.push([equals + 1, end]);
    equals = text.indexOf("=", end);
  }
  return covered(text, ranges);
}

function wordBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && /\w/.test(text.charAt(start - 1))) start--;
  return text.slice(start, end);
}

/** Where a global pattern is found next; the text's length where it is not. */
function indexFrom(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found === null ? text.length : found.index;
}

/** A copy of the environment with secret values masked; for reports and `doctor`. */
export function redactEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) masked[name] = isSecretName(name) ? mask : redact(value);
  }
  return masked;
}

/**
 * The secrets of an environment, the longest first, because one may contain another. Values under four characters are
 * left out, since masking every "1" would only destroy text.
 */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && value.length >= 4 && isSecretName(name)) values.add(value);
  }
  return longestFirst(values);
}

const longestFirst = (texts: Iterable<string>): readonly string[] => [...texts].sort((a, b) => b.length - a.length);

export interface Redactor {
  readonly text: (text: string) => string;
  /** Adds the secrets of variables that came to be known later, such as those of a file. */
  readonly learn: (environment: Readonly<Record<string, string | undefined>>) => void;
}

/** A redactor that also knows an environment's secrets: their values are masked wherever they appear. */
export function openRedactor(environment: Readonly<Record<string, string | undefined>>): Redactor {
  let secrets = secretsOf(environment);
  return {
    text: (text) => {
      let masked = text;
      for (const secret of secrets) masked = masked.replaceAll(secret, mask);
      return mayHoldSecret.test(masked) ? redact(masked) : masked;
    },
    learn: (more) => {
      secrets = longestFirst(new Set([...secrets, ...secretsOf(more)]));
    },
  };
}

/** Each pattern of {@link redact} needs one of these; most texts have none, which makes redacting an event cheap. */
const mayHoldSecret = /:\/|=|authorization/i;

/**
 * A copy of a JSON-like value with every string redacted. Values under secret names go whole, except under `key` and
 * `…_key`: those are our own fields for hashes of environments.
 */
export function redactValue(value: unknown, redactText: (text: string) => string): unknown {
  if (typeof value === "string") return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redactText));
  if (value === null || typeof value !== "object") return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const hidden = typeof item === "string" && isSecretName(name) && !/(?:^|_)key$/.test(name);
    copy[name] = hidden ? mask : redactValue(item, redactText);
  }
  return copy;
}
