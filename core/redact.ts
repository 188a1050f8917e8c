/**
 * The one place that removes secrets from text before it reaches an event, a log, a diagnostic or a record.
 *
 * What is removed, and why:
 * - user information in URLs: index credentials are commonly written as https://user:token@host/.
 * - values of query parameters whose names look secret: signed download links carry their token there.
 * - `Authorization`-like header values: error texts of HTTP clients quote requests.
 * - values of variables named like *_TOKEN, *_KEY, *_SECRET, *PASSWORD* (spec 00).
 */

const secretName = /(?:^|[_-])(?:TOKEN|KEY|SECRET)$|PASSWORD|PASSWD|^AUTHORIZATION$|CREDENTIAL|SIGNATURE/i;

/** Does a variable, header or query parameter of this name hold a secret? */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

const mask = "****";

/** Masks secrets inside free text. Idempotent. */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@"'<>]+@/gi, `$1${mask}@`)
    .replace(/([?&])([^=&#\s]+)=([^&#\s"'<>]+)/g, (whole, lead: string, name: string) =>
      isSecretName(name) ? `${lead}${name}=${mask}` : whole,
    )
    .replace(/\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|token|digest)\s+)?[^\s,;"']+/gi, `$1${mask}`)
    .replace(/\b([A-Z0-9_]*(?:_TOKEN|_KEY|_SECRET|PASSWORD[A-Z0-9_]*))=("[^"]*"|'[^']*'|[^\s&]+)/gi, `$1=${mask}`);
}

/** A copy of the environment with secret values masked; for reports and `doctor`. */
export function redactEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) masked[name] = isSecretName(name) ? mask : redact(value);
  }
  return masked;
}
