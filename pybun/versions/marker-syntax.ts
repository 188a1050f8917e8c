/**
 * The grammar of environment markers (PEP 508), read by hand so that each fault has its column.
 *
 * In: a place in a text. Out: a tree of comparisons. `and` binds tighter than `or`; chains become one node with many
 * operands, and a nested chain of the same kind is merged into its parent, so that equal markers are equal trees.
 */
import { type Cursor, describeNext, faultAt, isBlank, skipBlanks, take, takeCharacter } from "./cursor.ts";
import { normalizeName } from "./name.ts";
import { tryReadSpecifier } from "./specifier-syntax.ts";

/** The variables of PEP 508 that name one value of an environment, and `extra`. */
export type MarkerVariable =
  | "os_name"
  | "sys_platform"
  | "platform_machine"
  | "platform_python_implementation"
  | "platform_release"
  | "platform_system"
  | "platform_version"
  | "python_version"
  | "python_full_version"
  | "implementation_name"
  | "implementation_version"
  | "extra";

export type MarkerOperator = "==" | "!=" | "<=" | ">=" | "<" | ">" | "~=" | "===" | "in" | "not in";

/** One comparison of a variable with a literal; `reversed` where the literal stands on the left. */
export interface MarkerComparison {
  readonly kind: "compare";
  readonly variable: MarkerVariable;
  readonly operator: MarkerOperator;
  readonly value: string;
  readonly reversed: boolean;
}

export type Marker =
  | MarkerComparison
  | { readonly kind: "and"; readonly operands: readonly Marker[] }
  | { readonly kind: "or"; readonly operands: readonly Marker[] };

const WORD = /[A-Za-z_][A-Za-z0-9_.]*/y;
const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;

/** Spellings with dots, and `python_implementation`, come from PEP 345 and setuptools. */
const VARIABLES: ReadonlyMap<string, MarkerVariable> = new Map([
  ["os_name", "os_name"],
  ["os.name", "os_name"],
  ["sys_platform", "sys_platform"],
  ["sys.platform", "sys_platform"],
  ["platform_machine", "platform_machine"],
  ["platform.machine", "platform_machine"],
  ["platform_python_implementation", "platform_python_implementation"],
  ["platform.python_implementation", "platform_python_implementation"],
  ["python_implementation", "platform_python_implementation"],
  ["platform_release", "platform_release"],
  ["platform_system", "platform_system"],
  ["platform_version", "platform_version"],
  ["platform.version", "platform_version"],
  ["python_version", "python_version"],
  ["python_full_version", "python_full_version"],
  ["implementation_name", "implementation_name"],
  ["implementation_version", "implementation_version"],
  ["extra", "extra"],
]);

/** The variables whose values are compared as versions where both sides allow it. */
export const VERSION_VARIABLES: ReadonlySet<MarkerVariable> = new Set([
  "python_version",
  "python_full_version",
  "implementation_version",
  "platform_release",
]);

type Term = { readonly variable: MarkerVariable } | { readonly literal: string };

/** Reads a text that is nothing but a marker. Throws a FaultSignal. */
export function readWholeMarker(cursor: Cursor): Marker {
  const marker = readMarker(cursor);
  if (cursor.at < cursor.text.length) {
    throw faultAt(`expected 'and', 'or' or the end, found ${describeNext(cursor)}`, cursor.at);
  }
  return marker;
}

/**
 * How deep parentheses may stand within each other. Markers come from indexes too, and each level costs stack here and
 * in everything that walks the tree, and no real marker needs more than a few.
 */
const DEPTH_MAX = 64;

/** Reads a marker and the blanks around it, and stops at what cannot continue one. Throws a FaultSignal. */
export function readMarker(cursor: Cursor, depth = 0): Marker {
  return readChain(cursor, "or", () => readChain(cursor, "and", () => readAtom(cursor, depth)));
}

function readChain(cursor: Cursor, kind: "and" | "or", readOperand: () => Marker): Marker {
  const first = readOperand();
  if (!takeWord(cursor, kind)) return first;
  const read = [first];
  do read.push(readOperand());
  while (takeWord(cursor, kind));
  const operands = read.filter((m) => m !== meaningless).flatMap((m) => (m.kind === kind ? m.operands : [m]));
  const [only = meaningless] = operands;
  return operands.length > 1 ? { kind, operands } : only;
}

function readAtom(cursor: Cursor, depth: number): Marker {
  skipBlanks(cursor);
  const open = cursor.at;
  if (!takeCharacter(cursor, "(")) return readComparison(cursor);
  if (depth === DEPTH_MAX) throw faultAt(`parentheses are nested more than ${DEPTH_MAX} deep`, open);
  const marker = readMarker(cursor, depth + 1);
  if (!takeCharacter(cursor, ")")) {
    throw faultAt(`expected ')' for the '(' at column ${open + 1}, found ${describeNext(cursor)}`, cursor.at);
  }
  skipBlanks(cursor);
  return marker;
}

/**
 * Stands for a comparison without meaning, of which only published text is read: the others of its chain decide, and a
 * marker of nothing else is none. It is in no tree that leaves this file, but may be all of one.
 */
export const meaningless: Marker = { kind: "and", operands: [] };

function readComparison(cursor: Cursor): Marker {
  const start = cursor.at;
  const left = readTerm(cursor);
  skipBlanks(cursor);
  const operatorAt = cursor.at;
  const operator = readOperator(cursor);
  const operatorEnd = cursor.at;
  skipBlanks(cursor);
  const right = readTerm(cursor);
  const end = cursor.at;
  skipBlanks(cursor);
  const comparison = comparisonOf(left, operator, right);
  if (typeof comparison === "string") {
    if (cursor.isPublished) return meaningless;
    throw faultAt(comparison, start, end);
  }
  const reason = undefinedComparison(comparison);
  if (reason === undefined) return comparison;
  if (cursor.isPublished && operator === "~=") return meaningless;
  throw faultAt(reason, operatorAt, operatorEnd);
}

function comparisonOf(left: Term, operator: MarkerOperator, right: Term): MarkerComparison | string {
  if ("variable" in left) {
    if ("variable" in right) return `'${left.variable}' and '${right.variable}' cannot be compared with each other`;
    return { kind: "compare", ...named(left.variable, right.literal), operator, reversed: false };
  }
  if ("literal" in right) return "one side of a comparison must be a variable";
  return { kind: "compare", ...named(right.variable, left.literal), operator, reversed: true };
}

/** Names of extras are compared in their normalised form (PEP 685). */
function named(variable: MarkerVariable, literal: string): { variable: MarkerVariable; value: string } {
  return { variable, value: variable === "extra" ? normalizeName(literal) : literal };
}

/** `~=` and `===` have a meaning only between versions; PEP 508 makes them an error elsewhere. */
function undefinedComparison(comparison: MarkerComparison): string | undefined {
  const { operator, variable, value, reversed } = comparison;
  if (operator !== "~=" && operator !== "===") return undefined;
  if (!VERSION_VARIABLES.has(variable)) return `${operator} compares versions, and '${variable}' is none`;
  if (reversed || tryReadSpecifier(operator + value) !== undefined) return undefined;
  return `${operator} cannot be used with '${value}'`;
}

function readTerm(cursor: Cursor): Term {
  const start = cursor.at;
  const quote = cursor.text[start];
  if (quote === '"' || quote === "'") return { literal: readLiteral(cursor, quote) };
  const word = take(cursor, WORD);
  if (word === undefined)
    throw faultAt(`expected a marker variable or a quoted text, found ${describeNext(cursor)}`, start);
  const variable = VARIABLES.get(word);
  if (variable === undefined) throw faultAt(`'${word}' is not a marker variable`, start, cursor.at);
  return { variable };
}

function readLiteral(cursor: Cursor, quote: string): string {
  const start = cursor.at;
  const end = cursor.text.indexOf(quote, start + 1);
  if (end < 0) throw faultAt(`the quoted text is not closed by ${quote}`, start, cursor.text.length);
  const literal = cursor.text.slice(start + 1, end);
  const lineEnd = literal.search(/[\r\n]/);
  if (lineEnd >= 0) throw faultAt("a quoted text ends on its own line", start + 1 + lineEnd);
  cursor.at = end + 1;
  return literal;
}

function readOperator(cursor: Cursor): MarkerOperator {
  const start = cursor.at;
  const symbol = take(cursor, OPERATOR);
  // The pattern of operators matches symbols of the union only.
  if (symbol !== undefined) return symbol as MarkerOperator;
  if (takeWord(cursor, "in")) return "in";
  if (takeWord(cursor, "not")) {
    const blank = isBlank(cursor.text.charCodeAt(cursor.at));
    skipBlanks(cursor);
    if (blank && takeWord(cursor, "in")) return "not in";
    throw faultAt(`expected 'in' after 'not', found ${describeNext(cursor)}`, cursor.at);
  }
  throw faultAt(`expected one of == != <= >= < > ~= === in, not in, found ${describeNext(cursor)}`, start);
}

const WORDS = { and: /and\b/y, or: /or\b/y, in: /in\b/y, not: /not\b/y };

function takeWord(cursor: Cursor, word: keyof typeof WORDS): boolean {
  return take(cursor, WORDS[word]) !== undefined;
}
