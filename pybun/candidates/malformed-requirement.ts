/**
 * Reads requirements that PEP 508 does not allow but releases on the index have, and that every installer has understood
 * since they were uploaded.
 *
 * In: a line that the strict parser refused. Out: the same requirement, written properly, or nothing. Only the clauses
 * behind the name are read loosely, as pairs of an operator and a version with any separators between them; the name, the
 * extras and the marker must be right as they are. What is found on the index:
 *
 *   django>=1.0<2        no comma            pkg (>=1,)           a comma too many
 *   six>= '1.7'          quotes              numpy>=1.9.*         a bound that ends in a wildcard
 *   jinja2!=3.0*         wildcard, no dot    celery!=~5.0         "anything but ~="
 *   torch>dev            a bare phase        black>=22.1b0.0      something behind a pre-release
 */

const operators = new Set(["==", "===", "!=", "<=", ">=", "<", ">", "~=", "!=~"]);
const bounds = new Set(["<=", ">=", "<", ">"]);
const separators = " \t,()'\"";
const operatorCharacters = "<>=!~";

interface Clause {
  readonly operator: string;
  readonly version: string;
}

/** The line as it was meant; `undefined` where its clauses make no sense either way. */
export function rewriteRequirement(line: string): string | undefined {
  const semicolon = line.indexOf(";");
  const head = semicolon < 0 ? line : line.slice(0, semicolon);
  const marker = semicolon < 0 ? "" : line.slice(semicolon);
  const subject = /^\s*[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\])?/.exec(head)?.[0];
  if (subject === undefined) return undefined;
  const clauses = scanClauses(head.slice(subject.length));
  return clauses === undefined ? undefined : `${subject}${clauses.map(writeClause).join(",")}${marker}`;
}

function scanClauses(text: string): readonly Clause[] | undefined {
  const clauses: Clause[] = [];
  let at = skip(text, 0, separators);
  while (at < text.length) {
    const versionAt = endOfOperator(text, at);
    const operator = text.slice(at, versionAt);
    const from = skip(text, versionAt, separators);
    const to = endOfVersion(text, from);
    if (!operators.has(operator) || to === from) return undefined;
    clauses.push({ operator, version: text.slice(from, to) });
    at = skip(text, to, separators);
  }
  return clauses;
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text.charAt(at))) at++;
  return at;
}

const endOfOperator = (text: string, from: number): number => skip(text, from, operatorCharacters);

/** An exclamation mark ends an epoch, unless it begins an operator. */
function endOfVersion(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (separators.includes(character)) break;
    const isEpoch = character === "!" && text.charAt(at + 1) !== "=";
    if (operatorCharacters.includes(character) && !isEpoch) break;
  }
  return at;
}

function writeClause({ operator, version }: Clause): string {
  const wild = version.endsWith("*");
  const stem = finishPhase(wild ? version.replace(/\.?\*$/, "") : version);
  if (operator === "!=~") return `!=${stem}.*`;
  // A bound needs no wildcard: whatever begins with 1.9 is at least 1.9.
  return `${operator}${stem}${wild && !bounds.has(operator) ? ".*" : ""}`;
}

/** A pre-release ends with its number; a phase alone stands before everything. */
function finishPhase(version: string): string {
  if (/^(?:a|b|rc|dev)$/i.test(version)) return `0.${version}0`;
  return version.replace(/((?:a|b|rc|post|dev)\d+)(?:\.0)+$/i, "$1");
}
