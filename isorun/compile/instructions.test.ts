import { describe, expect, test } from "bun:test";
import { decodeCoreModule } from "../core-module/core-module.ts";
import { rewriteCoreModule } from "./rewrite-module.ts";
import { unreachable } from "./testing/instructions.ts";
import { buildModule, type Code } from "./testing/module-builder.ts";

/**
 * Immediates that are no instructions, in forms that are longer than need be: a walk that takes one too few meets 0xff,
 * which no instruction begins with, and one that takes too many misses the function's end.
 */
const shapes: Readonly<Record<string, Code>> = {
  none: [],
  index: [0xff, 0xff, 0x03],
  "two indices": [0xff, 0xff, 0x03, 0xff, 0xff, 0x03],
  // These are looked up: they must be there.
  known: [0x80, 0x80, 0x00],
  "known and index": [0x80, 0x80, 0x00, 0xff, 0xff, 0x03],
  labels: [0x81, 0x00, 0x80, 0x00, 0x80, 0x80, 0x00],
  memory: [0x82, 0x80, 0x00, 0xff, 0xff, 0x03],
  "memory with an index": [0xc2, 0x80, 0x00, 0xff, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03],
  "memory and lane": [0x82, 0x00, 0xff, 0x01, 0xff],
  "1 byte": [0xff],
  "4 bytes": [0xff, 0xff, 0xff, 0xff],
  "8 bytes": [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  "16 bytes": Array.from({ length: 16 }, () => 0xff),
  "two known": [0x80, 0x80, 0x00, 0x80, 0x80, 0x00],
  types: [0x82, 0x00, 0x7f, 0x63, 0x80, 0x00],
  cast: [0xff, 0x80, 0x00, 0x80, 0x00, 0x80, 0x80, 0x00],
};

/** From an opcode to another; a prefix stands in front. What no row names is no instruction. */
const rows: readonly (readonly [prefix: number, from: number, to: number, shape: string])[] = [
  [0, 0x00, 0x01, "none"],
  [0, 0x08, 0x08, "index"],
  [0, 0x0a, 0x0a, "none"],
  [0, 0x0c, 0x0d, "known"],
  [0, 0x0e, 0x0e, "labels"],
  [0, 0x0f, 0x0f, "none"],
  [0, 0x10, 0x10, "known"],
  [0, 0x11, 0x11, "known and index"],
  [0, 0x12, 0x12, "known"],
  [0, 0x13, 0x13, "known and index"],
  [0, 0x14, 0x15, "known"],
  [0, 0x1a, 0x1b, "none"],
  [0, 0x1c, 0x1c, "types"],
  [0, 0x20, 0x22, "index"],
  [0, 0x23, 0x24, "known"],
  [0, 0x25, 0x26, "index"],
  [0, 0x28, 0x3e, "memory"],
  [0, 0x28, 0x3e, "memory with an index"],
  [0, 0x3f, 0x42, "index"],
  [0, 0x43, 0x43, "4 bytes"],
  [0, 0x44, 0x44, "8 bytes"],
  [0, 0x45, 0xc4, "none"],
  [0, 0xd0, 0xd0, "known"],
  [0, 0xd1, 0xd1, "none"],
  [0, 0xd2, 0xd2, "known"],
  [0, 0xd3, 0xd4, "none"],
  [0, 0xd5, 0xd6, "known"],
  [0xfb, 0, 1, "known"],
  [0xfb, 2, 5, "known and index"],
  [0xfb, 6, 7, "known"],
  [0xfb, 8, 10, "known and index"],
  [0xfb, 11, 14, "known"],
  [0xfb, 15, 15, "none"],
  [0xfb, 16, 16, "known"],
  [0xfb, 17, 17, "two known"],
  [0xfb, 18, 19, "known and index"],
  [0xfb, 20, 23, "known"],
  [0xfb, 24, 25, "cast"],
  [0xfb, 26, 30, "none"],
  [0xfc, 0, 7, "none"],
  [0xfc, 8, 8, "two indices"],
  [0xfc, 9, 9, "index"],
  [0xfc, 10, 10, "two indices"],
  [0xfc, 11, 11, "index"],
  [0xfc, 12, 12, "two indices"],
  [0xfc, 13, 13, "index"],
  [0xfc, 14, 14, "two indices"],
  [0xfc, 15, 17, "index"],
  [0xfd, 0, 11, "memory"],
  [0xfd, 0, 11, "memory with an index"],
  [0xfd, 12, 13, "16 bytes"],
  [0xfd, 14, 20, "none"],
  [0xfd, 21, 34, "1 byte"],
  [0xfd, 35, 83, "none"],
  [0xfd, 84, 91, "memory and lane"],
  [0xfd, 92, 93, "memory"],
  [0xfd, 94, 153, "none"],
  [0xfd, 155, 161, "none"],
  [0xfd, 163, 164, "none"],
  [0xfd, 167, 174, "none"],
  [0xfd, 177, 177, "none"],
  [0xfd, 181, 186, "none"],
  [0xfd, 188, 193, "none"],
  [0xfd, 195, 196, "none"],
  [0xfd, 199, 206, "none"],
  [0xfd, 209, 209, "none"],
  [0xfd, 213, 225, "none"],
  [0xfd, 227, 237, "none"],
  [0xfd, 239, 275, "none"],
  [0xfe, 0, 2, "memory"],
  [0xfe, 3, 3, "1 byte"],
  [0xfe, 0x10, 0x4e, "memory"],
  [0xfe, 0x10, 0x4e, "memory with an index"],
];

/** Those that begin and end blocks are in the other tests. */
const structure: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x0b, 0x18, 0x19, 0x1f]);

const opcodeBytes = (prefix: number, code: number): Code =>
  prefix === 0 ? [code] : [prefix, (code & 0x7f) | 0x80, code >> 7];

function rewriteCode(code: Code, options = {}): Uint8Array {
  const source = buildModule({
    functions: [{ code: [unreachable, code] }],
    globals: [{ type: "i32", value: [0x41, 0] }],
  });
  return rewriteCoreModule(decodeCoreModule(source), options).bytes;
}

describe("every instruction is walked over with its immediates", () => {
  for (const [prefix, from, to, shape] of rows) {
    test(`${prefix.toString(16)} ${from} to ${to}: ${shape}`, () => {
      for (let code = from; code <= to; code += 1) {
        const bytes: Code = [opcodeBytes(prefix, code), shapes[shape] ?? []];
        const functions = [{ code: [unreachable, bytes] }];
        const source = buildModule({ functions, globals: [{ type: "i32", value: [0x41, 0] }] });
        expect(rewriteCode(bytes)).toEqual(source);
        expect(() => rewriteCode(bytes, { fuel: true, growth: true })).not.toThrow();
      }
    });
  }
});

describe("what is no instruction of WebAssembly 3.0 is refused", () => {
  for (const [prefix, end] of [
    [0, 0xff],
    [0xfb, 200],
    [0xfc, 200],
    [0xfd, 600],
    [0xfe, 200],
  ] as const) {
    test(prefix.toString(16), () => {
      for (let code = 0; code <= end; code += 1) {
        const isKnown = rows.some(([group, from, to]) => group === prefix && from <= code && code <= to);
        if (isKnown || (prefix === 0 && (structure.has(code) || code >= 0xfb))) continue;
        expect(() => rewriteCode(opcodeBytes(prefix, code))).toThrow(/^the core instruction .* is not supported$/);
      }
      expect(() => rewriteCode([0xff])).toThrow("is not supported");
    });
  }
});
