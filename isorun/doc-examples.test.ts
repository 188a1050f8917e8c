/**
 * The examples in doc comments of the library run, and what stands behind an arrow is what they give. They find the door's
 * names, a runtime, and the bytes of components: `greet` of the examples, `twice`, which imports `fetch`, `fetching`, which
 * exports it, `passing`, which does both, `halving`, whose result is an error for odd numbers, and those of
 * tests/components/wasi; and `directory`, which has `data/input.txt` and `out`. Each class and function that a door shows
 * has one, and each type a comment.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../tests/components/assemble.ts";
import { textOf } from "../tests/components/wasi/instantiate.ts";
import * as library from "./index.ts";
import * as wasi from "./wasi/index.ts";

const texts = {
  printing: textOf("stdio"),
  clocks: textOf("clocks"),
  denied: textOf("denied"),
  environment: textOf("environment"),
  random: textOf("random"),
  capitals: textOf("file-app"),
  greet: readFileSync(join(import.meta.dir, "../examples/greet.wat"), "utf8"),
  twice: `(component
    (import "fetch" (func $fetch (param "x" u32) (result u32)))
    (core func $fetch (canon lower (func $fetch)))
    (core module $m
      (import "" "fetch" (func $fetch (param i32) (result i32)))
      (func $run (export "run") (param i32) (result i32)
        (i32.add (call $fetch (local.get 0)) (call $fetch (local.get 0)))))
    (core instance $i (instantiate $m (with "" (instance (export "fetch" (func $fetch))))))
    (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))`,
  passing: `(component
    (import "fetch" (func $fetch (param "x" u32) (result u32)))
    (export "fetch" (func $fetch)))`,
  halving: `(component
    (core module $m
      (memory (export "mem") 1)
      (func (export "half") (param i32) (result i32)
        (i32.store8 (i32.const 0) (i32.and (local.get 0) (i32.const 1)))
        (i32.store (i32.const 4) (i32.div_u (local.get 0) (i32.const 2)))
        (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "half") (param "x" u32) (result (result u32 (error u32)))
      (canon lift (core func $i "half") (memory (core memory $i "mem")))))`,
  fetching: `(component
    (core module $m (func (export "fetch") (param i32) (result i32) (i32.add (local.get 0) (i32.const 10))))
    (core instance $i (instantiate $m))
    (func (export "fetch") (param "x" u32) (result u32) (canon lift (core func $i "fetch"))))`,
};

interface Documented {
  readonly name: string;
  /** The comment before it. */
  readonly comment: string;
  readonly path: string;
  readonly kind: string;
}

/** What a door shows, which says where each comes from. */
function shownBy(door: string): readonly Documented[] {
  const exports = readFileSync(join(import.meta.dir, door), "utf8").matchAll(
    /^export (?:type )?\{(.*?)\} from "(.*?)";$/gms,
  );
  return [...exports].flatMap(([, names = "", from = ""]) => {
    const path = join(import.meta.dir, door, "..", from);
    const source = readFileSync(path, "utf8");
    return names.split(",").flatMap((each) => {
      const name = each
        .replace("type ", "")
        .replace(/ as .*/, "")
        .trim();
      if (name === "") return [];
      const [found, kind = ""] =
        new RegExp(`^export (class|abstract class|function|interface|type) ${name}\\b`, "m").exec(source) ?? [];
      if (found === undefined) throw new Error(`'${path}' does not define '${name}' in a way that is understood`);
      return [{ name, path, kind, comment: commentBefore(source.slice(0, source.indexOf(found))) }];
    });
  });
}

const commentBefore = (text: string): string => (text.endsWith("*/\n") ? text.slice(text.lastIndexOf("/**")) : "");

const shown = ["index.ts", "wasi/index.ts"].flatMap(shownBy);
/** Programs can name their type, and only the engine makes them. */
const opaque = new Set(["CoreTypeKey"]);
const documented = shown.filter(({ name, kind }) => (kind === "class" || kind === "function") && !opaque.has(name));

test("the doors show classes and functions", () => {
  const names = documented.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["Runtime", "Component", "InstanceHandle", "TrapError", "WasiDir"]));
  expect(names).toEqual(expect.arrayContaining(["definePolicy", "formatPlan"]));
});

test("all that the doors show has a comment", () => {
  expect(shown.filter(({ comment }) => comment === "").map(({ name }) => name)).toEqual([]);
});

let directory = "";
let bytes: Record<string, Uint8Array>;

beforeAll(async () => {
  const read = await assemble(Object.values(texts));
  directory = mkdtempSync(join(tmpdir(), "isorun-examples-"));
  for (const folder of ["data", "out"]) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, "data", "input.txt"), "hello");
  bytes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, read(text)]));
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true }));

const examplesIn = (source: string): string[] =>
  [...source.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)].map(([, code = ""]) => code.replace(/^ *\* ?/gm, ""));

/** `expression; // → value` compares them. */
const checked = (code: string): string =>
  code.replace(
    /^(.+); \/\/ → (.+)$/gm,
    (_, expression: string, value: string) => `$expect((${expression}), ${value});`,
  );

test.each(documented)("$name has an example, which is so", async ({ comment }) => {
  const examples = examplesIn(comment);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    let compared = 0;
    const given = {
      ...library,
      ...wasi,
      ...bytes,
      directory,
      ...(example.includes("runtime = ") ? {} : { runtime: new library.Runtime() }),
      $expect: (found: unknown, value: unknown) => {
        compared += 1;
        expect(found).toEqual(value);
      },
    };
    const script = `export default async ({ ${Object.keys(given).join(", ")} }) => {\n${checked(example)}\n};`;
    const javascript = new Bun.Transpiler({ loader: "ts" }).transformSync(script).replace("export default", "return");
    // Our own comments, as this file reads them.
    // oxlint-disable-next-line no-implied-eval
    const run = new Function(javascript)() as (names: object) => Promise<void>;
    await run(given);
    expect(compared).toBeGreaterThan(0);
  }
});
