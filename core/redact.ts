/**
 * The one place that removes secrets from text before it reaches an event, a log, a diagnostic or a record.
 *
 * What is removed, and why:
 * - user information in URLs: index credentials are commonly written as https://user:token@host/, up to the last `@`
 *   before the path, since a password may hold one.
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

/** Masks secrets inside free text. Idempotent. */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s"'`<>]+@/gi, `$1${mask}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s"'`<>]+)/g, (whole, lead: string, name: string) =>
      // In the source of a page the `&` is written `&amp;`.
      isSecretParameter(name.replace(/^amp;/, "")) ? `${lead}${name}=${mask}` : whole,
    )
    .replace(/\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|token|digest)\s+)?[^\s,;"'`]+/gi, `$1${mask}`)
    .replace(/\b([A-Z0-9_]*(?:_TOKEN|_KEY|_SECRET|PASSWORD[A-Z0-9_]*))=(?:"[^"]*"|'[^']*'|[^\s&"'`])+/gi, `$1=${mask}`);
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
const mayHoldSecret = /:\/\/|=|authorization/i;

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
