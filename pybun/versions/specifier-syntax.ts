/**
 * The grammar of version specifiers (PEP 440), read by hand so that each fault has its column.
 *
 * In: a text and a place in it. Out: clauses with their version parsed, or a {@link Fault}. Legacy specifiers that
 * PEP 440 has no meaning for (`>=1.0.*`, `<2+local`, `~=1`, `>dev`) are faults.
 */
import { type Cursor, describeNext, type Fault, FaultSignal, faultAt, take, takeCharacter } from "./cursor.ts";
import { isPrerelease, tryParseVersion, type Version } from "./version.ts";

export type SpecifierOperator = "==" | "!=" | "<=" | ">=" | "<" | ">" | "~=" | "===";

/** One clause. `===` compares texts and may name anything; all other operators have a version. */
export type Specifier =
  | {
      readonly kind: "version";
      readonly operator: Exclude<SpecifierOperator, "===">;
      readonly version: Version;
      /** Whether the version was followed by `.*`; only for `==` and `!=`. */
      readonly prefix: boolean;
    }
  | { readonly kind: "arbitrary"; readonly operator: "==="; readonly text: string };

/** All clauses must hold; no clause at all holds for every version. */
export type Specifiers = readonly Specifier[];

const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;
const BLANKS = /\s*/y;
const ARBITRARY = /[^\s;),]*/y;
const VERSION = /[^\s,;()]*/y;

/** Reads a whole text of comma-separated clauses. */
export function readSpecifiers(text: string): Specifiers | Fault {
  return catchFault(() => readClauses({ text, at: 0 }));
}

function readClauses(cursor: Cursor): Specifier[] {
  const clauses: Specifier[] = [];
  const { text } = cursor;
  for (;;) {
    take(cursor, BLANKS);
    // Empty clauses between commas are read over, as `packaging` does.
    if (takeCharacter(cursor, ",")) continue;
    if (cursor.at >= text.length) return clauses;
    clauses.push(readSpecifier(cursor));
    take(cursor, BLANKS);
    if (cursor.at < text.length && text[cursor.at] !== ",") {
      throw faultAt(`expected ',' or the end, found ${describeNext(cursor)}`, cursor.at);
    }
  }
}

/** Reads one clause at the cursor. Throws a {@link FaultSignal}. */
export function readSpecifier(cursor: Cursor): Specifier {
  const start = cursor.at;
  const operator = take(cursor, OPERATOR);
  if (operator === undefined) {
    throw faultAt(`expected one of == != <= >= < > ~= ===, found ${describeNext(cursor)}`, start);
  }
  take(cursor, BLANKS);
  const from = cursor.at;
  const written = take(cursor, operator === "===" ? ARBITRARY : VERSION) ?? "";
  if (written === "") throw faultAt(`expected a version after '${operator}', found ${describeNext(cursor)}`, from);
  if (operator === "===") return { kind: "arbitrary", operator, text: written };
  // The pattern of operators allows nothing else than the other seven.
  return orderedSpecifier(operator as Exclude<SpecifierOperator, "===">, written, from);
}

function orderedSpecifier(operator: Exclude<SpecifierOperator, "===">, written: string, from: number): Specifier {
  const prefix = written.endsWith(".*");
  const version = tryParseVersion(prefix ? written.slice(0, -2) : written);
  if (version === undefined) throw faultAt(`'${written}' is not a version`, from, from + written.length);
  const specifier = { kind: "version", operator, version, prefix } as const;
  const reason = misuseOf(specifier);
  if (reason !== undefined) throw faultAt(reason, from, from + written.length);
  return specifier;
}

/** Why PEP 440 forbids an operator with a version that is readable by itself. */
function misuseOf({ operator, version, prefix }: Extract<Specifier, { kind: "version" }>): string | undefined {
  const isEquality = operator === "==" || operator === "!=";
  if (prefix && !isEquality) return `'.*' may only follow == and !=, not ${operator}`;
  if (prefix && (isPrerelease(version) || version.post !== undefined || version.local !== undefined)) {
    return "'.*' may only follow a plain release number";
  }
  if (version.local !== undefined && !isEquality) return `a local version may only follow == and !=, not ${operator}`;
  if (operator === "~=" && version.release.length < 2) return "~= needs at least two numbers, as in ~=1.4";
  return undefined;
}

/** Reads a text that is one clause and nothing else, or answers undefined. */
export function tryReadSpecifier(text: string): Specifier | undefined {
  const cursor: Cursor = { text, at: 0 };
  const found = catchFault(() => readSpecifier(cursor));
  if ("reason" in found) return undefined;
  take(cursor, BLANKS);
  return cursor.at === text.length ? found : undefined;
}

/** Runs a parser and answers its fault instead of throwing it. */
function catchFault<T extends object>(read: () => T): T | Fault {
  try {
    return read();
  } catch (error) {
    if (error instanceof FaultSignal) return error.fault;
    throw error;
  }
}
