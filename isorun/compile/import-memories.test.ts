/** Modules whose memories are imports instead: they do the same, with a memory of whoever instantiates them. */
import { beforeAll, describe, expect, test } from "bun:test";
import { assemble } from "../../tests/components/assemble.ts";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { importMemories, type MovedMemories } from "./import-memories.ts";
import { Meter } from "./meter.ts";
import { type RewrittenModule, rewriteCoreModule } from "./rewrite-module.ts";
import { type Imports, instantiate } from "./testing/run-metered.ts";

const lonely = `(module (memory (export "mem") 1 3) (data (i32.const 4) "\\2a")
  (func (export "f") (result i32) (i32.load8_u (i32.const 4)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`;

const amongImports = `(module
  (import "a" "add" (func $add (param i32) (result i32)))
  (import "isorun:memories" "mem" (memory 1))
  (import "isorun:memories'" "g" (global $g i32))
  (type $t (func (result i32)))
  (memory $second 2) (memory $third (export "third") 1 1)
  (table 1 funcref) (elem (i32.const 0) $f)
  (data (memory $second) (i32.const 8) "\\07") (data $passive "\\09")
  (func $f (export "f") (type $t)
    (memory.init $third $passive (i32.const 1) (i32.const 0) (i32.const 1))
    (i32.store8 $second (i32.const 9) (i32.load8_u $third (i32.const 1)))
    (call $add (i32.add (global.get $g) (i32.load16_u $second (i32.const 8))))))`;

const stays = {
  "no memory": "(module)",
  "an imported one": '(module (import "a" "m" (memory 1)))',
  "one over the bound": "(module (memory 9))",
  "one of several over the bound": "(module (memory 1) (memory 9))",
  "64 bits": "(module (memory i64 1))",
  "a shared one": "(module (memory 1 1 shared))",
};

let bytesOf: (text: string) => Uint8Array;

beforeAll(async () => {
  bytesOf = await assemble([lonely, amongImports, ...Object.values(stays)]);
}, 120_000);

const pagesMax = 8;

function moved(bytes: Uint8Array): MovedMemories {
  const made = importMemories(bytes, pagesMax);
  if (made === undefined) throw new Error("the module was not changed");
  return made;
}

test("a memory that was given is exported, filled and grown as the module's own would be", () => {
  const { bytes, namespace, memories } = moved(bytesOf(lonely));
  expect([namespace, memories]).toEqual(["isorun:memories", [{ minimum: 1, maximum: 3 }]]);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  const { f, grow, mem } = instantiate(bytes, { [namespace]: { 0: memory } });
  expect([f?.(), grow?.(2), grow?.(1)]).toEqual([42, 1, -1]);
  expect(mem as unknown).toBe(memory);
});

test("indices stay: imported memories come first, in their order, and functions and globals do not move", () => {
  const original = bytesOf(amongImports);
  const { bytes, namespace, memories } = moved(original);
  expect([namespace, memories]).toEqual([
    "isorun:memories''",
    [
      { minimum: 2, maximum: undefined },
      { minimum: 1, maximum: 1 },
    ],
  ]);
  const given = () => ({
    a: { add: (x: number) => x + 1000 },
    "isorun:memories": { mem: new WebAssembly.Memory({ initial: 1 }) },
    "isorun:memories'": { g: new WebAssembly.Global({ value: "i32" }, 5) },
  });
  const own = { 0: new WebAssembly.Memory({ initial: 2 }), 1: new WebAssembly.Memory({ initial: 1, maximum: 1 }) };
  const run = (module: Uint8Array, imports: Imports): unknown => instantiate(module, imports)["f"]?.();
  const result = run(original, given());
  expect(result).toBe(1000 + 5 + 7 + 9 * 256);
  expect(run(bytes, { ...given(), [namespace]: own })).toBe(result);
});

test("a module that is metered is changed as well, and counts the same", () => {
  const module = decodeCoreModule(bytesOf(lonely));
  const run = (metered: RewrittenModule, imports: Imports): unknown[] => {
    const meter = new Meter();
    const accounts = { [metered.namespace]: { ...meter.imports(metered) } };
    const { f, grow } = instantiate(metered.bytes, { ...imports, ...accounts });
    return [meter.admit(metered), f?.(), grow?.(1), meter.fuelUsed, meter.memoryBytes];
  };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
  const importing = rewriteCoreModule(module, { fuel: true, growth: true, importedPagesMax: pagesMax });
  expect(importing.importedMemories).toEqual({ namespace: "isorun:memories", memories: [{ minimum: 1, maximum: 3 }] });
  expect(run(importing, { "isorun:memories": { 0: memory } })).toEqual(
    run(rewriteCoreModule(module, { fuel: true, growth: true }), {}),
  );
  expect(memory.buffer.byteLength).toBe(2 * 65_536);
});

test("it makes no difference whether memories are moved while a module is rewritten or behind that", () => {
  for (const text of [lonely, amongImports, ...Object.values(stays)]) {
    for (const options of [{}, { fuel: true, growth: true }, { callDepth: true, memoryBytesMax: 2 * 65_536 }]) {
      const module = decodeCoreModule(bytesOf(text));
      const { bytes, importedMemories } = rewriteCoreModule(module, { ...options, importedPagesMax: pagesMax });
      const without = rewriteCoreModule(module, options);
      const { bytes: later, ...imported } = importMemories(without.bytes, pagesMax) ?? without;
      expect(bytes).toEqual(later);
      expect(importedMemories).toEqual("fuelCostVersion" in imported ? undefined : imported);
    }
  }
});

describe("modules that stay as they are", () => {
  test.each(Object.entries(stays))("%s", (_, text) => {
    expect(importMemories(bytesOf(text), pagesMax)).toBeUndefined();
  });

  test("what is cut off anywhere in front of its code", () => {
    const whole = bytesOf(lonely);
    for (let length = 0; length < 26; length += 1) {
      expect(importMemories(whole.subarray(0, length), pagesMax)).toBeUndefined();
    }
  });

  test("sections out of order, which the engine refuses", () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const [memory, types] = [
      [5, 3, 1, 0, 1],
      [1, 1, 0],
    ] as const;
    expect(importMemories(Uint8Array.from([...header, ...types, ...memory]), pagesMax)).toBeDefined();
    expect(importMemories(Uint8Array.from([...header, ...types, ...types, ...memory]), pagesMax)).toBeUndefined();
    expect(importMemories(Uint8Array.from([...header, ...memory, ...memory]), pagesMax)).toBeUndefined();
    expect(importMemories(Uint8Array.from([...header, ...memory, ...types]), pagesMax)).toBeUndefined();
  });
});
