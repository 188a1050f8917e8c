import { describe, expect, test } from "bun:test";
import { branch, call, drop, i32, local, loop, memory, nop, table } from "./testing/instructions.ts";
import { buildModule, type Code, type ModuleSource } from "./testing/module-builder.ts";
import { runMetered } from "./testing/run-metered.ts";

const page = 65_536;

const growing = (rest: Partial<ModuleSource> = {}): Uint8Array =>
  buildModule({
    memory: [1],
    table: [1],
    functions: [
      { params: ["i32"], results: ["i32"], code: [local.get(0), memory.grow], export: "memory" },
      { params: ["i32"], results: ["i32"], code: [[0xd0, 0x70], local.get(0), table.grow], export: "table" },
    ],
    ...rest,
  });

describe("growth", () => {
  test("within the budget is what it was, and is accounted for", () => {
    const { exports, meter } = runMetered(growing(), { memoryBytesMax: 4 * page, tableElementsMax: 10 });
    expect([exports.memory?.(2), exports.memory?.(1), exports.memory?.(0)]).toEqual([1, 3, 4]);
    expect([exports.table?.(2), exports.table?.(7)]).toEqual([1, 3]);
    expect([meter.memoryBytes, meter.tableElements]).toEqual([4 * page, 10]);
  });

  test("over the budget ends the instance", () => {
    const memories = runMetered(growing(), { memoryBytesMax: 4 * page });
    expect(memories.fieldThatEnds("memory", 4)).toBe("maxMemoryBytes");
    expect(memories.meter.exhaustion).toEqual({ field: "maxMemoryBytes", limit: 4 * page, used: 5 * page });
    const tables = runMetered(growing(), { tableElementsMax: 10 });
    expect(tables.fieldThatEnds("table", 10)).toBe("maxTableElements");
    expect(tables.meter.exhaustion).toEqual({ field: "maxTableElements", limit: 10, used: 11 });
  });

  test("over a module's own maximum is refused with -1, and takes nothing from the budget", () => {
    const source = growing({ memory: [1, 2], table: [1, 2] });
    const { exports, meter } = runMetered(source, { memoryBytesMax: 100 * page, tableElementsMax: 100 });
    expect([exports.memory?.(5000), exports.table?.(5000)]).toEqual([-1, -1]);
    expect([meter.memoryBytes, meter.tableElements]).toEqual([page, 1]);
    const small = runMetered(source, { memoryBytesMax: page, tableElementsMax: 1 });
    expect([small.exports.memory?.(2), small.exports.table?.(2)]).toEqual([-1, -1]);
  });

  test("beyond what an engine has is refused, and a refusal of the engine is taken back", () => {
    const { exports, meter } = runMetered(growing());
    expect([exports.memory?.(-1), exports.memory?.(65_536), exports.table?.(-1)]).toEqual([-1, -1, -1]);
    expect([meter.memoryBytes, meter.tableElements]).toEqual([page, 1]);
  });

  test("is one account for all modules of an instance", () => {
    const one = runMetered(growing(), { memoryBytesMax: 4 * page });
    const other = runMetered(growing(), { meter: one.meter });
    expect([one.exports.memory?.(1), other.exports.memory?.(1)]).toEqual([1, 1]);
    expect(other.fieldThatEnds("memory", 1)).toBe("maxMemoryBytes");
  });

  const bombs: readonly (readonly [name: string, code: Code, field: string])[] = [
    ["a memory bomb", loop(i32.const(1), memory.grow, drop, branch(0)), "maxMemoryBytes"],
    ["a table bomb", loop([0xd0, 0x70], i32.const(1000), table.grow, drop, branch(0)), "maxTableElements"],
  ];
  for (const [name, code, field] of bombs) {
    test(`${name} ends`, () => {
      const source = buildModule({ memory: [1], table: [1], functions: [{ code, export: "run" }] });
      const run = runMetered(source, { memoryBytesMax: 16 * page, tableElementsMax: 100_000 });
      expect(run.fieldThatEnds("run")).toBe(field);
    });
  }
});

describe("what a module begins with", () => {
  test("is accounted for before it is instantiated", () => {
    expect(() => runMetered(growing({ memory: [100] }), { memoryBytesMax: 99 * page })).toThrow("maxMemoryBytes");
    expect(() => runMetered(growing({ table: [100] }), { tableElementsMax: 99 })).toThrow("maxTableElements");
    expect(runMetered(growing({ memory: [100] }), { memoryBytesMax: 100 * page }).meter.memoryBytes).toBe(100 * page);
  });
});

describe("maxima that are written into the module", () => {
  const grown = (rest: Partial<ModuleSource>, delta: number) => {
    const rewrite = { memoryBytesMax: 4 * page + 1, tableElementsMax: 4 };
    const { exports } = runMetered(growing(rest), { rewrite });
    return [exports.memory?.(delta), exports.table?.(delta)];
  };

  test("hold growth", () => {
    expect(grown({}, 3)).toEqual([1, 1]);
    expect(grown({}, 4)).toEqual([-1, -1]);
  });

  test("leave smaller ones as they are", () => {
    expect(grown({ memory: [1, 2], table: [1, 2] }, 1)).toEqual([1, 1]);
    expect(grown({ memory: [1, 2], table: [1, 2] }, 2)).toEqual([-1, -1]);
  });

  test("are never below what the module begins with", () => {
    expect(grown({ memory: [9], table: [9] }, 0)).toEqual([9, 9]);
    expect(grown({ memory: [9], table: [9] }, 1)).toEqual([-1, -1]);
  });
});

describe("the depth of calls", () => {
  const rewrite = { callDepth: true };
  const recursive: Code = [local.get(0), 0x04, 0x40, local.get(0), i32.const(1), i32.sub, call(0), 0x0b];
  const source = buildModule({ functions: [{ params: ["i32"], code: recursive, export: "run" }] });

  test("is limited", () => {
    expect(runMetered(source, { rewrite, callDepthMax: 10 }).fieldThatEnds("run", 9)).toBeUndefined();
    const deep = runMetered(source, { rewrite, callDepthMax: 10 });
    expect(deep.fieldThatEnds("run", 10)).toBe("maxCallDepth");
    expect(deep.meter.exhaustion).toEqual({ field: "maxCallDepth", limit: 10, used: 11 });
  });

  test("is not what calls leave behind: a loop of calls goes no deeper", () => {
    const code: Code = [loop(i32.const(3), call(0), local.get(0), i32.const(1), i32.sub, local.tee(0), 0x0d, 0)];
    const looping = buildModule({
      functions: [
        { params: ["i32"], code: recursive },
        { params: ["i32"], code, export: "run" },
      ],
    });
    expect(runMetered(looping, { rewrite, callDepthMax: 5 }).fieldThatEnds("run", 100)).toBeUndefined();
    expect(runMetered(looping, { rewrite, callDepthMax: 4 }).fieldThatEnds("run", 100)).toBe("maxCallDepth");
  });

  test("is right behind an exception that came from below", () => {
    const thrower: Code = [local.get(0), 0x45, 0x04, 0x40, 0x08, 0, 0x0b, local.get(0), i32.const(1), i32.sub, call(0)];
    const code: Code = [
      loop(
        [0x02, 0x40, 0x1f, 0x40, 1, 2, 0, i32.const(3), call(0), 0x0b, 0x0b],
        [local.get(0), i32.const(1), i32.sub, local.tee(0), 0x0d, 0],
      ),
    ];
    const catching = buildModule({
      hasTag: true,
      functions: [
        { params: ["i32"], code: thrower },
        { params: ["i32"], code, export: "run" },
      ],
    });
    expect(runMetered(catching, { rewrite, callDepthMax: 5 }).fieldThatEnds("run", 100)).toBeUndefined();
  });

  test("does not grow with tail calls", () => {
    const tail: Code = [local.get(0), 0x45, 0x04, 0x40, 0x0f, 0x0b, local.get(0), i32.const(1), i32.sub, 0x12, 0];
    const tails = buildModule({ functions: [{ params: ["i32"], code: tail, export: "run" }] });
    expect(runMetered(tails, { rewrite, callDepthMax: 2 }).fieldThatEnds("run", 1000)).toBeUndefined();
  });

  test("counts what a host function calls, and is set by who enters", () => {
    const nested = buildModule({
      imports: [{ module: "host", name: "back" }],
      functions: [
        { code: [call(0)], export: "run" },
        { code: [nop], export: "leaf" },
      ],
    });
    const left: number[] = [];
    const back = () => {
      left.push(run.meter.callDepthLeft);
      run.exports.leaf?.();
    };
    const run = runMetered(nested, { rewrite, callDepthMax: 2, imports: { host: { back } } });
    expect(run.fieldThatEnds("run")).toBeUndefined();
    expect(left).toEqual([1]);
    run.meter.callDepthLeft = 1;
    expect(run.fieldThatEnds("run")).toBe("maxCallDepth");
  });
});
