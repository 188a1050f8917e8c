/**
 * The one place that removes secrets from text before it reaches an event, a log, a diagnostic or a record.
 *
 * What is removed, and why:
 * - user information in URLs: index credentials are commonly written as https://user:token@host/ (redact-login.ts).
 * - values of query parameters whose names look secret: signed download links carry their token there.
 * - `Authorization`-like header values: error texts of HTTP clients quote requests.
 * - values of variables named like *_TOKEN, *_KEY, *_SECRET, *PASSWORD*.
 *
 * Of one text each: what a program writes in two pieces is two texts, and a login or a `?token=` that is parted by them
 * stays. Only values of secret variables, of which somebody told us, are looked for over the pieces of one output.
 *
 * Three readers, since what stands around a secret decides how much may be taken for one: an address that is known to be
 * one ({@link redactAddress}), a message of ours ({@link redactMessage}), and any text at all ({@link redact}). Whoever
 * puts an address into a message, a result or a record masks it as an address.
 */
import { bareLoginsIn, type LoginReach, loginOfAddress, loginsIn } from "./redact-login.ts";
import { covered, indexFrom, mask, type TextRange } from "./redact-range.ts";

export { mask };

const secretName = /(?:^|[_-])(?:TOKEN|KEY|SECRET)$|PASSWORD|PASSWD|^AUTHORIZATION$|CREDENTIAL|SIGNATURE/i;

/** Does a variable or header of this name hold a secret? */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Words too short to mean a secret anywhere but in a query: `sig` is the signature of a link to Azure's storage. */
const secretParameterName =
  /(?:^|_)(?:sig|sas|o?auth|pass|pwd|pw|jwt|bearer|session|(?:api|auth|access|private|secret|session)(?:key|id))$|(?:token(?:_?value)?|pass_?phrase|sess(?:ion)?_?id)$/i;

/** Does a query parameter of this name, as it is written, hold a secret? */
export function isSecretParameter(name: string): boolean {
  const words = wordsOfParameter(name);
  return isSecretName(words) || secretParameterName.test(words);
}

/** `access_Token` for `accessToken`, `access%54oken`, `accessToken[]` and `accessToken[0]`. */
function wordsOfParameter(name: string): string {
  const words = name
    .replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2_")
    .split(/[^a-z0-9]+/i)
    .filter((word) => word !== "");
  while (/^\d+$/.test(words.at(-1) ?? "")) words.pop();
  return words.join("_");
}

/**
 * Masks secrets inside free text. Idempotent. Takes time in proportion to the text, whatever that is: programs print
 * what they like, and a regular expression that tries each beginning anew would be kept busy for minutes.
 */
export function redact(text: string): string {
  return maskVariables(maskHeaders(maskUrls(text, "word")));
}

/**
 * {@link redact} for what we say ourselves: settings are quoted there that somebody mistyped, so that a password may go
 * on over blanks to the next `@` of the line. Programs print prose, which would vanish that way.
 */
export function redactMessage(text: string): string {
  return maskVariables(maskHeaders(maskUrls(text, "line")));
}

/**
 * Masks the secrets of a text that is one address, or was meant to be, with or without the `NAME=` of an index: nothing
 * in it but slashes ends a login, whatever characters a password has. Also for those that a URL parser reads and few
 * would write: `http:user:password@host`.
 */
export function redactAddress(address: string): string {
  return redactMessage(maskQueries(redactLogin(address), /[&#]/g));
}

/**
 * Masks the login alone of a text that may be an address or something else: `my_key==1` is a name and a version, and
 * stays.
 */
export function redactLogin(text: string): string {
  const login = loginOfAddress(text);
  return login === undefined ? text : covered(text, [login]);
}

/**
 * Masks the secrets of URLs alone: for the results of commands, which say more than prose does. `password==1.0` is a
 * name and a version there, no variable with its value.
 */
export function redactUrls(text: string): string {
  return maskUrls(text, "word");
}

/**
 * What to call a place by: its path, or, where it was written as an address with a login, that address. A path hides
 * what it was made of: `//user:password@host` is `/user:password@host` then.
 */
export function redactPlace(written: string, path: string): string {
  const masked = redactAddress(written);
  return masked === written ? path : masked;
}

const maskUrls = (text: string, reach: LoginReach): string => {
  const masked = covered(text, loginsIn(text, reach));
  return maskQueries(covered(masked, bareLoginsIn(masked)));
};

/** In the source of a page the `&` is written `&amp;`. A `#` or `;` at the beginning of a word is prose or a program. */
const beginningOfParameter = /[?&]|(?<=\S)[#;]/g;
const endOfName = /[=?&#;\s]/g;
const endOfValueInText = /[&#\s"'`<>]/g;

/** `?name=value`, and the same behind `&`, `;` and `#`. */
function maskQueries(text: string, endOfValue = endOfValueInText): string {
  const ranges: TextRange[] = [];
  let at = indexFrom(text, beginningOfParameter, 0);
  while (at < text.length) {
    const equals = indexFrom(text, endOfName, at + 1);
    const isSecret = text.charAt(equals) === "=" && isSecretParameter(text.slice(at + 1, equals));
    const end = isSecret ? indexFrom(text, endOfValue, equals + 1) : equals;
    if (isSecret && end > equals + 1) ranges.push([equals + 1, end]);
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
  const ranges: TextRange[] = [];
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
  /** As {@link redactMessage} does it. */
  readonly message: (text: string) => string;
  /** Adds the secrets of variables that came to be known later, such as those of a file. */
  readonly learn: (environment: Readonly<Record<string, string | undefined>>) => void;
}

/** A redactor that also knows an environment's secrets: their values are masked wherever they appear. */
export function openRedactor(environment: Readonly<Record<string, string | undefined>>): Redactor {
  let secrets = secretsOf(environment);
  const masking = (further: (text: string) => string) => (text: string) => {
    let masked = text;
    for (const secret of secrets) masked = masked.replaceAll(secret, mask);
    return mayHoldSecret.test(masked) ? further(masked) : masked;
  };
  return {
    text: masking(redact),
    message: masking(redactMessage),
    learn: (more) => {
      secrets = longestFirst(new Set([...secrets, ...secretsOf(more)]));
    },
  };
}

/** Each pattern of {@link redact} needs one of these; most texts have none, which makes redacting an event cheap. */
const mayHoldSecret = /[:/]\/|https?:|=|authorization/i;

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
