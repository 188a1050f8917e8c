/** Booleans, numbers and text. */
import type { Primitive } from "../decode/ast.ts";
import type { Cursor } from "./cursor.ts";
import { type IntegerRange, integerRanges } from "./integers.ts";
import { readChar, readString } from "./read-text.ts";
import { roundToF32 } from "./round-f32.ts";

const integerPattern = /^-?(?:0|[1-9][0-9]*)$/u;
const floatPattern = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/u;

/** No integer type has a number that is longer; a long text is not made a number to find that out. */
const integerLengthMax = 20;

const floatWords: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["-inf", -Infinity],
]);

const f32Max = 2 ** 128 - 2 ** 104;

export function readPrimitive(cursor: Cursor, primitive: Primitive): unknown {
  const range = integerRanges[primitive];
  if (range !== undefined) return readInteger(cursor, { primitive, range });
  if (primitive === "f32") return readFloat(cursor, { primitive, round: roundToF32, most: f32Max });
  if (primitive === "f64") return readFloat(cursor, { primitive, round: Number, most: Number.MAX_VALUE });
  if (primitive === "bool") return readBool(cursor);
  if (primitive === "string") {
    return cursor.peek() === '"' ? readString(cursor) : cursor.fail("string", `strings are written in double quotes`);
  }
  if (primitive === "char")
    return cursor.peek() === "'" ? readChar(cursor) : cursor.fail("char", `chars are written in single quotes`);
  return cursor.fail("a value that can be written", `one of type '${primitive}' cannot`);
}

function readBool(cursor: Cursor): boolean {
  const word = cursor.peekWord();
  if (word !== "true" && word !== "false") return cursor.fail("bool ('true' or 'false')");
  cursor.offset += word.length;
  return word === "true";
}

interface IntegerType {
  readonly primitive: Primitive;
  readonly range: IntegerRange;
}

function readInteger(cursor: Cursor, { primitive, range }: IntegerType): number | bigint {
  const word = cursor.peekWord() ?? "";
  const isInteger = word.length <= integerLengthMax && integerPattern.test(word);
  // A type without a sign has no '-0' either.
  const value = isInteger && !(word.startsWith("-") && range.least === 0n) ? BigInt(word) : undefined;
  if (value === undefined || value < range.least || value > range.most) {
    return cursor.fail(`${primitive} (an integer from ${range.least} to ${range.most})`);
  }
  cursor.offset += word.length;
  return range.isBig ? value : Number(value);
}

interface FloatType {
  readonly primitive: Primitive;
  readonly round: (text: string) => number;
  /** The largest that is finite. */
  readonly most: number;
}

function readFloat(cursor: Cursor, { primitive, round, most }: FloatType): number {
  const word = cursor.peekWord() ?? "";
  const value = floatWords.get(word) ?? (floatPattern.test(word) ? round(word) : undefined);
  if (value === undefined) return cursor.fail(`${primitive} (a number, 'nan', 'inf' or '-inf')`);
  // As for integers: nobody who writes digits means infinity.
  if (!Number.isFinite(value) && !floatWords.has(word)) {
    const bound = value > 0 ? `at most ${most}, or 'inf'` : `at least ${-most}, or '-inf'`;
    return cursor.fail(`${primitive} (${bound})`);
  }
  cursor.offset += word.length;
  return value;
}
