/** The store of compiled modules: what is known behaves as what was decoded, and damage is made again. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble, readOwnComponents } from "../../tests/components/assemble.ts";
import { mathText } from "../commands/testing/components.ts";
import { rewriteCoreModule } from "../compile/rewrite-module.ts";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { decodeComponent } from "../decode/component.ts";
import { Runtime } from "../runtime/runtime.ts";
import { decodeGraph, encodeGraph } from "./graph.ts";
import { decodeRewritten, encodeRewritten } from "./kept-component.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-store-"));
let count = 0;
let store = "";
let math: Uint8Array;

/** What the types of imported modules name are types of this component, and not of a module in it. */
const importingText = `(component
  (core type $m (module
    (type $run (func (result i32)))
    (type $t (sub (func (result i32))))
    (type $u (sub $t (func (result i32))))
    (import "a" "f" (func (type $u)))
    (export "run" (func (type $run)))))
  (import "given" (core module $m (type $m)))
  (core module $a
    (type $t (sub (func (result i32))))
    (type $u (sub $t (func (result i32))))
    (func (export "f") (type $u) (i32.const 7)))
  (core instance $a (instantiate $a))
  (core instance $i (instantiate $m (with "a" (instance $a))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))`;
/** Modules that could be given: they import what is below the type, or something else. */
const givenTexts = ["$t", "$u", "$other"].map(
  (type) => `(component (core module
    (type $run (func (result i32)))
    (type $t (sub (func (result i32))))
    (type $u (sub $t (func (result i32))))
    (type $other (sub (func (result i64))))
    (import "a" "f" (func $f (type ${type})))
    (func (export "run") (type $run) (drop (call $f)) (i32.const 7))))`,
);
let importing: Uint8Array;
let given: readonly Uint8Array[];

beforeAll(async () => {
  const read = await assemble([mathText, importingText, ...givenTexts]);
  [math, importing] = [read(mathText), read(importingText)];
  given = givenTexts.map((text) => {
    const [core] = decodeComponent(read(text)).definitions;
    return core?.kind === "core module" ? core.bytes.slice() : new Uint8Array();
  });
}, 120_000);
beforeEach(() => {
  count += 1;
  store = join(scratch, String(count));
});
afterAll(() => rmSync(scratch, { recursive: true }));

const load = (bytes = math) => new Runtime({ store }).load(bytes);

/** The only file of a kind's only entry. */
function keptFile(kind: string): string {
  const [entry = "", ...others] = readdirSync(join(store, kind));
  expect(others).toEqual([]);
  return join(store, kind, entry, "kept");
}

async function results(fuel?: bigint): Promise<unknown[]> {
  const runtime = new Runtime({ store });
  const component = await runtime.load(math);
  const instance = await runtime
    .instance(component)
    .budget(fuel === undefined ? {} : { fuel })
    .instantiate();
  const echoed = await instance.call("echo", ["grüße"]);
  return [await instance.call("test:lib/math@1.2.0#divide", [7, 2]), echoed, component.hash, instance.usage().fuel];
}

test("a known component is not decoded again, and is the same", async () => {
  const [first, second] = [await load(), await load()];
  expect([first.cost.fromStore, second.cost.fromStore]).toEqual([false, true]);
  expect(second.toWit()).toBe(first.toWit());
  expect([second.hash, second.size]).toEqual([first.hash, first.size]);
  expect(second.cost).toMatchObject({ coreModules: first.cost.coreModules, coreBytes: first.cost.coreBytes });
  expect((await new Runtime().load(math)).hash).toBe(first.hash);
});

test("it computes the same, and uses the same fuel", async () => {
  const cold = [await results(), await results(100_000n)];
  expect(readdirSync(join(store, "isorun-modules")).map((name) => name.replace(/^[0-9a-f]{64}/, ""))).toEqual([
    ".5-4.fuel",
  ]);
  expect([await results(), await results(100_000n)]).toEqual(cold);
});

test("types of core modules that are imported come back too", async () => {
  for (const isKnown of [false, true]) {
    const component = await load(importing);
    expect(component.cost.fromStore).toBe(isKnown);
    const ends = given.map(async (module) => {
      const builder = new Runtime({ store }).instance(await load(importing));
      const instance = await builder.linkHost((linker) => linker.module("given", module)).instantiate();
      return instance.call("run");
    });
    const codes = (await Promise.allSettled(ends)).map((end) =>
      end.status === "fulfilled" ? end.value : (end.reason as { readonly code: string }).code,
    );
    expect(codes).toEqual([7, 7, "link"]);
  }
});

test("all components of the tests come back with the same world", async () => {
  for (const [, bytes] of await readOwnComponents("wasi")) {
    const [first, second] = [await load(bytes), await load(bytes)];
    expect(second.cost.fromStore).toBe(true);
    expect(second.toWit()).toBe(first.toWit());
  }
}, 120_000);

const damages: readonly (readonly [string, (path: string) => void])[] = [
  ["cut off", (path) => truncateSync(path, 100)],
  ["empty", (path) => truncateSync(path, 0)],
  [
    "changed in one bit",
    (path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
  ],
];

test.each(damages)("what is %s is made again", async (_, damage) => {
  const cold = await results(100_000n);
  for (const kind of ["isorun-components", "isorun-modules"]) damage(keptFile(kind));
  expect((await load()).cost.fromStore).toBe(false);
  expect((await load()).cost.fromStore).toBe(true);
  expect(await results(100_000n)).toEqual(cold);
});

test("a place that cannot be written is no failure", async () => {
  writeFileSync(join(scratch, "file"), "");
  const runtime = new Runtime({ store: join(scratch, "file", "store") });
  expect((await runtime.load(math)).cost.fromStore).toBe(false);
});

const strays: readonly (readonly [string, (path: string) => void])[] = [
  ["a file", (path) => writeFileSync(path, "x")],
  ["a link that leads to itself", (path) => symlinkSync("stray", path)],
  ["a directory without an entry", (path) => mkdirSync(path)],
  ["an entry that is a directory", (path) => mkdirSync(join(path, "kept"), { recursive: true })],
  ["a name that no entry has", (path) => writeFileSync(`${path} \u0001`, "x")],
  ["a file that is hidden", (path) => writeFileSync(join(path, "..", ".stray"), "x")],
];

test.each(strays)("%s among the entries is passed over", async (_, put) => {
  for (const kind of ["isorun-components", "isorun-modules"]) {
    mkdirSync(join(store, kind), { recursive: true });
    put(join(store, kind, "stray"));
  }
  const [cold, warm] = [await results(100_000n), await results(100_000n)];
  expect(warm).toEqual(cold);
  expect((await load()).cost.fromStore).toBe(true);
});

test("a directory, or a link that leads to itself, in the place of what was kept is made again", async () => {
  await load();
  for (const damage of [(path: string) => mkdirSync(path), (path: string) => symlinkSync("kept", path)]) {
    const path = keptFile("isorun-components");
    rmSync(path);
    damage(path);
    expect((await load()).cost.fromStore).toBe(false);
    expect((await load()).cost.fromStore).toBe(true);
  }
});

test("what a caller writes into its bytes after they were loaded changes nothing", async () => {
  const reused = new Uint8Array(math);
  const runtime = new Runtime({ store });
  const component = await runtime.load(reused);
  // i32.add as i32.sub, as valid as before: the last but one of a function's body.
  const sumOfParameters = [0x20, 0, 0x20, 1, 0x6a, 0x0b];
  reused[Buffer.from(math).indexOf(Uint8Array.from(sumOfParameters)) + 4] = 0x6b;
  const add = "test:lib/math@1.2.0#add";
  const made = await runtime.instance(component).budget({ fuel: 100_000n }).instantiate();
  expect(await made.call(add, [7, 2])).toBe(9);
  await new Promise((resolve) => setImmediate(resolve));
  const [kept, changed] = [await load(), await load(reused)];
  expect([kept.cost.fromStore, changed.cost.fromStore]).toEqual([true, false]);
  for (const [each, sum] of [
    [kept, 9],
    [changed, 5],
  ] as const) {
    const instance = await new Runtime({ store }).instance(each).budget({ fuel: 100_000n }).instantiate();
    expect(await instance.call(add, [7, 2])).toBe(sum);
  }
});

test("nothing invalid is kept", async () => {
  const broken = math.slice(0, -3);
  const refusal = await load(broken).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Error);
  expect(readdirSync(scratch)).not.toContain(String(count));
});

test("rewritten modules come back with what they import", () => {
  const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1); // a memory of a page
  const module = rewriteCoreModule(decodeCoreModule(bytes), { fuel: true, importedPagesMax: 1 });
  expect(module.importedMemories?.memories).toEqual([{ minimum: 1, maximum: undefined }]);
  expect(decodeRewritten(encodeRewritten([module, module]))).toEqual([module, module]);
});

test("graphs keep identity, and every kind of value", () => {
  const shared = { id: 7, name: "x" };
  const value = {
    list: [
      shared,
      shared,
      [],
      new Map<unknown, unknown>([
        ["a", shared],
        [2, undefined],
      ]),
    ],
    numbers: [0, -1, 2 ** 40, 1.5, -0, Infinity, 2 ** 28, -(2 ** 28)],
    big: 2n ** 70n,
    others: [null, undefined, true, false, "", "grüße\u0000"],
  };
  const read = decodeGraph(encodeGraph(value, []), []) as typeof value;
  expect(read).toStrictEqual(value);
  expect(read.list[0] === read.list[1]).toBe(true);
  expect(() => encodeGraph({ call: () => 1 }, [])).toThrow("cannot be kept");
});

test("graphs nest as deep as types may", () => {
  let value: unknown = "end";
  for (let depth = 0; depth < 200_000; depth += 1) value = [value];
  let read = decodeGraph(encodeGraph(value, []), []);
  for (let depth = 0; depth < 200_000; depth += 1) read = (read as unknown[])[0];
  expect(read).toBe("end");
});
