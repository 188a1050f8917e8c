/**
 * How to walk over the instructions of WebAssembly 3.0 (5.4 Instructions): which immediates stand behind each opcode.
 * What is not listed is unknown and cannot be rewritten: its length is not known either.
 */

/** Numbers, because they select in the innermost loop of the rewriting pass. */
export const walk = {
  plain: 0,
  /** One LEB128 that stays as it is: a constant, an index of a space to which nothing is appended. */
  leb: 1,
  /** The last of those that are copied without a look. */
  memoryArgument: 2,
  /** The index of a type and one of its fields. */
  typeAndLeb: 3,
  func: 4,
  global: 5,
  memoryArgumentAndLane: 6,
  byte: 7,
  fourBytes: 8,
  eightBytes: 9,
  sixteenBytes: 10,
  valueTypes: 11,
  prefix: 12,
  /** A code, or the index of a type. */
  heapType: 13,
  type: 14,
  /** Blocks, branches, calls, throws, growth: each has a method of its own. */
  control: 15,
  /** Bulk operations on memories: their size in bytes is the last operand. */
  bulkMemory: 16,
  bulkTable: 17,
  bulkArray: 18,
  tableGrow: 19,
  newFixed: 20,
  branchOnCast: 21,
  wait: 22,
  /** A structure of zeros. */
  newDefault: 23,
  /** Where an index of a local has to be looked at. */
  local: 24,
  unknown: 25,
} as const;

/** In bytes, of immediates that always have as many. */
export const fixedWidths: Readonly<Record<number, number>> = {
  [walk.byte]: 1,
  [walk.fourBytes]: 4,
  [walk.eightBytes]: 8,
  [walk.sixteenBytes]: 16,
};

type Row = readonly [from: number, to: number, kind: number];

function tableOf(size: number, rows: readonly Row[]): Uint8Array {
  const table = new Uint8Array(size).fill(walk.unknown);
  for (const [from, to, kind] of rows) table.fill(kind, from, to + 1);
  return table;
}

export const opcodes = tableOf(256, [
  [0x00, 0x00, walk.control],
  [0x01, 0x01, walk.plain], // nop
  [0x02, 0x15, walk.control],
  [0x16, 0x17, walk.unknown],
  [0x18, 0x19, walk.control], // delegate, catch_all
  [0x1a, 0x1b, walk.plain], // drop, select
  [0x1c, 0x1c, walk.valueTypes], // select with types
  [0x1f, 0x1f, walk.control], // try_table
  [0x20, 0x22, walk.leb], // local
  [0x23, 0x24, walk.global],
  [0x25, 0x26, walk.leb], // table.get, table.set
  [0x28, 0x3e, walk.memoryArgument],
  [0x3f, 0x3f, walk.leb], // memory.size
  [0x40, 0x40, walk.control], // memory.grow
  [0x41, 0x42, walk.leb], // i32.const, i64.const
  [0x43, 0x43, walk.fourBytes],
  [0x44, 0x44, walk.eightBytes],
  [0x45, 0xc4, walk.plain],
  [0xd0, 0xd0, walk.heapType], // ref.null
  [0xd1, 0xd1, walk.plain], // ref.is_null
  [0xd2, 0xd2, walk.func], // ref.func
  [0xd3, 0xd4, walk.plain], // ref.eq, ref.as_non_null
  [0xd5, 0xd6, walk.control], // br_on_null, br_on_non_null
  [0xfb, 0xfe, walk.prefix],
]);

/** For code to which locals are added. */
export const opcodesWithLocals: Uint8Array = Uint8Array.from(opcodes).fill(walk.local, 0x20, 0x23);

const gcOpcodes = tableOf(31, [
  [0, 0, walk.type], // struct.new
  [1, 1, walk.newDefault], // struct.new_default
  [2, 5, walk.typeAndLeb], // struct.get, struct.set
  [6, 7, walk.bulkArray], // array.new, array.new_default
  [8, 8, walk.newFixed],
  [9, 10, walk.bulkArray], // array.new_data, array.new_elem
  [11, 14, walk.type], // array.get, array.set
  [15, 15, walk.plain], // array.len
  [16, 19, walk.bulkArray], // array.fill, array.copy, array.init_data, array.init_elem
  [20, 23, walk.heapType], // ref.test, ref.cast
  [24, 25, walk.branchOnCast],
  [26, 30, walk.plain], // conversions, i31
]);

const bulkOpcodes = tableOf(18, [
  [0, 7, walk.plain], // saturating truncation
  [8, 8, walk.bulkMemory], // memory.init
  [9, 9, walk.leb], // data.drop
  [10, 11, walk.bulkMemory], // memory.copy, memory.fill
  [12, 12, walk.bulkTable], // table.init
  [13, 13, walk.leb], // elem.drop
  [14, 14, walk.bulkTable], // table.copy
  [15, 15, walk.tableGrow],
  [16, 16, walk.leb], // table.size
  [17, 17, walk.bulkTable], // table.fill
]);

/** Between the vector instructions there are places without one. */
const vectorGaps = [
  0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4, 0xe2,
  0xee,
];

const vectorOpcodes = tableOf(0x114, [
  [0, 11, walk.memoryArgument],
  [12, 13, walk.sixteenBytes], // v128.const, i8x16.shuffle
  [14, 20, walk.plain],
  [21, 34, walk.byte], // lanes
  [35, 83, walk.plain],
  [84, 91, walk.memoryArgumentAndLane],
  [92, 93, walk.memoryArgument],
  [94, 0x113, walk.plain], // from 0x100 on the relaxed ones
  ...vectorGaps.map((code): Row => [code, code, walk.unknown]),
]);

const atomicOpcodes = tableOf(0x4f, [
  [0, 0, walk.memoryArgument], // memory.atomic.notify
  [1, 2, walk.wait],
  [3, 3, walk.byte], // atomic.fence
  [0x10, 0x4e, walk.memoryArgument],
]);

/** By the byte that stands in front of the opcode. */
export function prefixedOpcode(prefix: number, code: number): number {
  const table = prefixedTables[prefix - 0xfb];
  return table?.[code] ?? walk.unknown;
}

const prefixedTables: readonly Uint8Array[] = [gcOpcodes, bulkOpcodes, vectorOpcodes, atomicOpcodes];

/** How many indices a bulk operation on memories or tables has behind its opcode. */
export const bulkIndexCount = (code: number): number => (code === 11 || code === 17 ? 1 : 2);
