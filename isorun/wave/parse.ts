/**
 * WAVE, the text that people write values of components in (README of `wasm-wave`, Bytecode Alliance): one value, or a
 * call of a function. Values are those of JavaScript that calls take and give.
 */
import type { FuncType, ValueType } from "../types/component-types.ts";
import { Cursor, type TextRange } from "./cursor.ts";
import { describeType } from "./describe-type.ts";
import { readChar, readString } from "./read-text.ts";
import { readValue } from "./read-value.ts";

export interface Invocation {
  /** As the component has it: `add`, `ns:pkg/iface@1.0.0#name`. */
  readonly name: string;
  /** What stands between the brackets, for `parseArguments`. Empty where there are no brackets. */
  readonly arguments: TextRange;
}

/** Behind `%` may stand what WIT has another use for, in each part of a name, as in the text of a component. */
const namePattern = /%?[A-Za-z0-9:@/.#+_[\]-]+(?:(?<=[:/#.\]])%[A-Za-z0-9:@/.#+_[\]-]+)*/y;

const rangeOf = (text: string): TextRange => ({ text, start: 0, end: text.length });

/** @throws WaveError */
export function parseWave(text: string, type: ValueType): unknown {
  const cursor = new Cursor(rangeOf(text));
  const value = readValue(cursor, type);
  if (cursor.peek() !== "") cursor.fail(`nothing behind the value of type ${describeType(type)}`);
  return value;
}

/** `name(…)`; a bare name is a call without arguments. Arguments are looked at when their types are known. @throws WaveError */
export function parseInvocation(text: string): Invocation {
  const cursor = new Cursor(rangeOf(text));
  const name = readName(cursor);
  if (!cursor.take("(")) {
    if (cursor.peek() !== "") cursor.fail(`'(' behind the name of the function`);
    return { name, arguments: { text, start: cursor.offset, end: cursor.offset } };
  }
  const start = cursor.offset;
  skipArguments(cursor);
  const end = cursor.offset - 1;
  if (cursor.peek() !== "") cursor.fail("nothing behind the call");
  return { name, arguments: { text, start, end } };
}

function readName(cursor: Cursor): string {
  cursor.skipSpace();
  const start = cursor.offset;
  const found = cursor.match(namePattern) ?? "";
  const comment = found.indexOf("//");
  const name = comment < 0 ? found : found.slice(0, comment);
  cursor.offset = start + name.length;
  return name === "" ? cursor.fail("the name of a function") : name.replaceAll("%", "");
}

/** Past the bracket that closes the arguments. */
function skipArguments(cursor: Cursor): void {
  for (let depth = 1; depth > 0; ) {
    const next = cursor.peek();
    if (next === "") cursor.fail("')' behind the arguments");
    if (next === '"') {
      readString(cursor);
    } else if (next === "'") {
      readChar(cursor);
    } else {
      cursor.offset += 1;
      if (next === "(") depth += 1;
      if (next === ")") depth -= 1;
    }
  }
}

/**
 * As many arguments as the function has parameters: options at the end may be left out.
 * @param source what stands between the brackets; a range gives errors places in the whole text
 * @throws WaveError
 */
export function parseArguments(source: string | TextRange, type: FuncType): unknown[] {
  const cursor = new Cursor(typeof source === "string" ? rangeOf(source) : source);
  const values: unknown[] = [];
  while (cursor.peek() !== "") {
    const param = type.params[values.length];
    if (param === undefined) return cursor.fail(describeCount(values.length));
    values.push(readValue(cursor, param.type));
    if (!cursor.take(",")) break;
  }
  if (cursor.peek() !== "") {
    cursor.fail(values.length < type.params.length ? "',' or the end of the arguments" : describeCount(values.length));
  }
  const rest = type.params.slice(values.length);
  const missing = rest.find((param) => param.type.kind !== "option");
  if (missing !== undefined) cursor.fail(`the argument '${missing.label}' (${describeType(missing.type)})`);
  return [...values, ...rest.map(() => undefined)];
}

const describeCount = (count: number): string =>
  count === 0 ? "no arguments" : `no more than ${count} ${count === 1 ? "argument" : "arguments"}`;
