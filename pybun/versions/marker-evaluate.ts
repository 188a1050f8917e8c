/**
 * Evaluation of markers in one environment (PEP 508), with the answers of PyPA's `packaging`.
 */
import type { Marker, MarkerComparison, MarkerOperator, MarkerVariable } from "./marker-syntax.ts";
import { VERSION_VARIABLES } from "./marker-syntax.ts";
import { rangeContains } from "./range.ts";
import { specifierToRange } from "./specifier-range.ts";
import { type Specifier, tryReadSpecifier } from "./specifier-syntax.ts";
import { versionKey } from "./version.ts";

/** The values of the variables of PEP 508 in one environment, spelled as the interpreter spells them. */
export type MarkerEnvironment = Readonly<Record<Exclude<MarkerVariable, "extra">, string>>;

const NO_EXTRAS: ReadonlySet<string> = new Set();

/**
 * Whether a marker holds. `extras` are the normalised names of the extras asked for: `extra == "x"` holds where x is
 * among them, `extra != "x"` where it is not.
 */
export function evaluateMarker(
  marker: Marker,
  environment: MarkerEnvironment,
  extras: ReadonlySet<string> = NO_EXTRAS,
): boolean {
  switch (marker.kind) {
    case "and":
      return marker.operands.every((operand) => evaluateMarker(operand, environment, extras));
    case "or":
      return marker.operands.some((operand) => evaluateMarker(operand, environment, extras));
    case "compare":
      return marker.variable === "extra"
        ? evaluateExtra(marker, extras)
        : evaluateVariable(marker, valueOf(environment, marker.variable));
  }
}

/** An unreleased CPython calls itself `3.14.0a1+`, which is no version; `packaging` reads it as a local one. */
function valueOf(environment: MarkerEnvironment, variable: Exclude<MarkerVariable, "extra">): string {
  const value = environment[variable];
  return variable === "python_full_version" && value.endsWith("+") ? `${value}local` : value;
}

function evaluateVariable(comparison: MarkerComparison, actual: string): boolean {
  const { operator, value, reversed, variable } = comparison;
  const left = reversed ? value : actual;
  if (VERSION_VARIABLES.has(variable) && operator !== "in" && operator !== "not in") {
    const specifier = reversed ? tryReadSpecifier(operator + actual) : specifierOf(comparison);
    if (specifier !== undefined) return satisfies(specifier, left);
  }
  return compareTexts(left, operator, reversed ? actual : value);
}

/** A text that is no version satisfies no specifier, not even `!=`; `===` compares the texts themselves. */
function satisfies(specifier: Specifier, text: string): boolean {
  if (specifier.kind === "arbitrary") return specifier.text.toLowerCase() === text.toLowerCase();
  const key = versionKey(text);
  return key !== undefined && rangeContains(specifierToRange(specifier), key);
}

const specifiers = new WeakMap<MarkerComparison, Specifier | "none">();

/** The specifier that operator and literal make; remembered, since markers are evaluated more often than parsed. */
function specifierOf(comparison: MarkerComparison): Specifier | undefined {
  let specifier = specifiers.get(comparison);
  if (specifier === undefined) {
    specifier = tryReadSpecifier(comparison.operator + comparison.value) ?? "none";
    specifiers.set(comparison, specifier);
  }
  return specifier === "none" ? undefined : specifier;
}

function evaluateExtra(comparison: MarkerComparison, extras: ReadonlySet<string>): boolean {
  const { operator, value, reversed } = comparison;
  // Without extras the variable is the empty text, as for `packaging`.
  const names = extras.size === 0 ? [""] : [...extras];
  const holds = (name: string, op: MarkerOperator) =>
    compareTexts(reversed ? value : name, op, reversed ? name : value);
  // A negation speaks about all extras asked for, not about any of them.
  if (operator === "!=") return !names.some((name) => holds(name, "=="));
  if (operator === "not in") return !names.some((name) => holds(name, "in"));
  return names.some((name) => holds(name, operator));
}

function compareTexts(left: string, operator: MarkerOperator, right: string): boolean {
  switch (operator) {
    case "in":
      return right.includes(left);
    case "not in":
      return !right.includes(left);
    case "==":
    case "<=":
    case ">=":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
    case ">":
      return false;
    case "~=":
    case "===":
      // The parser admits these two only between versions; a reversed one may meet a value that is none.
      return false;
  }
}
