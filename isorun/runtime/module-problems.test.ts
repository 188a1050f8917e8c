/** What is told where a core module is imported: what it has to import and to export, with the types of all that. */
import { beforeAll, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { LinkError, type LinkProblem } from "../errors/errors.ts";
import { failureOf } from "../errors/testing/failure-of.ts";
import type { InstanceBuilder } from "./instance-builder.ts";
import { Runtime } from "./runtime.ts";

const wanted = [
  `(import "env" "log" (func (param i32 i64)))`,
  `(import "env" "a \\"\\n" (global (mut f32)))`,
  `(export "run" (func (param i32) (result i32)))`,
  `(export "mem" (memory 1 2 shared))`,
  `(export "small" (memory i64 0))`,
  `(export "table" (table 3 funcref))`,
  `(export "failed" (tag (param i32)))`,
  `(export "flag" (global i32))`,
];

/** As the text format has it, where `\n` is written as `\0a`. */
const asking = (name: string, items: readonly string[]): string =>
  `(component (import "${name}" (core module ${items.join(" ").replaceAll("\\n", "\\0a")})))`;

const many = Array.from({ length: 500 }, (_, index) => `(export "export${index}" (func))`);

const inside = `(component (import "a:b/c" (instance (export "mod" (core module (export "run" (func)))))))`;

const giving = `(component (core module $m (func (export "run") (param i64))) (instance $x (export "mod" (core module $m))) (export "a:b/c" (instance $x)))`;

const texts = [asking("mod", wanted), asking("mod", many), asking("mod", []), inside, giving];
let runtime: Runtime;
let read: (text: string) => Uint8Array;

beforeAll(async () => {
  runtime = new Runtime();
  read = await assemble(texts);
}, 120_000);

const builderOf = async (text: string): Promise<InstanceBuilder> => runtime.instance(await runtime.load(read(text)));

async function problemOf(builder: InstanceBuilder): Promise<LinkProblem> {
  const failure = await failureOf(builder.instantiate());
  expect(failure).toBeInstanceOf(LinkError);
  const [problem, ...others] = (failure as LinkError).problems; // as it was expected to be
  expect(others).toEqual([]);
  return problem ?? expect.unreachable("no problem");
}

test("one that is missing is told with all that it has to import and to export", async () => {
  const type = `core module ${wanted.join(" ")}`;
  expect(await problemOf(await builderOf(asking("mod", wanted)))).toEqual({
    kind: "missing",
    import: "mod",
    wanted: type,
    message: `cannot link 'mod': nothing was given for it, which is ${type}`,
  });
  expect(await problemOf(await builderOf(asking("mod", [])))).toMatchObject({ wanted: "core module" });
  expect(await problemOf(await builderOf(inside))).toMatchObject({
    import: "a:b/c",
    func: "mod",
    wanted: 'core module (export "run" (func))',
  });
});

test("of very many imports and exports only the first ones", async () => {
  const { wanted: text = "", message } = await problemOf(await builderOf(asking("mod", many)));
  expect(text).toStartWith('core module (export "export0" (func)) (export "export1" (func)) ');
  expect(text).toEndWith(' (export "export21" (func)) …');
  expect(message.length).toBeLessThan(700);
});

/** Exports `run`, of type () -> (). */
const bare = new Uint8Array(
  [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    [1, 4, 1, 0x60, 0, 0],
    [3, 2, 1, 0],
    [7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0],
    [10, 4, 1, 2, 0, 0x0b],
  ].flat(),
);

test("one that does not fit is told beside what was given, with what differs", async () => {
  const builder = await builderOf(asking("mod", wanted));
  const given = 'core module (export "run" (func))';
  const mismatch = "type mismatch in export `run`: expected: (func (param i32) (result i32)), found: (func)";
  const problem = await problemOf(builder.linkHost((linker) => linker.module("mod", bare)));
  expect(problem).toMatchObject({ kind: "mismatch", wanted: `core module ${wanted.join(" ")}`, given });
  expect(problem.message).toEndWith(`, and what was given is \`${given}\`: ${mismatch}`);
});

test("the same of one in what another instance exports", async () => {
  const instance = await (await builderOf(giving)).instantiate();
  const problem = await problemOf((await builderOf(inside)).linkLocal("a:b/c", instance));
  const given = 'core module (export "run" (func (param i64)))';
  expect(problem).toMatchObject({ kind: "mismatch", func: "mod", wanted: 'core module (export "run" (func))', given });
  expect(problem.message).toEndWith("type mismatch in export `run`: expected: (func), found: (func (param i64))");
});
