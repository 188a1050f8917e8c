/** Code that does more than its bytes tell: it is paid for, or refused where rewriting makes it more than engines take. */
import { describe, expect, test } from "bun:test";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { type RewriteOptions, rewriteCoreModule } from "./rewrite-module.ts";
import { branchIf, call, drop, i32, leave, local, loop, nop, times, tryAll, when } from "./testing/instructions.ts";
import { buildModule, type Code, index, type ModuleSource, type ValueType } from "./testing/module-builder.ts";
import { runMetered } from "./testing/run-metered.ts";

const i32Array = [0x5e, 0x7f, 1];
const structureOf = (fields: number): readonly number[] => [
  0x5f,
  ...index(fields),
  ...Array.from({ length: fields }, () => [0x7b, 1]).flat(),
];

const thousands = Array.from({ length: 1000 }, () => "i32" as const);

const many = 1;
const array = 4;
/** An array of 10,000 operands, in some thirty bytes. */
const dear: Code = [times(10, call(many)), 0xfb, 8, array, index(10_000), drop];
const dearCost = 10n + 10_001n + 1n;

/** Throws in front of what it has paid for, so that it never runs. */
function skipping(count: number): Uint8Array {
  const thrown: Code = [0x02, 0x40, tryAll(0, call(2), times(count, dear)), 0x0b];
  const again: Code = [local.get(0), i32.const(1), i32.sub, local.tee(0), branchIf(0)];
  return buildModule({
    functions: [
      { params: ["i32"], code: loop(thrown, again), export: "run" },
      { results: thousands, code: times(1000, i32.const(0)) },
      { code: [0x08, 0] },
    ],
    hasTag: true,
    types: [i32Array],
  });
}

describe("a charge has room for what its region costs", () => {
  // One in front of 2^20 and one behind, where a shorter one turned negative; behind 2^21 the module was invalid.
  for (const count of [104, 105, 210, 300]) {
    test(`${count} arrays of 10,000 operands`, () => {
      const fuelOf = (turns: number): bigint => {
        const { exports, meter } = runMetered(skipping(count));
        exports.run?.(turns);
        return meter.fuelUsed;
      };
      const [once, twice, often] = [fuelOf(1), fuelOf(2), fuelOf(50)];
      const each = twice - once;
      expect(each).toBeGreaterThan(BigInt(count) * dearCost);
      expect(each).toBeLessThan(BigInt(count) * dearCost + 200n);
      expect(often).toBe(once + 49n * each);
      expect(runMetered(skipping(count), { fuel: 5000n }).fieldThatEnds("run", 1_000_000)).toBe("fuel");
    });
  }

  test("at the entry of a function too", () => {
    const results = { results: thousands, code: times(1000, i32.const(0)) };
    const source = buildModule({
      functions: [{ code: times(105, dear), export: "run" }, results, { code: [] }],
      hasTag: true,
      types: [i32Array],
    });
    expect(runMetered(source, { fuel: 1_000_000n }).fieldThatEnds("run")).toBe("fuel");
    const run = runMetered(source);
    run.exports.run?.();
    expect(run.meter.fuelUsed).toBe(105n * (dearCost + 10_000n));
  });
});

describe("what is zeroed is paid for", () => {
  const locals = (count: number, type: ValueType = "i32"): ModuleSource => ({
    functions: [{ code: [nop], manyLocals: [count, type], export: "run" }],
  });
  const fuelOf = (source: ModuleSource): bigint => {
    const { exports, meter } = runMetered(buildModule(source));
    exports.run?.();
    return meter.fuelUsed;
  };
  const v128 = [0x7b];

  test("locals, but for a few", () => {
    expect([0, 16, 23, 24, 31, 32].map((count) => fuelOf(locals(count)))).toEqual([1n, 1n, 1n, 2n, 2n, 3n]);
    expect(fuelOf(locals(48_000, v128))).toBe(1n + 5998n);
  });

  test("parameters are the caller's", () => {
    const params = Array.from({ length: 100 }, () => "i32" as const);
    const code = [times(100, i32.const(0)), call(1)];
    expect(
      fuelOf({
        functions: [
          { code, export: "run" },
          { code: [nop], params },
        ],
      }),
    ).toBe(102n);
  });

  test("a function of nothing but locals asks", () => {
    const caller = { code: loop(call(0), 0x0c, 0), export: "again" };
    const source = buildModule({ functions: [...(locals(1000).functions ?? []), caller] });
    expect(runMetered(source, { fuel: 100n }).fieldThatEnds("run")).toBe("fuel");
    expect(runMetered(source, { fuel: 100_000n }).fieldThatEnds("again")).toBe("fuel");
  });

  test("fields of a structure", () => {
    const made = (fields: number): ModuleSource => ({
      functions: [{ code: [0xfb, 1, 1, drop], export: "run" }],
      types: [structureOf(fields)],
    });
    expect([0, 7, 8, 10_000].map((fields) => fuelOf(made(fields)))).toEqual([2n, 2n, 3n, 1252n]);
  });
});

test("values that an exception carries are paid for, but for a few", () => {
  const fuels = [0, 16, 17, 900].map((count) => {
    const source = buildModule({
      functions: [{ code: [0x02, 0x40, tryAll(0, times(count, i32.const(0)), 0x08, 0), 0x0b], export: "run" }],
      hasTag: true,
      tagParams: Array.from({ length: count }, () => "i32"),
    });
    const { exports, meter } = runMetered(source);
    exports.run?.();
    return meter.fuelUsed;
  });
  expect(fuels).toEqual([102n, 118n, 127n, 102n + 900n + 8n * 884n]);
});

describe("what constants make is paid for before the module is instantiated", () => {
  const withGlobal = (...value: Code): Uint8Array =>
    buildModule({
      functions: [{ code: [nop], export: "run" }],
      types: [i32Array, structureOf(100)],
      globals: [{ type: [0x63, 0x6d], value }], // eqref
    });
  const fuelOf = (source: Uint8Array): bigint => runMetered(source).meter.fuelUsed;

  test("by its size", () => {
    expect(fuelOf(withGlobal(i32.const(1000), 0xfb, 7, 1))).toBe(1000n);
    expect(fuelOf(withGlobal(i32.const(5), i32.const(300), 0xfb, 6, 1))).toBe(300n);
    expect(fuelOf(withGlobal(i32.const(5), 0xfb, 8, 1, 1))).toBe(0n);
    expect(fuelOf(withGlobal(0xfb, 1, 2))).toBe(12n);
  });

  test("or is over the budget", () => {
    expect(() => runMetered(withGlobal(i32.const(100_000_000), 0xfb, 7, 1), { fuel: 1000n })).toThrow("fuel");
    expect(() => runMetered(withGlobal(i32.const(-1), 0xfb, 7, 1), { fuel: 1000n })).toThrow("fuel");
  });

  test("and refused where its size is not known before", () => {
    const computed = withGlobal(i32.const(5), i32.const(300), i32.add, 0xfb, 7, 1);
    expect(() => runMetered(computed)).toThrow("an array of a computed length in a constant is not supported");
    expect(runMetered(computed, { rewrite: { growth: true } }).meter.fuelUsed).toBe(0n);
  });
});

describe("what engines would not take when it is rewritten is refused, with the function and the limit", () => {
  const rewrite = (source: Uint8Array, options: RewriteOptions) => () =>
    rewriteCoreModule(decodeCoreModule(source), options);
  const withLocals = (count: number, code: Code = [call(0)]): Uint8Array =>
    buildModule({
      imports: [{ module: "host", name: "act" }],
      functions: [{ code: [] }, { code, manyLocals: [count, "i32"], export: "run" }],
    });
  const isValid = (bytes: Uint8Array): boolean => WebAssembly.validate(bytes.slice());

  test("locals", () => {
    const full = withLocals(50_000);
    expect(isValid(full)).toBe(true);
    const refused = new UnsupportedError(
      "a budget for a core module whose function 2 would have 50001 locals (engines take 50000)",
    );
    expect(rewrite(full, { callDepth: true })).toThrow(refused);
    expect(rewrite(full, { callDepth: true, fuel: true })).toThrow(refused);
    for (const [count, options] of [
      [49_999, { callDepth: true }],
      [49_999, { callDepth: true, fuel: true }],
      [49_998, { callDepth: true, fuel: true }],
      [50_000, { fuel: true, growth: true }],
    ] as const) {
      for (const code of [[call(0)], loop(call(0))]) {
        expect(isValid(rewrite(withLocals(count, code), options)().bytes)).toBe(true);
      }
    }
  });

  test("bytes", () => {
    const source = buildModule({ functions: [{ code: [] }, { code: times(150_000, loop()) }] });
    expect(isValid(source)).toBe(true);
    const bytes = /whose function 1 would have [0-9]{7} bytes \(engines take 7654321\) is not supported/;
    expect(rewrite(source, { fuel: true })).toThrow(bytes);
    expect(isValid(rewrite(source, { growth: true, callDepth: true })().bytes)).toBe(true);
  });

  test("bytes of loops, before all of them are written", () => {
    const source = buildModule({ functions: [{ code: times(240_000, loop()) }] });
    expect(rewrite(source, { fuel: true })).toThrow(/would have 7654336 bytes \(engines take 7654321\)/);
  });

  test("a function that is too long where its loops hold fuel is rewritten so that they do not", () => {
    const ways = times(400_000, [i32.const(0), when(leave)]);
    const source = buildModule({ functions: [{ code: loop(ways), export: "run" }] });
    const { bytes } = rewrite(source, { fuel: true })();
    expect(isValid(bytes)).toBe(true);
    const { exports, meter } = runMetered(source);
    exports.run?.();
    expect(meter.fuelUsed).toBeGreaterThan(800_000n);
  });
});
