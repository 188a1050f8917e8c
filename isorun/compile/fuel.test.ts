import { describe, expect, test } from "bun:test";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { fuelBlock } from "./fuel-cost.ts";
import { Meter } from "./meter.ts";
import { rewriteCoreModule } from "./rewrite-module.ts";
import {
  block,
  branch,
  branchIf,
  branchTable,
  call,
  drop,
  i32,
  leave,
  local,
  loop,
  memory,
  nop,
  table,
  times,
  tryAll,
  tryCatchAll,
  unreachable,
  when,
  whenElse,
} from "./testing/instructions.ts";
import { buildModule, type Code, type FunctionSource } from "./testing/module-builder.ts";
import { runMetered } from "./testing/run-metered.ts";

const moduleOf = (code: Code, rest: Partial<FunctionSource> = {}): Uint8Array =>
  buildModule({ functions: [{ code, export: "run", ...rest }], memory: [1], table: [1] });

function fuelOf(source: Uint8Array, ...args: unknown[]): bigint {
  const { exports, meter } = runMetered(source);
  exports.run?.(...args);
  return meter.fuelUsed;
}

const loopOf = (code: Code): Code => loop(code, local.get(0), i32.const(1), i32.sub, local.tee(0), branchIf(0));

const inner = (code: Code): Code => loop(code, local.get(1), i32.const(1), i32.sub, local.tee(1), branchIf(0));

describe("fuel of programs counted by hand", () => {
  const rows: readonly (readonly [name: string, code: Code, fuel: bigint])[] = [
    ["nothing", [], 0n],
    ["three instructions", [nop, nop, nop], 3n],
    ["a block counts, its end does not", [block(nop)], 2n],
    ["code behind a return is not counted", [nop, leave, nop, nop], 2n],
    ["both halves of a short conditional", [i32.const(1), whenElse([nop], [nop, nop])], 5n],
    ["what a branch may pass over, as far as 64 instructions", [block(i32.const(1), branchIf(0), times(64, nop))], 67n],
    ["and no further where it is passed over", [block(i32.const(1), branchIf(0), times(80, nop))], 67n],
    ["all of it where it is not", [block(i32.const(0), branchIf(0), times(80, nop))], 83n],
    ["a condition's long half", [i32.const(0), when(times(80, nop))], 66n],
    ["a loop that is passed once", [loop(nop, nop)], 3n],
    ["only the case of a switch that is taken", [block(block(i32.const(0), branchTable([0], 1)), times(9, nop))], 13n],
    ["not the case that is passed over", [block(block(i32.const(1), branchTable([0], 1)), times(9, nop))], 4n],
    ["filling 800 bytes", [i32.const(0), i32.const(0), i32.const(800), memory.fill], 104n],
    ["copying 7 bytes", [i32.const(0), i32.const(8), i32.const(7), memory.copy], 4n],
    ["filling an element", [i32.const(0), [0xd0, 0x70], i32.const(1), table.fill], 5n],
    ["growing a memory", [i32.const(3), memory.grow, drop], 102n],
    ["growing a table", [[0xd0, 0x70], i32.const(3), table.grow, drop], 107n],
    ["an exception", [block(tryAll(0, [0x08, 0]))], 102n],
  ];
  for (const [name, code, fuel] of rows) {
    test(name, () => {
      const source = buildModule({ functions: [{ code, export: "run" }], memory: [1], table: [1], hasTag: true });
      expect(fuelOf(source)).toBe(fuel);
    });
  }

  test("a loop, by how often it runs", () => {
    const source = moduleOf(loopOf([nop]), { params: ["i32"] });
    expect([1, 2, 1000].map((count) => fuelOf(source, count))).toEqual([7n, 13n, 6001n]);
  });

  test("recursion", () => {
    // fib: 13 instructions a call, 15 calls for fib(5).
    const again = (less: number): Code => [local.get(0), i32.const(less), i32.sub, call(0)];
    const code: Code = [
      local.get(0),
      i32.const(2),
      i32.lessSigned,
      0x04,
      0x7f,
      local.get(0),
      0x05,
      again(1),
      again(2),
      i32.add,
      0x0b,
    ];
    const source = moduleOf(code, { params: ["i32"], results: ["i32"] });
    const { exports, meter } = runMetered(source);
    expect(exports.run?.(5)).toBe(5);
    expect(meter.fuelUsed).toBe(15n * 14n);
  });

  // Loops keep the fuel in a local: whatever charges meanwhile must not be given back.
  const expensive = times(200, nop);
  const within: readonly (readonly [name: string, code: Code, least: bigint])[] = [
    ["a call", [call(1)], 200n],
    ["a call of what throws, caught", [block(tryAll(0, call(2)))], 300n],
    ["the same in the older form", [tryCatchAll([call(2)], [nop])], 300n],
    ["a call of what throws behind another loop", [loop(nop), block(tryAll(0, call(2))), loop(nop)], 300n],
    ["a call in an inner loop", [i32.const(3), local.set(1), inner([call(1)])], 600n],
    ["a call in one half", [local.get(0), whenElse([call(1)], [nop])], 200n],
    ["filling in a loop", [i32.const(0), i32.const(0), i32.const(1600), memory.fill], 200n],
  ];
  test.each(within)("a loop with %s costs as much each time", (_, code, least) => {
    const functions: FunctionSource[] = [
      { code: loopOf(code), export: "run", params: ["i32"], locals: ["i32"] },
      { code: expensive },
      { code: [expensive, 0x08, 0] },
    ];
    const source = buildModule({ functions, memory: [1], hasTag: true });
    const [once, twice, often] = [1, 2, 1000].map((count) => fuelOf(source, count));
    const each = (twice ?? 0n) - (once ?? 0n);
    expect(each).toBeGreaterThan(least);
    expect(often).toBe((once ?? 0n) + 999n * each);
    expect(runMetered(source, { fuel: 1_000_000n }).fieldThatEnds("run", 100_000)).toBe("fuel");
  });

  test("slices do not change the count", () => {
    const source = moduleOf(loopOf([nop]), { params: ["i32"] });
    for (const sliceFuel of [1n, 7n, 1000n, 100_000n]) {
      let asked = 0;
      const onSlice = () => void (asked += 1);
      const { exports, meter } = runMetered(source, { sliceFuel, onSlice });
      exports.run?.(100_000);
      expect(meter.fuelUsed).toBe(600_001n);
      expect(asked).toBeGreaterThan(Math.floor(600_001 / Math.max(Number(sliceFuel), fuelBlock)) - 1);
    }
  });

  test("slices do not change the count of what pays from the global, which is asked for each", () => {
    const source = moduleOf(loopOf([i32.const(0), i32.const(0), i32.const(0), memory.fill]), { params: ["i32"] });
    for (const sliceFuel of [1n, 7n, 1000n]) {
      let asked = 0;
      const onSlice = () => void (asked += 1);
      const { exports, meter } = runMetered(source, { sliceFuel, onSlice });
      exports.run?.(100);
      expect(meter.fuelUsed).toBe(901n);
      expect(asked).toBeGreaterThan(sliceFuel === 1000n ? -1 : 70);
    }
  });

  test("a program runs with exactly the fuel that it needs, and not with less", () => {
    const source = moduleOf(loopOf([nop]), { params: ["i32"] });
    expect(runMetered(source, { fuel: 601n }).fieldThatEnds("run", 100)).toBeUndefined();
    const short = runMetered(source, { fuel: 600n });
    expect(short.fieldThatEnds("run", 100)).toBe("fuel");
    expect(short.meter.exhaustion).toEqual({ field: "fuel", limit: 600n, used: 595n });
  });
});

describe("what does not end by itself is ended, for its fuel or by a clock", () => {
  /** Behind the types of the function and of the tag. */
  const [takesFunction, takesAny] = [2, 3];
  const forever: readonly (readonly [name: string, code: Code])[] = [
    ["a loop", loop(branch(0))],
    ["a loop that catches all", loop(block(tryAll(0, loop(branch(0)))), branch(0))],
    ["a loop whose body catches all", loop(tryAll(0, nop, branch(1)))],
    ["a loop that catches all in the older form", loop(tryCatchAll(loop(branch(0)), []), branch(0))],
    ["a loop in a handler", loop(tryCatchAll([0x08, 0], branch(1)))],
    ["recursion by tail calls", [0x12, 0]],
    ["recursion through catch_all", [block(tryAll(0, call(0))), call(0)]],
    ["exceptions without end", loop(block(tryAll(0, [0x08, 0])), branch(0))],
    ["growth that is refused without end", loop(i32.const(-1), memory.grow, drop, branch(0))],
    ["recursion by tail calls through a table", [i32.const(0), 0x13, 0, 0]],
    ["recursion by tail calls of references", [0xd2, 0, 0x15, 0]],
    ["a tail call in a loop", loop(0x12, 0)],
    ["a loop that a table of branches comes back to", loop(block(i32.const(0), branchTable([1], 1)))],
    ["a loop that half a condition comes back to", loop(i32.const(1), when(branch(1)))],
    ["a loop that gives a value", [0x03, 0x7f, branch(0), 0x0b, drop]],
    ["a loop that gives a reference", [0x03, 0x63, 0x70, block(branch(1)), unreachable, 0x0b, drop]],
    ["a loop that null comes back to", loop([0xd0, 0x70], [0xd5, 0], drop)],
    ["a loop that what is not null comes back to", [0xd2, 0, 0x03, takesFunction, 0xd6, 0, 0x0b]],
    [
      "a loop that a cast comes back to",
      [i32.const(1), 0xfb, 28, 0x03, takesAny, 0xfb, 24, 1, 0, 0x6e, 0x6c, drop, 0x0b],
    ],
    ["a loop that a failed cast comes back to", [[0xd0, 0x6e], 0x03, takesAny, 0xfb, 25, 1, 0, 0x6e, 0x6c, drop, 0x0b]],
    ["a loop that an exception comes back to", loop(tryAll(0, [0x08, 0]))],
    ["a loop that an exception of its tag comes back to", loop([0x1f, 0x40, 1, 0, 0, 0, 0x08, 0, 0x0b])],
    ["a loop whose exceptions are delegated", loop(tryCatchAll([0x06, 0x40, 0x08, 0, 0x18, 0], []), branch(0))],
    [
      "a loop that comes back from what is thrown again",
      loop(tryCatchAll(tryCatchAll([0x08, 0], [0x09, 0]), branch(1))),
    ],
    ["a loop behind what is never reached", [block(branch(0), loop(branch(0))), loop(branch(0))]],
  ];
  test.each(forever)("%s", (_, code) => {
    const source = buildModule({
      functions: [{ code, export: "run" }],
      memory: [1],
      table: [1],
      elements: [0],
      hasTag: true,
      types: [
        [0x60, 1, 0x70, 0], // (funcref) → ()
        [0x60, 1, 0x6e, 0], // (anyref) → ()
      ],
    });
    expect(runMetered(source, { fuel: 20_000n }).fieldThatEnds("run")).toBe("fuel");
    let asked = 0;
    const onSlice = () => ((asked += 1) < 5 ? undefined : { field: "wallMs", limit: 10, used: 11 });
    expect(runMetered(source, { onSlice, sliceFuel: 1000n }).fieldThatEnds("run")).toBe("wallMs");
  });

  test("functions that call each other by tail calls", () => {
    const functions: FunctionSource[] = [{ code: [0x12, 1], export: "run" }, { code: [i32.const(0), 0x13, 2, 0] }];
    const source = buildModule({ functions: [...functions, { code: [0xd2, 0, 0x15, 0] }], table: [1], elements: [2] });
    expect(runMetered(source, { fuel: 20_000n }).fieldThatEnds("run")).toBe("fuel");
  });

  test("a straight line of a hundred thousand instructions does not begin", () => {
    const run = runMetered(moduleOf(times(100_000, nop)), { fuel: 1000n });
    expect(run.fieldThatEnds("run")).toBe("fuel");
    expect(run.meter.exhaustion).toEqual({ field: "fuel", limit: 1000n, used: 100_000n });
  });

  test.each([
    ["one after another", times(64, call(1))],
    ["with the last one of 64 left out", [times(63, call(1)), i32.const(0), when(call(1))]],
    ["with the last one of 64 passed by", [times(63, call(1)), block(i32.const(1), branchIf(0), call(1))]],
    ["with the last one of 64 in the other half", [times(63, call(1)), i32.const(1), whenElse([nop], call(1))]],
  ])("calls of short functions, %s, are ended soon", (_, code) => {
    const functions: FunctionSource[] = [{ code: times(100, code), export: "run" }, { code: times(62, nop) }];
    let asked = 0;
    const onSlice = () => void (asked += 1);
    const all = runMetered(buildModule({ functions }), { sliceFuel: 10_000n, onSlice });
    all.exports.run?.();
    expect(asked).toBeGreaterThan(Number(all.meter.fuelUsed) / 15_000);
    const run = runMetered(buildModule({ functions }), { fuel: 10_000n });
    expect(run.fieldThatEnds("run")).toBe("fuel");
    expect(run.meter.fuelUsed).toBeLessThan(10_000n + 64n * 64n + 64n);
  });

  test("bulk operations are paid for before they run", () => {
    const rows: readonly Code[] = [
      [i32.const(0), i32.const(7), i32.const(65_536), memory.fill],
      [i32.const(0), i32.const(0), i32.const(-1), memory.copy],
      [i32.const(0), [0xd0, 0x70], i32.const(-1), table.fill],
      [[0xd0, 0x70], i32.const(5_000_000), table.grow, drop],
    ];
    for (const code of rows) expect(runMetered(moduleOf(code), { fuel: 4000n }).fieldThatEnds("run")).toBe("fuel");
  });

  test.each([
    ["pays from the global", loop(i32.const(0), i32.const(0), i32.const(0), memory.fill, branch(0)), 1000, 5],
    ["holds fuel", loop(branch(0)), 1000, fuelBlock],
    ["holds fuel", loop(branch(0)), 100_000, fuelBlock],
  ])("a clock ends a loop that %s and has it without end", (_, code, sliceFuel, atOnce) => {
    let asked = 0;
    const onSlice = () => ((asked += 1) < 5 ? undefined : { field: "wallMs", limit: 10, used: 11 });
    const run = runMetered(moduleOf(code), { onSlice, sliceFuel: BigInt(sliceFuel) });
    expect(run.fieldThatEnds("run")).toBe("wallMs");
    const slice = Math.max(sliceFuel, atOnce);
    expect(Number(run.meter.fuelUsed)).toBeGreaterThan(5 * slice - 2 * atOnce);
    expect(Number(run.meter.fuelUsed)).toBeLessThanOrEqual(5 * slice);
  });

  test("the start of a module is metered", () => {
    const source = buildModule({ functions: [{ code: loop(branch(0)) }], start: 0 });
    expect(() => runMetered(source, { fuel: 1000n })).toThrow(/nreachable/);
  });

  test("after its end nothing runs any more, and the first reason stays", () => {
    const source = buildModule({
      functions: [
        { code: loop(branch(0)), export: "run" },
        { code: [call(0)], export: "other" },
      ],
    });
    const run = runMetered(source, { fuel: 100n });
    expect(run.fieldThatEnds("run")).toBe("fuel");
    run.meter.end({ field: "terminated", limit: 0, used: 0 });
    expect(run.fieldThatEnds("other")).toBe("fuel");
  });
});

describe("the host", () => {
  test("ends a guest that catches what the host throws", () => {
    const source = buildModule({
      imports: [{ module: "host", name: "fail" }],
      functions: [{ code: loop(block(tryAll(0, call(0))), branch(0)), export: "run" }],
    });
    const imports = {
      host: {
        fail: () => {
          run.meter.end({ field: "terminated", limit: 0, used: 0 });
          throw new Error("stop");
        },
      },
    };
    const run = runMetered(source, { imports });
    expect(run.fieldThatEnds("run")).toBe("terminated");
  });

  test("refills", () => {
    const run = runMetered(moduleOf(loopOf([nop]), { params: ["i32"] }), { fuel: 700n });
    run.exports.run?.(100);
    expect(run.meter.fuelUsed).toBe(601n);
    run.meter.fuelLimit = 1202n;
    expect(run.fieldThatEnds("run", 100)).toBeUndefined();
    expect(run.meter.fuelUsed).toBe(1202n);
    expect(run.fieldThatEnds("run", 1)).toBe("fuel");
  });

  test("shares one account among the modules of an instance", () => {
    const source = moduleOf(times(10, nop));
    const one = runMetered(source);
    const other = runMetered(source, { meter: one.meter });
    one.exports.run?.();
    other.exports.run?.();
    expect(one.meter.fuelUsed).toBe(20n);
  });

  test("refuses a module that counts by other costs", () => {
    const module = rewriteCoreModule(decodeCoreModule(moduleOf([])), { fuel: true });
    expect(() => new Meter().imports({ ...module, fuelCostVersion: 0 })).toThrow(RangeError);
  });

  test("traps of the guest are its own", () => {
    const run = runMetered(moduleOf([unreachable]));
    expect(() => run.exports.run?.()).toThrow(/nreachable/);
    expect(run.meter.exhaustion).toBeUndefined();
  });
});
