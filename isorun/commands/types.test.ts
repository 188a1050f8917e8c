/** Declarations are accepted by TypeScript, and say what values are while a program runs. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { type BuiltName, built } from "../../tests/components/built.ts";
import { ComponentError } from "../errors/errors.ts";
import { Runtime } from "../runtime/runtime.ts";
import { propertyName } from "../types/property-name.ts";
import { formatDeclarations } from "./declarations.ts";
import { checkTypes } from "./testing/check-types.ts";
import { componentFiles } from "./testing/components.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-types-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Each is the result of two functions: one reads zeros, the other what stands at `startOf`. */
const results: Readonly<Record<string, string>> = {
  bool: "bool",
  byte: "u8",
  long: "s64",
  double: "f64",
  char: "char",
  string: "string",
  bytes: "(list u8)",
  longs: "(list u64)",
  floats: "(list f32)",
  bools: "(list bool)",
  strings: "(list string)",
  "three-bytes": "(list u8 3)",
  "two-strings": "(list string 2)",
  map: "(map string u32)",
  tuple: "(tuple u8 string)",
  option: "(option u8)",
  "option-of-option": "(option (option u8))",
  "option-of-option-of-option": "(option (option (option string)))",
  "list-of-options": "(list (option (option bool)))",
  "result-in-tuple": "(tuple (result u8 (error string)) (result) (result (error u8)))",
  result: "(result (option (option u8)) (error string))",
  variant: "$variant'",
  enum: "$enum'",
  flags: "$flags'",
  record: "$record'",
};

const named = `
  (type $variant (variant (case "first" u8) (case "no-payload") (case "an-option" (option u8))))
  (export $variant' "variant-type" (type $variant))
  (type $enum (enum "first" "light-blue"))
  (export $enum' "map" (type $enum))
  (type $flags (flags "may-read" "class"))
  (export $flags' "promise" (type $flags))
  (type $record (record (field "x-y" u8) (field "default" (option (option u8))) (field "inner" $variant')
    (field "colour" $enum') (field "rights" $flags') (field "deep" (list (tuple u64 $flags')))))
  (export $record' "array" (type $record))`;

const lists = new Set(["string", "bytes", "longs", "floats", "bools", "strings", "map", "list-of-options"]);

/** A byte of 1 and zeros, or a list of two items. */
const startOf = (name: string): number => (lists.has(name) ? 128 : 64);

/** What is returned in a register has no place in memory. */
const flat: Readonly<Record<string, string>> = { long: "i64", double: "f64" };
const inRegister = new Set(["bool", "byte", "char", "enum", "flags"]);

function coreFunc(name: string, start: number): string {
  const type = flat[name] ?? "i32";
  const value = inRegister.has(name) && start > 0 ? 1 : start;
  return `(func (export "${name}-${start}") (result ${type}) (${type}.const ${value}))`;
}

function liftedFunc(name: string, start: number): string {
  const options = '(memory (core memory $i "mem"))';
  return `(func (export "${name}-${start}") (result ${results[name]})
    (canon lift (core func $i "${name}-${start}") ${options}))`;
}

const each = (write: (name: string, start: number) => string): string =>
  Object.keys(results)
    .flatMap((name) => [write(name, 0), write(name, startOf(name))])
    .join("\n  ");

const valuesText = `(component ${named}
  (core module $m
    (memory (export "mem") 1)
    (data (i32.const 64) "\\01")
    (data (i32.const 128) "\\c0\\00\\00\\00\\02\\00\\00\\00")
    ${each(coreFunc)})
  (core instance $i (instantiate $m))
  ${each(liftedFunc)})`;

/** Words that end comments, that JavaScript reserves, and names that hide those of the language. */
const awkwardText = `(component
  (import "eval" (func (param "arguments" string) (param "new" u8) (param "context" u8) (result (option string))))
  (type $two (record (field "list" (list u8))))
  (import "two" (type $two' (eq $two)))
  (import "two-input" (type (eq $two)))
  (import "call-context" (type (eq $two)))
  (import "get-two" (func (result $two')))
  (import "a:b/c" (instance
    (export "uint8-array" (type $array (sub resource)))
    (export "imports" (type (eq $array)))
    (export "[static]uint8-array.make" (func (param "list" (list u8)) (result (own $array))))))
  (type $one (record (field "promise" (list u8)) (field "constructor" bool)))
  (export "one" (type $one)))`;

let pathOf: (text: string) => string;

beforeAll(async () => {
  pathOf = await assembleFiles([valuesText, awkwardText]);
}, 120_000);

/** Writes the declarations of a component to a file of that name. */
async function declare(name: string, path: string): Promise<string> {
  const file = join(scratch, `${name}.d.ts`);
  writeFileSync(file, formatDeclarations(await new Runtime().load(readFileSync(path))));
  return file;
}

test("declarations of components that toolchains built, and of texts, are accepted", async () => {
  const names: readonly BuiltName[] = ["words", "count-files", "count-words"];
  const files = await Promise.all(names.map(async (name) => declare(name, await built(name))));
  for (const [name, path] of Object.entries(await componentFiles())) files.push(await declare(name, path));
  files.push(await declare("awkward", pathOf(awkwardText)), await declare("values", pathOf(valuesText)));
  expect(checkTypes(scratch, files)).toBe("");
}, 300_000);

test("names that mean something else in TypeScript are given others", async () => {
  const text = readFileSync(await declare("awkward", pathOf(awkwardText)), "utf8");
  expect(text).toContain("/** resource uint8-array (a:b/c) */\nexport type CUint8Array = object;");
  expect(text).toContain(
    "(arguments_: string, new_: number, context: number, context_: CallContext) => (string | undefined) | ",
  );
  expect(text).toContain("import type { CallContext } from");
  expect(text).toContain('export type TypeCallContext = { "list": Uint8Array };');
  expect(text).toContain('export type TypeTwoInput = { "list": Iterable<number> };');
  expect(text).toContain("(context: CallContext) => TypeTwoInput | PromiseLike<TypeTwoInput>");
  expect(text).toContain("(list: Uint8Array, context: CallContext) => CUint8Array | PromiseLike<CUint8Array>");
});

test("what calls return is of the declared types", async () => {
  await declare("values", pathOf(valuesText));
  const runtime = new Runtime();
  const instance = await runtime.instance(await runtime.load(readFileSync(pathOf(valuesText)))).instantiate();
  const lines = ['import type { Exports } from "./values.d.ts";'];
  for (const name of Object.keys(results)) {
    for (const start of [0, startOf(name)]) {
      // The `err` side of a result is thrown.
      const value = await instance.call(`${name}-${start}`).catch(payloadOf);
      const type = value instanceof Thrown ? "string" : `Awaited<ReturnType<Exports["${name}-${start}"]>>`;
      lines.push(`export const ${propertyName(name)}${start}: ${type} = ${literal(value)};`);
    }
  }
  const source = lines.join("\n");
  writeFileSync(join(scratch, "use.ts"), `${source}\n`);
  expect(checkTypes(scratch, ["use.ts"])).toBe("");
  // A check that finds nothing would pass all of this too.
  writeFileSync(join(scratch, "wrong.ts"), source.replaceAll("Uint8Array(", "Int8Array("));
  expect(checkTypes(scratch, ["wrong.ts"])).toContain("wrong.ts(");
}, 60_000);

class Thrown {
  readonly payload: unknown;

  constructor(payload: unknown) {
    this.payload = payload;
  }
}

function payloadOf(error: unknown): Thrown {
  if (!(error instanceof ComponentError)) throw error;
  return new Thrown(error.payload);
}

/** A value as a program in TypeScript would write it. */
function literal(value: unknown): string {
  if (value instanceof Thrown) return literal(value.payload);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Map) return `new Map(${literal([...value])})`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (ArrayBuffer.isView(value)) {
    return `new ${value.constructor.name}(${literal([...(value as Uint8Array)])})`; // a typed array of any kind
  }
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, field]) => `${JSON.stringify(name)}: ${literal(field)}`)
    .join(", ")} }`;
}
