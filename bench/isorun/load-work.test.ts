/** What isorun.load takes for granted: components that nobody has seen, and a compiler that is watched. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { watchCompiler } from "./compiler-watch.ts";
import { distinctComponent, typeOfSerial } from "./distinct-component.ts";
import { compareLoads } from "./load.ts";
import { checkFuel } from "./load-work.ts";
import { sizedComponent } from "./sizes.ts";

const smallest = async () => {
  const { path, probe } = await sizedComponent("rust");
  return { component: readFileSync(path), probe };
};

test("components of two serials are valid, and none of their core modules is the same, rewritten or not", async () => {
  const { component } = await smallest();
  for (const budget of [{}, { fuel: 10n ** 9n }]) {
    const runtime = new Runtime();
    const plain = await runtime.load(component, { budget });
    const watches = [4, 5, 4].map((serial) => watchCompiler(typeOfSerial(serial)));
    const [first] = [await runtime.load(distinctComponent(component, 4), { budget })];
    expect(watches.map(({ given }) => given())).toEqual([3, 0, 3]);
    const second = await runtime.load(distinctComponent(component, 5), { budget });
    expect(watches.map(({ given, pending }) => [given(), pending()])).toEqual([
      [3, 0],
      [3, 0],
      [3, 0],
    ]);
    for (const watch of watches.toReversed()) watch.end();
    expect([first.toWit(), second.toWit()]).toEqual([plain.toWit(), plain.toWit()]);
    expect([first.cost.coreModules, second.cost.coreModules]).toEqual([3, 3]);
  }
});

test("a module that is compiled again for the instance is noticed", async () => {
  const { component, probe } = await smallest();
  const bytes = distinctComponent(component, 7);
  const check = async (budget: object) => {
    const runtime = new Runtime();
    const watch = watchCompiler(typeOfSerial(7));
    const failure = await checkFuel(await runtime.load(bytes, { budget }), { runtime, watch, probe }).catch(String);
    watch.end();
    return failure;
  };
  expect(await check({ fuel: 10n ** 9n })).toBeUndefined();
  expect(await check({})).toBe("Error: the instance had modules compiled that were loaded for its budget");
});

test("what is being compiled is pending; the engine is given back as it was", async () => {
  const { compile, instantiate, Module } = WebAssembly;
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 4, 1, 0x78, 1, 2);
  const watch = watchCompiler(Uint8Array.of(1, 2));
  const compiling = WebAssembly.compile(module);
  expect([watch.given(), watch.pending()]).toEqual([1, 1]);
  await compiling;
  await WebAssembly.instantiate(module);
  expect(new WebAssembly.Module(module)).toBeInstanceOf(WebAssembly.Module);
  await WebAssembly.compile(module.subarray(0, 8));
  expect([watch.given(), watch.pending()]).toEqual([3, 0]);
  watch.end();
  expect([WebAssembly.compile, WebAssembly.instantiate, WebAssembly.Module]).toEqual([compile, instantiate, Module]);
});

test("exports that one side does not name, and core modules that it did not have, are no equal work", () => {
  const said = (exports: readonly string[], coreBytes: number) => JSON.stringify({ exports, coreBytes });
  const differences = (ours: string, theirs: string) =>
    compareLoads(
      new Map([
        ["isorun", ours],
        ["jco", theirs],
      ]),
    );
  const names = ["a:b/some-thing@1.2.3", "run"];
  expect(differences(said(names, 1000), said(["someThing", ...names], 1010))).toEqual([]);
  expect(differences(said([], 1000), said([], 1000))).toEqual(["isorun found no exports"]);
  expect(differences(said(names, 1000), said(["run"], 1000))).toEqual([
    "jco did not name the export 'a:b/some-thing@1.2.3'",
  ]);
  expect(differences(said(["run"], 1000), said(["run", "walk"], 1000))).toEqual([
    "isorun did not name the export 'walk'",
  ]);
  for (const theirs of [999, 1021]) {
    expect(differences(said(["run"], 1000), said(["run"], theirs))).toEqual([
      `isorun had 1000 bytes of core modules, jco ${theirs}`,
    ]);
  }
});
