/** Names of imports and exports (Explainer.md, Import and Export Definitions, and Name Uniqueness). */

export type ParsedName =
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "constructor"; readonly label: string }
  | { readonly kind: "method"; readonly resource: string; readonly label: string }
  | { readonly kind: "static"; readonly resource: string; readonly label: string }
  | InterfaceName;

export interface InterfaceName {
  readonly kind: "interface";
  readonly namespace: string;
  readonly package: string;
  readonly projection: string;
  readonly version: string | undefined;
}

/** Says what is wrong with a name; callers know of what it is one. */
export class NameProblem extends Error {}

const labelPattern = /^(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)(?:-(?:[0-9a-z]+|[0-9A-Z]+))*$/;
const wordsPattern = /^[a-z][0-9a-z]*(?:-[0-9a-z]+)*$/;

export const isLabel = (text: string): boolean => labelPattern.test(text);

function label(text: string): string {
  if (!labelPattern.test(text)) throw new NameProblem(`\`${text}\` is not in kebab case`);
  return text;
}

function words(text: string): string {
  if (!wordsPattern.test(text)) throw new NameProblem(`\`${text}\` is not in kebab case`);
  return text;
}

const annotations = ["constructor", "method", "static"] as const;

/** @throws NameProblem */
export function parseExternName(text: string): ParsedName {
  for (const kind of annotations) {
    const prefix = `[${kind}]`;
    if (!text.startsWith(prefix)) continue;
    const rest = text.slice(prefix.length);
    return kind === "constructor" ? { kind, label: label(rest) } : { kind, ...parseMember(rest) };
  }
  return text.includes(":") ? parseInterfaceName(text) : { kind: "label", label: label(text) };
}

function parseMember(text: string): { readonly resource: string; readonly label: string } {
  const dot = text.indexOf(".");
  if (dot < 0) throw new NameProblem("failed to find `.` character");
  return { resource: label(text.slice(0, dot)), label: label(text.slice(dot + 1)) };
}

/** `namespace:package/projection@version`. @throws NameProblem */
function parseInterfaceName(text: string): InterfaceName {
  const colon = text.indexOf(":");
  const namespace = words(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  const packageEnd = endOf(rest, /[:/@]/);
  const packageName = words(rest.slice(0, packageEnd));
  if (rest[packageEnd] !== "/") throw new NameProblem("expected `/` after package name");
  const tail = rest.slice(packageEnd + 1);
  const projectionEnd = endOf(tail, /[:/@]/);
  const projection = label(tail.slice(0, projectionEnd));
  const after = tail.slice(projectionEnd);
  if (after !== "" && !after.startsWith("@")) throw new NameProblem(`trailing characters found: \`${after}\``);
  const version = after === "" ? undefined : checkVersion(after.slice(1));
  return { kind: "interface", namespace, package: packageName, projection, version };
}

function endOf(text: string, stop: RegExp): number {
  const end = text.search(stop);
  return end < 0 ? text.length : end;
}

/** Semantic Versioning 2.0.0; the words for what is wrong are those of Rust's parser, which the reference tests quote. */
function checkVersion(text: string): string {
  if (text === "") throw new NameProblem("empty string, expected a semver version");
  let rest = text;
  for (const part of ["major", "minor", "patch"] as const) {
    const digits = /^(?:0|[1-9][0-9]*)/.exec(rest)?.[0];
    if (digits === undefined) throw new NameProblem(`${unexpected(rest)} while parsing ${part} version number`);
    rest = rest.slice(digits.length);
    if (part === "patch") break;
    if (rest === "") throw new NameProblem(`unexpected end of input while parsing ${part} version number`);
    if (!rest.startsWith(".")) throw new NameProblem(`${unexpected(rest)} after ${part} version number`);
    rest = rest.slice(1);
  }
  rest = checkIdentifiers(rest, { mark: "-", name: "pre-release identifier", mayLeadWithZero: false });
  rest = checkIdentifiers(rest, { mark: "+", name: "build metadata", mayLeadWithZero: true });
  if (rest !== "") throw new NameProblem(`${unexpected(rest)} after patch version number`);
  return text;
}

const unexpected = (rest: string): string =>
  rest === "" ? "unexpected end of input" : `unexpected character '${rest.slice(0, 1)}'`;

interface IdentifierRule {
  readonly mark: string;
  readonly name: string;
  readonly mayLeadWithZero: boolean;
}

/** Dot-separated identifiers behind a mark; returns what stands behind them. */
function checkIdentifiers(text: string, { mark, name, mayLeadWithZero }: IdentifierRule): string {
  if (!text.startsWith(mark)) return text;
  const end = /[^0-9A-Za-z.-]/.exec(text.slice(1));
  const list = end === null ? text.slice(1) : text.slice(1, end.index + 1);
  for (const identifier of list.split(".")) {
    if (identifier === "") throw new NameProblem(`empty identifier segment in ${name}`);
    const hasZero = /^0[0-9]+$/.test(identifier);
    if (hasZero && !mayLeadWithZero) throw new NameProblem(`invalid leading zero in ${name}`);
  }
  return text.slice(1 + list.length);
}

/** Names are strongly unique if these differ. */
export function uniqueKeyOf(name: ParsedName, text: string): string {
  if (name.kind === "constructor") return `[constructor]${name.label.toLowerCase()}`;
  if (name.kind !== "method" && name.kind !== "static") return text.toLowerCase();
  const [resource, member] = [name.resource.toLowerCase(), name.label.toLowerCase()];
  return resource === member ? member : `${resource}.${member}`;
}
