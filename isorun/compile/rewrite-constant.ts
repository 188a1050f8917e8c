/** Constant expressions (WebAssembly 3.0, 3.5.17): values of globals, items of elements, offsets of segments. */
import type { CodeCursor } from "./code-cursor.ts";
import type { ConstantCost } from "./constant-cost.ts";
import type { IndexShift } from "./index-shift.ts";

interface Shifts {
  readonly functions: IndexShift;
  readonly globals: IndexShift;
  readonly typeCount: number;
  /** Undefined where it is not counted. */
  readonly constants?: ConstantCost | undefined;
}

/** Passes over an expression and its end. */
export function rewriteConstant(cursor: CodeCursor, { functions, globals, typeCount, constants }: Shifts): void {
  let numberAt: number | undefined;
  for (;;) {
    if (cursor.at >= cursor.bytes.length) cursor.fail("unexpected end");
    const code = cursor.byte();
    const lengthAt = numberAt;
    numberAt = code === 0x41 ? cursor.at : undefined;
    if (code === 0x0b) return;
    if (code === 0x23) cursor.index(globals);
    else if (code === 0xd2) cursor.index(functions);
    else if (code === 0x43) cursor.at += 4;
    else if (code === 0x44) cursor.at += 8;
    else if (code === 0x41 || code === 0x42) cursor.skipLeb();
    else if (code === 0xd0) cursor.skipHeapType(typeCount);
    else if (code === 0xfb) passAggregate(cursor, { typeCount, constants, lengthAt });
    else if (code === 0xfd && cursor.u32() === 12) cursor.at += 16;
    else if (!arithmetic.has(code)) cursor.unsupported(`the core instruction ${code.toString(16)} in a constant`);
  }
}

/** Addition, subtraction and multiplication of integers. */
const arithmetic: ReadonlySet<number> = new Set([0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]);

/** By opcode behind 0xfb: how many indices follow, the first of which is that of a type. */
const aggregateIndices: Readonly<Record<number, number>> = { 0: 1, 1: 1, 6: 1, 7: 1, 8: 2, 26: 0, 27: 0, 28: 0 };

interface AggregateFacts {
  readonly typeCount: number;
  readonly constants: ConstantCost | undefined;
  readonly lengthAt: number | undefined;
}

function passAggregate(cursor: CodeCursor, { typeCount, constants, lengthAt }: AggregateFacts): void {
  const code = cursor.u32();
  const count = aggregateIndices[code] ?? cursor.unsupported(`the core instruction fb ${code} in a constant`);
  if (count === 0) return;
  const type = cursor.typeIndex(typeCount);
  constants?.pay(cursor, code, { type, lengthAt });
  if (count > 1) cursor.skipLeb();
}
