import { describe, expect, test } from "bun:test";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { DecodeError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import { rewriteCoreModule } from "./rewrite-module.ts";
import {
  branch,
  branchIf,
  call,
  drop,
  i32,
  local,
  loop,
  memory,
  nop,
  table,
  tryAll,
  unreachable,
} from "./testing/instructions.ts";
import { buildModule, type Code, flat, index, type ModuleSource } from "./testing/module-builder.ts";
import { instantiate, runMetered } from "./testing/run-metered.ts";

const all = { fuel: true, growth: true, callDepth: true };

const rewrite = (source: ModuleSource | Uint8Array, options = all) =>
  rewriteCoreModule(decodeCoreModule(source instanceof Uint8Array ? source : buildModule(source)), options);

/** Nullable; also of a type that is not there. */
const referenceTo = (type: number): readonly number[] => [0x63, type];

const text = (value: string): number[] => [...index(value.length), ...new TextEncoder().encode(value)];

describe("indices that move", () => {
  const source = buildModule({
    imports: [
      { module: "host", name: "seven", results: ["i32"] },
      { module: "host", name: "counter", global: "i32" },
    ],
    functions: [
      { results: ["i32"], code: [call(0), i32.const(1), i32.add], export: "eight" },
      { results: ["i32"], code: [i32.const(0), [0x11, 0, 0]], export: "through the table" },
      { results: ["i32"], code: [[0x23, 1]], export: "own global" },
      { results: ["i32"], code: [[0x23, 0]], export: "imported global" },
      { code: [[0x23, 0], i32.const(10), i32.add, [0x24, 0]] },
      { results: ["i32"], code: [[0xd2, 1], drop, call(1)], export: "by reference" },
    ],
    globals: [
      { type: "i32", value: i32.const(42), export: "answer" },
      { type: "funcref", value: [0xd2, 1], export: "reference" },
    ],
    table: [2],
    elements: [1, 0],
    start: 5,
    memory: [1],
    data: Uint8Array.of(1, 2, 3),
  });

  test("lead to the same functions and globals", () => {
    const counter = new WebAssembly.Global({ value: "i32", mutable: true }, 5);
    const { exports } = runMetered(source, { rewrite: all, imports: { host: { seven: () => 7, counter } } });
    const { answer, reference } = exports as unknown as Record<string, WebAssembly.Global>;
    expect(exports.eight?.()).toBe(8);
    expect(exports["through the table"]?.()).toBe(8);
    expect(exports["own global"]?.()).toBe(42);
    expect(exports["imported global"]?.()).toBe(15);
    expect(exports["by reference"]?.()).toBe(8);
    expect(answer?.value).toBe(42);
    const referenced = reference?.value as unknown as (() => number) | undefined;
    expect(referenced?.()).toBe(8);
  });

  test("may become longer than what stood in front of the code had room for", () => {
    const last = 20_000;
    const seven = { results: ["i32"], code: [i32.const(7)] } as const;
    const caller = { results: ["i32"], code: [i32.const(last), [0x11, 0, 0]], export: "last element" } as const;
    const functions = [caller, ...Array.from({ length: 127 }, () => seven)];
    const elements = Array.from({ length: last + 1 }, () => 127); // the last index of one byte
    const longer = buildModule({ functions, table: [last + 1], elements, data: Uint8Array.of(1), memory: [1] });
    expect(rewrite(longer).bytes.length).toBeGreaterThan(longer.length + last);
    expect(runMetered(longer, { rewrite: all }).exports["last element"]?.()).toBe(7);
  });

  test("that do not move stay as they are written, on the quick walk and on the other", () => {
    const padded: Code = [[0x23, 0x80, 0], [0x24, 0x80, 0], memory.size, drop, 0x0b];
    const behind = { code: Array.from({ length: 64 }, () => nop) }; // the end of the code is never walked over quickly
    const globals = [{ type: "i32", value: i32.const(0) }] as const;
    for (const functions of [[], [behind]]) {
      const module = buildModule({ functions: [{ code: padded.slice(0, -1) }, ...functions], globals, memory: [1] });
      const { bytes } = rewrite(module, { fuel: false, growth: true, callDepth: false });
      expect(bytes.toHex()).toContain(Uint8Array.from(flat(padded)).toHex());
    }
  });

  test("stay without accounts, and so does everything else", () => {
    expect(rewrite(source, { fuel: false, growth: false, callDepth: false }).bytes).toEqual(source);
  });
});

describe("what is appended is out of a module's reach", () => {
  const rows: readonly (readonly [name: string, source: ModuleSource])[] = [
    ["a call", { functions: [{ code: [call(1)] }] }],
    ["a tail call", { functions: [{ code: [[0x12, 1]] }] }],
    ["a global", { functions: [{ code: [[0x23, 0], drop] }] }],
    ["a reference", { functions: [{ code: [[0xd2, 1], drop] }] }],
    ["an element", { functions: [{ code: [] }], table: [1], elements: [1] }],
    ["the start", { functions: [{ code: [] }], start: 1 }],
    ["the value of a global", { globals: [{ type: "funcref", value: [0xd2, 0] }] }],
    ["a local", { functions: [{ code: [local.get(0), drop] }] }],
    ["a type", { functions: [{ code: [[0x02, 1, 0x0b]] }] }],
    ["a null of a type", { functions: [{ code: [[0xd0, 1], drop] }] }],
    ["a test for a type", { functions: [{ code: [[0xd0, 0x70], [0xfb, 20, 1], drop] }] }],
    ["a cast's first type", { functions: [{ code: [[0x02, 0x40, 0xd0, 0x70, 0xfb, 24, 3, 0, 1, 0x70, drop, 0x0b]] }] }],
    [
      "a cast's second type",
      { functions: [{ code: [[0x02, 0x40, 0xd0, 0x70, 0xfb, 25, 3, 0, 0x70, 1, drop, 0x0b]] }] },
    ],
    ["a local's type", { functions: [{ locals: [referenceTo(1)], code: [] }] }],
    ["a selection's type", { functions: [{ code: [unreachable, [0x1c, 1, ...referenceTo(1)], drop] }] }],
    ["a block's type", { functions: [{ code: [[0x02, ...referenceTo(1), unreachable, 0x0b], drop] }] }],
    ["a loop's type", { functions: [{ code: [[0x03, ...referenceTo(1), unreachable, 0x0b], drop] }] }],
    ["a handler's type", { functions: [{ code: [[0x1f, ...referenceTo(1), 0, unreachable, 0x0b], drop] }] }],
    ["a call by reference", { functions: [{ code: [unreachable, [0x14, 1]] }] }],
    ["a tail call by reference", { functions: [{ code: [unreachable, [0x15, 1]] }] }],
    ["an indirect call", { functions: [{ code: [unreachable, [0x11, 1, 0]] }], table: [1] }],
    ["a structure", { functions: [{ code: [[0xfb, 1, 1], drop] }] }],
    ["a structure's field", { functions: [{ code: [unreachable, [0xfb, 2, 1, 0], drop] }] }],
    ["an array", { functions: [{ code: [i32.const(0), [0xfb, 7, 1], drop] }] }],
    ["an array of what is given", { functions: [{ code: [[0xfb, 8, 1, 0], drop] }] }],
    ["an array's element", { functions: [{ code: [unreachable, [0xfb, 11, 1], drop] }] }],
    ["an array that is copied to", { functions: [{ code: [unreachable, [0xfb, 17, 1, 0]] }] }],
    ["an array that is copied from", { functions: [{ code: [unreachable, [0xfb, 17, 0, 1]] }] }],
    ["a global's type", { functions: [{ code: [] }], globals: [{ type: referenceTo(1), value: [0xd0, 0x73] }] }],
    ["a constant null", { functions: [{ code: [] }], globals: [{ type: "funcref", value: [0xd0, 1] }] }],
    ["a constant structure", { functions: [{ code: [] }], globals: [{ type: "funcref", value: [0xfb, 1, 1] }] }],
    ["a table's type", { functions: [{ code: [] }], table: [1], tableType: referenceTo(1) }],
    ["a table's first value", { functions: [{ code: [] }], table: [1], tableValue: [0xd0, 1] }],
    ["the type of elements", { functions: [{ code: [] }], elementSegment: [5, ...referenceTo(1), 0] }],
    ["an element that is a null", { functions: [{ code: [] }], elementSegment: [5, 0x70, 1, 0xd0, 1, 0x0b] }],
  ];
  for (const [name, source] of rows) {
    test(`${name} with an index behind the module's own is refused`, () => {
      expect(() => rewrite(source)).toThrow(ValidationError);
    });
  }

  test("the namespace is one from which the module does not import", () => {
    const imports = [
      { module: "isorun:meter", name: "fuel", global: "i64" },
      { module: "isorun:meter'", name: "x" },
    ] as const;
    expect(rewrite({ imports, functions: [] }).namespace).toBe("isorun:meter''");
  });

  test("nothing is exported", () => {
    const { bytes } = rewrite({ functions: [{ code: loop(memory.grow), export: "run" }], memory: [1] });
    expect(decodeCoreModule(bytes).exports.size).toBe(1);
  });
});

describe("custom sections", () => {
  const names = Uint8Array.from([0, 3, ...text("mo"), 1, 6, 1, 0, ...text("run"), 2, 2, 0, 0]);
  const source = buildModule({
    functions: [{ code: [[0x00]], export: "x" }],
    custom: [
      ["metadata.code.branch_hint", Uint8Array.of(0)],
      [".debug_info", Uint8Array.of(1, 2, 3)],
      ["name", names],
    ],
  });

  test("of names go with their functions, other ones are left out", () => {
    const { bytes } = rewrite(source);
    const kept = decodeCoreModule(bytes).sections.filter(({ id }) => id === 0);
    expect(kept).toHaveLength(1);
    const [section] = kept;
    expect([...bytes.subarray(section?.contents, section?.end)]).toEqual([
      ...text("name"),
      0,
      3,
      ...text("mo"),
      1,
      6,
      1,
      2,
      ...text("run"),
    ]);
  });

  test("are how a trap tells its function", () => {
    expect(() => runMetered(source, { rewrite: all }).exports.x?.()).toThrow(
      expect.objectContaining({ stack: expect.stringContaining("run") }),
    );
  });

  test("of names that are broken are left out", () => {
    const broken = buildModule({ functions: [{ code: [] }], custom: [["name", Uint8Array.of(1, 90, 3)]] });
    expect(decodeCoreModule(rewrite(broken).bytes).sections.some(({ id }) => id === 0)).toBe(false);
  });
});

describe("code that cannot be rewritten", () => {
  const codeOf = (code: Code): ModuleSource => ({ functions: [{ code }], memory: [1] });
  const malformed: readonly (readonly [name: string, code: Code])[] = [
    ["ends within a block", [0x02, 0x40]],
    ["goes on behind its end", [0x0b, nop]],
    ["ends within an instruction", [0x41, 0x80]],
    ["has a long index", [0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]],
    ["has a clause of no kind", [0x1f, 0x40, 1, 9, 0, 0x0b]],
  ];
  for (const [name, code] of malformed) {
    test(`it ${name}`, () => expect(() => rewrite(codeOf(code))).toThrow(DecodeError));
  }

  test("it branches to where there is nothing", () => {
    for (const code of [branch(1), [i32.const(0), branchIf(1)], tryAll(1)]) {
      expect(() => rewrite(codeOf(code))).toThrow(ValidationError);
    }
  });

  test("a count of bodies that is not that of functions", () => {
    const source = buildModule({ functions: [{ code: [] }] });
    source[source.length - 4] = 2;
    expect(() => rewrite(source)).toThrow(DecodeError);
  });

  test("waiting in a shared memory, which nothing could end", () => {
    const wait: Code = [i32.const(0), i32.const(0), 0x42, 0, 0xfe, 1, 2, 0, drop];
    const source = buildModule({ memory: [1, 1], functions: [{ code: wait }] });
    expect(() => rewrite(source)).not.toThrow();
    const place = decodeCoreModule(source).sections.find(({ id }) => id === 5);
    source[(place?.contents ?? 0) + 1] = 3; // shared, with a maximum
    expect(() => rewrite(source)).toThrow(UnsupportedError);
  });
});

describe("labels", () => {
  /** Leaves `depth` loops at once, each of which counts that it was passed. */
  const nested = (depth: number): Code => {
    let code: Code = [[0x23, 0], i32.const(1), i32.add, [0x24, 0], branch(depth)];
    for (let count = 0; count < depth; count += 1) code = loop(code, [0x23, 0], i32.const(100), i32.add, [0x24, 0]);
    return [
      [0x02, 0x40, code, 0x0b],
      [0x23, 0],
    ];
  };

  test("lead out of as many loops as before", () => {
    for (const depth of [1, 2, 5, 150]) {
      const source = buildModule({
        functions: [{ results: ["i32"], code: nested(depth), export: "run" }],
        globals: [{ type: "i32", value: i32.const(0) }],
      });
      expect(instantiate(source).run?.()).toBe(1);
      expect(runMetered(source, { rewrite: all }).exports.run?.()).toBe(1);
    }
  });

  test("of the older form of exceptions lead to their handlers", () => {
    const caught: Code = [0x19, i32.const(7), [0x24, 0], 0x0b]; // catch_all
    const throwing: Code = [0x06, 0x40, 0x08, 0];
    // Thrown again within a loop within a handler.
    const again: Code = [0x06, 0x40, throwing, 0x19, loop([0x09, 1]), 0x0b, caught];
    // Handed over a loop to the block around.
    const delegated: Code = [0x06, 0x40, loop(throwing, [0x18, 1]), caught];
    for (const code of [again, delegated]) {
      const source = buildModule({
        hasTag: true,
        functions: [{ results: ["i32"], code: [code, [0x23, 0]], export: "run" }],
        globals: [{ type: "i32", value: i32.const(0) }],
      });
      expect(instantiate(source).run?.()).toBe(7);
      expect(runMetered(source, { rewrite: all }).exports.run?.()).toBe(7);
    }
  });

  test("of loops with parameters and results take what they took", () => {
    // (i32, i32) → (i32): adds the second to the first until that is over a hundred.
    const body: Code = [local.set(1), local.get(1), i32.add, local.tee(0), local.get(1)];
    const again: Code = [local.get(0), i32.const(100), i32.lessSigned, 0x0d, 0, drop];
    const source = buildModule({
      functions: [
        {
          params: ["i32", "i32"],
          results: ["i32"],
          code: [local.get(0), local.get(1), [0x03, 0, body, again, 0x0b]],
          export: "run",
        },
      ],
    });
    expect(instantiate(source).run?.(0, 7)).toBe(105);
    expect(runMetered(source, { rewrite: all }).exports.run?.(0, 7)).toBe(105);
  });
});

test("sizes are told as the module declares them", () => {
  const { memories, tables } = rewrite({ functions: [{ code: [table.size, drop] }], memory: [2, 3], table: [4] });
  const common = { is64: false, isShared: false, isImported: false };
  expect(memories).toEqual([{ ...common, minimum: 2, maximum: 3, pageSizeLog2: 16 }]);
  expect(tables).toEqual([{ ...common, minimum: 4, maximum: undefined }]);
});
