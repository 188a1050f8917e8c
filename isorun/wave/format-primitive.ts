/** Booleans, numbers and text as WAVE writes them. */
import type { Primitive } from "../decode/ast.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { escapeQuoted } from "./escape.ts";
import { integerRanges } from "./integers.ts";
import { roundToF32 } from "./round-f32.ts";

/** Nine digits tell every number of 32 bits from its neighbours. */
const f32DigitsMax = 9;

export function formatPrimitive(value: unknown, primitive: Primitive): string {
  const text = integerRanges[primitive] === undefined ? formatOther(value, primitive) : formatInteger(value, primitive);
  if (text !== undefined) return text;
  throw new TypeError(`expected a value of type ${primitive}, found ${describeValue(value)}`);
}

const describeValue = (value: unknown): string =>
  typeof value === "number" || typeof value === "bigint" ? String(value) : `one of type '${typeof value}'`;

/** @returns undefined if the value is of another type */
function formatOther(value: unknown, primitive: Primitive): string | undefined {
  if (primitive === "bool") return typeof value === "boolean" ? String(value) : undefined;
  if (primitive === "f32" || primitive === "f64") {
    return typeof value === "number" ? formatFloat(value, primitive) : undefined;
  }
  if (primitive === "error-context") throw new UnsupportedError(`a value of type '${primitive}' in WAVE`);
  if (typeof value !== "string") return undefined;
  if (primitive === "string") return [...formatString(value)].join("");
  return isScalar(value) ? `'${escapeQuoted(value, "'")}'` : undefined;
}

const partLength = 1 << 14;

/** In parts, since a text may be as long as a memory. */
export function* formatString(text: string): Generator<string> {
  if (text.length <= partLength) {
    yield `"${escapeString(text)}"`;
    return;
  }
  yield '"';
  for (let at = 0; at < text.length; ) {
    const part = firstPart(text, at);
    yield escapeString(part);
    at += part.length;
  }
  yield '"';
}

/** Calls make of half a surrogate pair what `toWellFormed` makes of it. */
const escapeString = (text: string): string => escapeQuoted(text.toWellFormed(), '"');

/** Up to a space, so that an address, whose secrets are masked where it is printed, is not cut; never within a character. */
function firstPart(text: string, at: number): string {
  const part = text.slice(at, at + partLength);
  if (at + partLength >= text.length) return part;
  const length = part.lastIndexOf(" ") + 1 || part.length;
  return (part.charCodeAt(length - 1) & 0xfc00) === 0xd800 ? part.slice(0, length - 1) : part.slice(0, length);
}

const isScalar = (text: string): boolean =>
  text.isWellFormed() && text !== "" && text.length === String.fromCodePoint(text.codePointAt(0) ?? 0).length;

function formatInteger(value: unknown, primitive: Primitive): string | undefined {
  const range = integerRanges[primitive];
  const isNumber = range?.isBig === true ? typeof value === "bigint" : Number.isInteger(value);
  if (range === undefined || !isNumber) return undefined;
  const integer = value as bigint | number; // as `isNumber` says
  return integer >= range.least && integer <= range.most ? String(integer) : undefined;
}

function formatFloat(value: number, primitive: "f32" | "f64"): string {
  if (Number.isNaN(value)) return "nan";
  if (Object.is(value, -0)) return "-0";
  const number = primitive === "f32" ? shortest32(Math.fround(value)) : value;
  if (Number.isFinite(number)) return String(number);
  return number < 0 ? "-inf" : "inf";
}

/** Fewer digits than JavaScript writes are enough for a number of 32 bits: 0.1, not 0.10000000149011612. */
function shortest32(value: number): number {
  for (let digits = 1; digits <= f32DigitsMax; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (roundToF32(String(short)) === value) return short;
  }
  return value;
}
