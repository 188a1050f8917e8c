/** A program that uses declarations of several components, as its author would write it: TypeScript accepts it, and it runs. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { built } from "../../tests/components/built.ts";
import { Runtime } from "../runtime/runtime.ts";
import { formatDeclarations } from "./declarations.ts";
import { checkTypes } from "./testing/check-types.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-typed-program-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Echo {
  readonly type: string;
  /** Of the core function; all but flags come back through memory. */
  readonly params: readonly string[];
}

const echoes: Readonly<Record<string, Echo>> = {
  points: { type: "(list $point)", params: ["i32", "i32"] },
  texts: { type: "(list string)", params: ["i32", "i32"] },
  bytes: { type: "(list u8)", params: ["i32", "i32"] },
  longs: { type: "(list s64 2)", params: ["i64", "i64"] },
  table: { type: "(map string u32)", params: ["i32", "i32"] },
  pair: { type: "(tuple (list string) u8)", params: ["i32", "i32", "i32"] },
  choice: { type: "$choice", params: ["i32", "i32", "i32"] },
  fallible: { type: "(result (list string) (error u8))", params: [] },
  rights: { type: "$rights", params: ["i32"] },
};

const each = (write: (name: string, echo: Echo) => string): string =>
  Object.entries(echoes)
    .map(([name, echo]) => write(name, echo))
    .join("\n  ");

function coreFunc(name: string, { params }: Echo): string {
  const given = params.map((_, index) => `(local.get ${index})`).join(" ");
  const call =
    name === "rights" ? `(call $${name} ${given})` : `(call $${name} ${given} (i32.const 512)) (i32.const 512)`;
  return `(func (export "${name}") (param ${params.join(" ")}) (result i32) ${call})`;
}

const importOf = (name: string, { params }: Echo): string =>
  name === "rights"
    ? `(import "" "${name}" (func $${name} (param i32) (result i32)))`
    : `(import "" "${name}" (func $${name} (param ${params.join(" ")} i32)))`;

const paramOf = (name: string, type: string): string => (name === "fallible" ? "" : `(param "given" ${type})`);

/** Gives what it is given to a function of the host, and returns what that one does. */
const echoText = `(component
  (type $point' (record (field "x" s32) (field "at" (option u64))))
  (import "point" (type $point (eq $point')))
  (type $choice' (variant (case "path" (list $point)) (case "size" (option u32)) (case "none")))
  (import "choice-type" (type $choice (eq $choice')))
  (type $rights' (flags "may-read" "may-write"))
  (import "rights-type" (type $rights (eq $rights')))
  ${each((name, { type }) => `(import "${name}" (func $${name} ${paramOf(name, type)} (result ${type})))`)}
  (core module $memory
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 7)) (i32.const -8)))))
  (core instance $m (instantiate $memory))
  (alias core export $m "mem" (core memory $mem))
  (alias core export $m "realloc" (core func $realloc))
  ${each((name) => `(core func $core-${name} (canon lower (func $${name}) (memory $mem) (realloc $realloc)))`)}
  (core module $main
    ${each(importOf)}
    ${each(coreFunc)})
  (core instance $i (instantiate $main (with "" (instance
    ${each((name) => `(export "${name}" (func $core-${name}))`)}))))
  ${each(
    (name, { type }) => `(func (export "echo-${name}") ${paramOf(name, type)} (result ${type})
    (canon lift (core func $i "${name}") (memory $mem) (realloc $realloc)))`,
  )})`;

const program = `
import { ComponentError, Runtime, type CallContext } from "@vivarium/isorun";
import type { ChoiceType, Exports, Imports, Point, PointInput, RightsTypeInput } from "./echo.d.ts";
import type { Exports as WordsExports } from "./words.d.ts";

const [echo = "", words = ""] = process.argv.slice(2);
const runtime = new Runtime();
await using counter = await runtime.instance(await runtime.load(words)).instantiate();
const { words: count } = (counter.exports as WordsExports)["vivarium:words/count@0.1.0"];

const seen: unknown[] = [];
const host: Imports = {
  points: (points: Point[]) => new Set(points.map(({ x, at }) => (at === undefined ? { x } : { x: x + 1, at }))),
  texts: async (texts, context: CallContext) => {
    const counted = await count(texts.join(" "), context);
    return counted.map(({ text, times }) => \`\${text} \${times} \${context.chain.length}\`).sort();
  },
  bytes: (bytes: Uint8Array) => bytes.subarray(1),
  longs: ([first = 0n, second = 0n]) => [second, first],
  table: (table) => [...table, ["more", table.get("a") ?? 0] as const],
  pair: ([texts, byte]) => [new Set(texts), byte],
  choice: (choice) => {
    seen.push(choice);
    return choice.tag === "size" ? { tag: "size" } : choice;
  },
  fallible: () => {
    throw new ComponentError(7);
  },
  rights: (rights) => ({ mayWrite: rights.mayRead }),
};
const instance = await runtime
  .instance(await runtime.load(echo))
  .linkHost((linker) => {
    for (const [name, implementation] of Object.entries(host)) linker.func(name, implementation);
  })
  .instantiate();

const exports = instance.exports as Exports;
const given: readonly PointInput[] = [{ x: 1 }, { x: 2, at: undefined }, { x: 3, at: 4n }];
const points: Point[] = await exports["echo-points"](given);
const texts: readonly string[] = ["to", "be"];
const strings: string[][] = [await exports["echo-texts"](texts), await exports["echo-texts"](new Set(["a"]))];
const bytes: Uint8Array = await exports["echo-bytes"]([1, 2]);
const others: Uint8Array[] = [await exports["echo-bytes"](bytes), await exports["echo-bytes"](new Set([3, 4]))];
const longs: BigInt64Array = await exports["echo-longs"]([1n, -1n]);
const table: Map<string, number> = await exports["echo-table"](new Map([["a", 1]]));
const pair: [string[], number] = await exports["echo-pair"]([texts, 1]);
const choices: ChoiceType[] = [await exports["echo-choice"]({ tag: "size", val: 2 }), await exports["echo-choice"]({ tag: "size" })];
const path = await exports["echo-choice"]({ tag: "path", val: new Set(given) });
const none: RightsTypeInput = {};
const rights: boolean[] = [(await exports["echo-rights"]({ mayRead: true })).mayWrite, (await exports["echo-rights"](none)).mayRead];
const failure = await exports["echo-fallible"]().catch((error: unknown) => error);
if (!(failure instanceof ComponentError)) throw failure;
console.log(Bun.inspect(
  { points, strings, bytes, others, longs, table, pair, choices, path, rights, seen, payload: failure.payload },
  { compact: true, depth: 9 },
));
await runtime.close();
`;

let paths: readonly string[];

beforeAll(async () => {
  const echo = (await assembleFiles([echoText]))(echoText);
  paths = [echo, await built("words")];
  const runtime = new Runtime();
  for (const [index, name] of ["echo", "words"].entries()) {
    const component = await runtime.load(readFileSync(paths[index] ?? ""));
    writeFileSync(join(scratch, `${name}.d.ts`), formatDeclarations(component));
  }
  writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
  writeFileSync(join(scratch, "program.ts"), program);
}, 120_000);

test("it is accepted", () => {
  expect(checkTypes(scratch, ["program.ts", "echo.d.ts", "words.d.ts"])).toBe("");
}, 60_000);

const refused: Readonly<Record<string, string>> = {
  "a text is no list": 'exports["echo-texts"]("abc")',
  "of texts no numbers": 'exports["echo-bytes"](["a"])',
  "a field that has to be there": 'exports["echo-points"]([{ at: 1n }])',
  "a flag that there is not": 'exports["echo-rights"]({ mayExecute: true })',
  "a payload that has to be there": 'exports["echo-choice"]({ tag: "path" })',
  "what may be undefined": 'exports["echo-points"]([]).then(([point]): bigint => point!.at)',
};

test("what would fail is not", () => {
  const uses = Object.values(refused).map((use, index) => `export const wrong${index} = ${use};`);
  const lines = ['import type { Exports } from "./echo.d.ts";', "declare const exports: Exports;", ...uses];
  writeFileSync(join(scratch, "wrong.ts"), lines.join("\n"));
  const found = checkTypes(scratch, ["wrong.ts"]).matchAll(/^wrong\.ts\((\d+),/gm);
  expect([...found].map(([, line]) => Number(line))).toEqual(uses.map((_, index) => index + 3));
}, 60_000);

test("it runs, and values are what their types say", async () => {
  const ran = await runProcess([process.execPath, "--no-env-file", "program.ts", ...paths], { cwd: scratch });
  expect({ ...ran, stdout: "" }).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  expect(ran.stdout).toMatchInlineSnapshot(`
    "{ points: [ { x: 1, at: undefined }, { x: 2, at: undefined }, { x: 4, at: 4n } ], strings: [ [ "be 1 2", "to 1 2" ], [ "a 1 2" ] ], bytes: Uint8Array(1) [ 2 ], others: [ Uint8Array(0) [], Uint8Array(1) [ 4 ] ], longs: BigInt64Array(2) [ -1n, 1n ], table: Map(2) { "a": 1, "more": 1 }, pair: [ [ "to", "be" ], 1 ], choices: [ { tag: "size", val: undefined }, { tag: "size", val: undefined } ], path: { tag: "path", val: [ { x: 1, at: undefined }, { x: 2, at: undefined }, { x: 3, at: 4n } ] }, rights: [ true, false ], seen: [ { tag: "size", val: 2 }, { tag: "size", val: undefined }, { tag: "path", val: [ { x: 1, at: undefined }, { x: 2, at: undefined }, { x: 3, at: 4n } ] } ], payload: 7 }
    "
  `);
});
