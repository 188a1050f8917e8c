import { describe, expect, test } from "bun:test";
import type { FuncType } from "../types/component-types.ts";
import { parseArguments, parseInvocation } from "./parse.ts";
import { bool, func, list, option, string, tuple, u8 } from "./testing/types.ts";

/** The name, and what stands between the brackets. */
function split(text: string): readonly [name: string, argumentsText: string] {
  const { name, arguments: range } = parseInvocation(text);
  return [name, range.text.slice(range.start, range.end)];
}

describe("a call as text", () => {
  test.each([
    ["add(1, 2)", "add", "1, 2"],
    ["add", "add", ""],
    ["add()", "add", ""],
    ["%u8(3)", "u8", "3"],
    ["ns:pkg/iface#%list(3)", "ns:pkg/iface#list", "3"],
    ["my:pkg/%record@1.0.0#record(3)", "my:pkg/record@1.0.0#record", "3"],
    ["%use:%type/%record@1.0.0#%record", "use:type/record@1.0.0#record", ""],
    ["my:pkg/i#[method]%record.%get(1)", "my:pkg/i#[method]record.get", "1"],
    [" add // sum\n ( 1 ) // done\n", "add", " 1 "],
    ["add//sum", "add", ""],
    ["ns:pkg/iface@1.0.0#name(1)", "ns:pkg/iface@1.0.0#name", "1"],
    ["ns:pkg/iface@1.0.0-rc.1+b#name", "ns:pkg/iface@1.0.0-rc.1+b#name", ""],
    ["ns:pkg/iface#[method]thing.get(1)", "ns:pkg/iface#[method]thing.get", "1"],
    [`f(")", ')', (1, "\\""), // )\n [(2)])`, "f", `")", ')', (1, "\\""), // )\n [(2)]`],
    ['f("""\n)\n""")', "f", '"""\n)\n"""'],
  ])("%s", (text, name, argumentsText) => {
    expect(split(text)).toEqual([name, argumentsText]);
  });

  test.each([
    ["", "expected the name of a function, found the end of the text (line 1, column 1)"],
    ["(1)", "expected the name of a function, found '(' (line 1, column 1)"],
    ["%(1)", "expected the name of a function, found '%' (line 1, column 1)"],
    ["a%b(1)", "expected '(' behind the name of the function, found '%b' (line 1, column 2)"],
    ["f 1", "expected '(' behind the name of the function, found '1' (line 1, column 3)"],
    ["f(1", "expected ')' behind the arguments, found the end of the text (line 1, column 4)"],
    ["f(1))", "expected nothing behind the call, found ')' (line 1, column 5)"],
    ['f("1)', "expected '\"' that ends the string, found the end of the text (line 1, column 6)"],
  ])("%s is none", (text, message) => {
    expect(() => parseInvocation(text)).toThrow(message);
  });
});

const two = func({ a: u8, b: string });
const optional = func({ a: u8, b: option(u8), c: option(bool) });

describe("arguments", () => {
  test.each<[string, FuncType, readonly unknown[]]>([
    ["", func({}), []],
    ["// none", func({}), []],
    ['1, "x"', two, [1, "x"]],
    ['1, "x", // last', two, [1, "x"]],
    ["(1, true)", func({ a: tuple(u8, bool) }), [[1, true]]],
    ["1", optional, [1, undefined, undefined]],
    ["1, none, true", optional, [1, undefined, true]],
    ["1, some(2),", optional, [1, 2, undefined]],
    ["", func({ a: option(u8) }), [undefined]],
  ])("'%s'", (text, type, values) => {
    expect(parseArguments(text, type)).toStrictEqual([...values]);
  });

  test.each<[string, FuncType, string]>([
    ["f", two, "expected the argument 'a' (u8), found the end of the text (line 1, column 2)"],
    ["f()", two, "expected the argument 'a' (u8), found ')' (line 1, column 3)"],
    ["f(\n1)", two, "expected the argument 'b' (string), found ')' (line 2, column 2)"],
    ["f(1, 2)", two, "expected string, found '2'; strings are written in double quotes (line 1, column 6)"],
    ["f(1)", func({}), "expected no arguments, found '1' (line 1, column 3)"],
    ["f(1, 2)", func({ a: u8 }), "expected no more than 1 argument, found '2' (line 1, column 6)"],
    ["f(1 2)", func({ a: u8 }), "expected no more than 1 argument, found '2' (line 1, column 5)"],
    ["f(1 2)", optional, "expected ',' or the end of the arguments, found '2' (line 1, column 5)"],
    ["f([1)", func({ a: list(u8) }), "expected ',' or ']', found ')' (line 1, column 5)"],
  ])("of '%s' are refused where they stand in the call", (text, type, message) => {
    expect(() => parseArguments(parseInvocation(text).arguments, type)).toThrow(message);
  });
});
