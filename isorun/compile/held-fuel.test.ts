import { describe, expect, test } from "bun:test";
import { fuelBlock } from "./fuel-cost.ts";
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
  times,
  unreachable,
  when,
} from "./testing/instructions.ts";
import { buildModule, type Code } from "./testing/module-builder.ts";
import { runMetered } from "./testing/run-metered.ts";

/** `run` counts its parameter down; local 1 is for inner loops, local 2 counts their rounds. */
const moduleOf = (code: Code): Uint8Array =>
  buildModule({
    functions: [
      { code: [code, local.get(2)], params: ["i32"], results: ["i32"], locals: ["i32", "i32"], export: "run" },
      { code: [] },
    ],
    memory: [1],
    types: [
      [0x60, 1, 0x7f, 1, 0x7f], // (i32) → i32
      [0x60, 0, 1, 0x7f], // () → i32
    ],
  });

const takesAndGives = 2;
const givesByIndex = 3;

const down = (place: number): Code => [local.get(place), i32.const(1), i32.sub, local.tee(place)];
const round: Code = [local.get(2), i32.const(1), i32.add, local.set(2)];
const isOver = (place: number): Code => [down(place), i32.isZero];
const inner = (...code: Code): Code => [i32.const(3), local.set(1), code];
/** Something that charges by itself, so that a loop that has it pays from the global. */
const shared: Code = [i32.const(0), i32.const(0), i32.const(0), memory.fill];
const loopOf = (type: number, ...code: Code): Code => [0x03, type, code, 0x0b];

interface Way {
  readonly code: Code;
  /** Of each round of the outermost loop, and of all else, the last instruction of the function included. */
  readonly each: number;
  readonly once: number;
}

/** What stands behind a branch is paid for with the round. */
const ways: Readonly<Record<string, Way>> = {
  "over its end": { code: loop(round, down(0), branchIf(0)), each: 9, once: 2 },
  "over the end of one that gives a value": {
    code: [loopOf(0x7f, round, down(0), branchIf(0), i32.const(5)), drop],
    each: 10,
    once: 3,
  },
  "over the end of one whose type is an index": {
    code: [loopOf(givesByIndex, round, down(0), branchIf(0), i32.const(5)), drop],
    each: 10,
    once: 3,
  },
  "over the end of one that takes a value": {
    code: [i32.const(1), loopOf(takesAndGives, round, down(0), branchIf(0)), drop],
    each: 9,
    once: 4,
  },
  "by a branch": { code: block(loop(round, down(0), branchIf(0), branch(1))), each: 10, once: 3 },
  "by a return": { code: loop(round, down(0), branchIf(0), local.get(2), leave), each: 11, once: 1 },
  "by a branch to the function's end": {
    code: loop(round, down(0), branchIf(0), local.get(2), branch(1)),
    each: 11,
    once: 1,
  },
  "by one that may be taken": { code: block(loop(round, isOver(0), branchIf(1), branch(0))), each: 11, once: 3 },
  "by one that takes a value along": {
    code: [0x02, 0x7f, loop(round, i32.const(7), isOver(0), branchIf(1), drop, branch(0)), unreachable, 0x0b, drop],
    each: 13,
    once: 4,
  },
  "by one to the function's end that may be taken": {
    code: [loop(round, local.get(2), isOver(0), branchIf(1), drop, branch(0)), unreachable],
    each: 13,
    once: 1,
  },
  "by a table": { code: block(block(loop(block(round, isOver(0), branchTable([1], 2))))), each: 11, once: 4 },
  "by what is null": {
    code: block(loop(round, down(0), branchIf(0), [0xd0, 0x70], [0xd5, 1], drop)),
    each: 12,
    once: 3,
  },
  "to the end of a condition": {
    code: [i32.const(1), when(loop(round, isOver(0), branchIf(1), branch(0)))],
    each: 11,
    once: 4,
  },
  "out of a loop in it": {
    code: block(
      loop(down(0), drop, inner(loop(round, local.get(0), i32.isZero, branchIf(2), down(1), branchIf(0))), branch(0)),
    ),
    each: 45,
    once: -21,
  },
  "to the next round of the one around it": {
    code: loop(inner(loop(round, down(1), branchIf(0), down(0), branchIf(1)))),
    each: 45,
    once: 2,
  },
  "to the next round of one that pays from the global": {
    code: loop(shared, inner(loop(round, down(1), branchIf(0), down(0), branchIf(1)))),
    each: 49,
    once: 2,
  },
  "to the next round of one that takes a value": {
    code: [
      i32.const(1),
      loopOf(takesAndGives, shared, inner(loop(round, down(1), branchIf(0))), down(0), branchIf(0)),
      drop,
    ],
    each: 39,
    once: 4,
  },
  "by a table to the next round of one that takes nothing, or out of it": {
    code: block(loop(shared, loop(block(round, isOver(0), branchTable([2], 3))))),
    each: 16,
    once: 3,
  },
  "over its end, in front of one that calls": {
    code: [loop(round, down(0), branchIf(0)), inner(loop(call(1), down(1), branchIf(0)))],
    each: 9,
    once: 23,
  },
};

function used(source: Uint8Array, rounds: number): { result: unknown; fuel: bigint } {
  const { exports, meter } = runMetered(source);
  const result = exports.run?.(rounds);
  const fuel = meter.fuelUsed;
  // Nothing stays in the local, and nothing is missing.
  expect([exports.run?.(rounds), meter.fuelUsed]).toEqual([result, 2n * fuel]);
  return { result, fuel };
}

describe("a loop that is left", () => {
  for (const [name, { code, each, once }] of Object.entries(ways)) {
    test(`${name} has paid for its rounds`, () => {
      const source = moduleOf(code);
      for (const rounds of [1, 2, 1000, 20_000]) {
        const counted = BigInt(rounds * each + once);
        expect([name, rounds, used(source, rounds).fuel]).toEqual([name, rounds, counted]);
      }
    });
  }
});

const trapping = (behind: number): Code =>
  loop(round, local.get(2), i32.const(behind), 0x46, when(unreachable), down(0), branchIf(0)); // i32.eq
/** Of a round, and in front of the first. */
const trappingRound = 14;
const before = 2;

describe("a loop that traps", () => {
  test.each([1, 1000, 5000, 50_000])("in round %d costs the rest of its block", (rounds) => {
    const { exports, meter } = runMetered(moduleOf(trapping(rounds)));
    expect(() => exports.run?.(100_000)).toThrow(/nreachable/);
    // A block is taken behind the charge for the round that needs it.
    const fuel = Number(meter.fuelUsed) - before;
    expect(fuel).toBeGreaterThanOrEqual(rounds * trappingRound);
    expect(fuel).toBeLessThanOrEqual(rounds * trappingRound + fuelBlock);
    for (const sliceFuel of [1n, 20_000n, 1_000_000n]) {
      const sliced = runMetered(moduleOf(trapping(rounds)), { sliceFuel, onSlice: () => undefined });
      expect(() => sliced.exports.run?.(100_000)).toThrow(/nreachable/);
      expect(sliced.meter.fuelUsed).toBe(meter.fuelUsed);
    }
  });

  test("has paid for what ran without being asked", () => {
    // Behind a switch a region is paid for when it is entered, whatever it costs.
    const code = loop(block(i32.const(0), branchTable([0], 0)), times(1_000_000, nop), unreachable);
    const run = runMetered(moduleOf(code));
    for (let time = 1n; time <= 5n; time += 1n) {
      expect(() => run.exports.run?.(1)).toThrow(/nreachable/);
      expect(run.meter.fuelUsed).toBeGreaterThanOrEqual(1_000_000n * time);
      expect(run.meter.fuelUsed).toBeLessThan((1_000_000n + BigInt(fuelBlock) + 20n) * time);
    }
    const limited = runMetered(moduleOf(code), { fuel: 100_000n });
    expect(() => limited.exports.run?.(1)).toThrow(/nreachable/);
    expect(limited.meter.isInDebt).toBe(true);
    expect(limited.fieldThatEnds("run", 1)).toBe("fuel");
  });

  test.each([1, 7, 1170, 1171, 5000])("in a case of a switch has paid for it, in round %d", (rounds) => {
    const dear: Code = [times(5000, nop), i32.const(1), i32.const(0), 0x6d, drop]; // i32.div_s
    const chosen: Code = [block(i32.const(0), branchTable([0], 0)), dear];
    const source = moduleOf(loop(block(down(0), branchIf(0), chosen), branch(0)));
    const { exports, meter } = runMetered(source);
    expect(() => exports.run?.(rounds)).toThrow(/zero/);
    expect(Number(meter.fuelUsed)).toBeGreaterThan(5000 + rounds * 7);
    expect(Number(meter.fuelUsed)).toBeLessThan(5000 + rounds * 100 + 2 * fuelBlock);
  });

  test("costs no more than there is", () => {
    const { exports, meter } = runMetered(moduleOf(trapping(10)), { fuel: 1000n });
    expect(() => exports.run?.(100_000)).toThrow(/nreachable/);
    expect([meter.fuelUsed, meter.exhaustion]).toEqual([1000n, undefined]);
  });
});

describe("a loop that holds fuel", () => {
  test.each([100, 5000, 20_000])("runs with exactly the fuel that %d rounds need, and not with less", (rounds) => {
    const source = moduleOf(loop(round, down(0), branchIf(0)));
    const needed = BigInt(rounds) * 9n + 2n;
    expect(runMetered(source, { fuel: needed }).fieldThatEnds("run", rounds)).toBe(rounds);
    const short = runMetered(source, { fuel: needed - 1n });
    expect(short.fieldThatEnds("run", rounds)).toBe("fuel");
    expect(short.meter.exhaustion).toEqual({ field: "fuel", limit: needed - 1n, used: needed - 9n });
  });

  test("pays for rounds that cost more than a block", () => {
    const source = moduleOf(loop(times(3 * fuelBlock, nop), round, down(0), branchIf(0)));
    const each = BigInt(3 * fuelBlock + 9);
    expect(used(source, 5).fuel).toBe(5n * each + 2n);
    expect(runMetered(source, { fuel: 5n * each + 2n }).fieldThatEnds("run", 5)).toBe(5);
    const short = runMetered(source, { fuel: 5n * each + 1n });
    expect(short.fieldThatEnds("run", 5)).toBe("fuel");
    expect(short.meter.exhaustion?.used).toBe(4n * each + 2n);
  });

  test("leaves nothing behind where it is exhausted in a loop of a loop", () => {
    const source = moduleOf(loop(inner(loop(round, down(1), branchIf(0))), down(0), branchIf(0)));
    const run = runMetered(source, { fuel: 100_000n });
    expect(run.fieldThatEnds("run", 100_000)).toBe("fuel");
    expect(run.meter.exhaustion?.used).toBeGreaterThan(100_000n - 20n);
    expect(run.meter.exhaustion?.used).toBeLessThanOrEqual(100_000n);
  });
});

describe("a limit that is less than a round costs", () => {
  const rounds = (code: Code): Uint8Array =>
    buildModule({
      functions: [{ code: loop([0x23, 0], i32.const(1), i32.add, [0x24, 0], code, branch(0)), export: "run" }],
      memory: [1],
      globals: [{ type: "i32", value: i32.const(0), export: "rounds" }],
    });
  test.each([
    ["pays from the global", [shared, times(100_000, nop)]],
    ["holds fuel", times(100_000, nop)],
  ])("lets a loop that %s run as often in any slices", (_, code) => {
    for (const [fuel, count] of [
      [50_000n, 0],
      [150_000n, 1],
      [1_100_000n, 10],
    ] as const) {
      const ends = [undefined, 1n, 20_000n, 130_000n].map((sliceFuel) => {
        const slices = sliceFuel === undefined ? {} : { sliceFuel, onSlice: () => undefined };
        const { exports, meter, fieldThatEnds } = runMetered(rounds(code), { fuel, ...slices });
        expect(fieldThatEnds("run")).toBe("fuel");
        return [(exports.rounds as unknown as WebAssembly.Global).value, meter.exhaustion?.used];
      });
      expect(new Set(ends.map(String)).size).toBe(1);
      expect(ends[0]?.[0]).toBe(count);
      expect(ends[0]?.[1]).toBeLessThanOrEqual(fuel);
    }
  });

  test.each([
    ["pays from the global", shared],
    ["holds fuel", []],
  ])("ends a loop that %s also where a little more is given when it asks", (_, code) => {
    let run: ReturnType<typeof runMetered> | undefined;
    const onSlice = () => {
      if (run !== undefined) run.meter.fuelLimit = (run.meter.fuelLimit ?? 0n) + 1n;
      return undefined;
    };
    run = runMetered(rounds([code, times(100_000, nop)]), { fuel: 50_000n, sliceFuel: 20_000n, onSlice });
    expect(run.fieldThatEnds("run")).toBe("fuel");
    expect((run.exports.rounds as unknown as WebAssembly.Global).value).toBe(0);
  });

  test("may become more when it is asked for, and a trap costs the same", () => {
    const costs = [0n, 10_000_000n].map((refill) => {
      let run: ReturnType<typeof runMetered> | undefined;
      const onSlice = () => {
        if (run !== undefined) run.meter.fuelLimit = 10_000_000n + refill;
        return undefined;
      };
      run = runMetered(rounds([times(100_000, nop), unreachable]), { fuel: 10_000_000n, sliceFuel: 20_000n, onSlice });
      expect(() => run?.exports.run?.()).toThrow(/nreachable/);
      return run.meter.fuelUsed;
    });
    expect(costs[0]).toBeGreaterThan(100_000n);
    expect(costs[1]).toBe(costs[0]);
  });
});
