/**
 * Counts what the instructions that code runs cost, one by one, by code of its own: what the metering pass is compared
 * with. So it knows nothing of regions, and moves no label and no index. What is dear by its size counts without it.
 */
import { growCost, instructionCost, throwCost } from "../fuel-cost.ts";
import { type Code, flat, index, leb } from "./module-builder.ts";

const prefixes = { gc: 0xfb, bulk: 0xfc } as const;
const tryTable = 0x1f;
const branchTable = 0x0e;
const typedReference = 0x63;
/** `else`, `catch`, `end`, `delegate`, `catch_all`. */
const noInstructions: ReadonlySet<number> = new Set([0x05, 0x07, 0x0b, 0x18, 0x19]);
const withBlockType: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x06, tryTable]);

/** How many numbers stand behind an opcode, where there are any. */
const immediates = new Map<number, number>([
  ...[0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x12, 0x14, 0x15, 0x18].map((code) => [code, 1] as const),
  ...[0x11, 0x13, 0x28, 0x36].map((code) => [code, 2] as const), // indirect calls, i32.load, i32.store
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x3f, 0x40, 0x41, 0x42].map((code) => [code, 1] as const),
  ...[0xd0, 0xd2, 0xd5, 0xd6].map((code) => [code, 1] as const),
]);

/** Behind a prefix: `br_on_cast` and its opposite; `memory.copy`, `memory.fill`, those on tables. */
const prefixedImmediates: ReadonlyMap<number, number> = new Map([
  ...[24, 25].map((code) => [prefixes.gc * 256 + code, 4] as const),
  ...[11, 15, 16].map((code) => [prefixes.bulk * 256 + code, 1] as const),
  [prefixes.bulk * 256 + 10, 2],
]);

/** Of those that cost more than one: throw, rethrow, throw_ref, memory.grow. */
const costs = new Map<number, number>([
  ...[0x08, 0x09, 0x0a].map((code) => [code, throwCost] as const),
  [0x40, growCost],
]);
const tableGrow = 15;

/** @param counter the index of a mutable global of i64, which grows by what each instruction costs before it runs */
export function countedCode(code: Code, counter: number): number[] {
  const bytes = flat(code);
  const count = (cost: number) => [0x23, ...index(counter), 0x42, ...leb(cost), 0x7c, 0x24, ...index(counter)];
  const counted: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = instructionEnd(bytes, at);
    if (!noInstructions.has(bytes[at] ?? 0)) counted.push(...count(costOf(bytes, at)));
    counted.push(...bytes.slice(at, end));
    at = end;
  }
  return counted;
}

function costOf(bytes: readonly number[], at: number): number {
  if (bytes[at] === prefixes.bulk && bytes[at + 1] === tableGrow) return growCost;
  return costs.get(bytes[at] ?? 0) ?? instructionCost;
}

function instructionEnd(bytes: readonly number[], start: number): number {
  let at = start + 1;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const skip = (count: number): void => {
    for (let left = count; left > 0; left -= 1) number();
  };
  const opcode = bytes[start] ?? 0;
  if (opcode === prefixes.gc || opcode === prefixes.bulk) {
    skip(prefixedImmediates.get(opcode * 256 + number()) ?? 0);
    return at;
  }
  if (withBlockType.has(opcode)) skip(bytes[at] === typedReference ? 2 : 1);
  if (opcode === tryTable) {
    for (let clauses = number(); clauses > 0; clauses -= 1) skip((bytes[at] ?? 0) < 2 ? 3 : 2);
  } else if (opcode === branchTable) skip(number() + 1);
  else skip(immediates.get(opcode) ?? 0);
  return at;
}
