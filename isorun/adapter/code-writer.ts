/** Writes the instructions of one function (WebAssembly 3.0, 5.4 Instructions), with locals as they are needed. */
import type { FlatType } from "../types/flatten.ts";
import { signed, signed64, unsigned } from "./module-writer.ts";

export interface Local {
  readonly index: number;
  readonly type: FlatType;
}

const opcodes = {
  unreachable: 0x00,
  return: 0x0f,
  drop: 0x1a,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i64.ne": 0x52,
  "i32.gt_u": 0x4b,
  "i32.ge_u": 0x4f,
  "i64.lt_s": 0x53,
  "i64.gt_u": 0x56,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_s": 0x75,
  "i32.shr_u": 0x76,
  "i64.add": 0x7c,
  "i64.sub": 0x7d,
  "i64.mul": 0x7e,
  "i64.and": 0x83,
  "i64.or": 0x84,
  "i64.shl": 0x86,
  "i64.shr_u": 0x88,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "i32.reinterpret_f32": 0xbc,
  "i64.reinterpret_f64": 0xbd,
  "f32.reinterpret_i32": 0xbe,
  "f64.reinterpret_i64": 0xbf,
} as const;

const memoryOpcodes = {
  "i32.load": 0x28,
  "i64.load": 0x29,
  "f32.load": 0x2a,
  "f64.load": 0x2b,
  "i32.load8_s": 0x2c,
  "i32.load8_u": 0x2d,
  "i32.load16_s": 0x2e,
  "i32.load16_u": 0x2f,
  "i32.store": 0x36,
  "i64.store": 0x37,
  "f32.store": 0x38,
  "f64.store": 0x39,
  "i32.store8": 0x3a,
  "i32.store16": 0x3b,
} as const;

/** Behind the prefix of vectors. */
const vectorOpcodes = {
  "v128.and": 0x4e,
  "v128.or": 0x50,
  "v128.any_true": 0x53,
  "i8x16.bitmask": 0x64,
  "i8x16.narrow_i16x8_u": 0x66,
  "i16x8.eq": 0x2d,
} as const;

const vectorMemoryOpcodes = { "v128.load": 0x00, "v128.load8x8_u": 0x02, "v128.store": 0x0b } as const;

export type Opcode = keyof typeof opcodes;
export type MemoryOpcode = keyof typeof memoryOpcodes;
export type VectorOpcode = keyof typeof vectorOpcodes;
export type VectorMemoryOpcode = keyof typeof vectorMemoryOpcodes;

/** Where a memory instruction goes: which memory, and how far behind the address on the stack. */
export interface MemoryPlace {
  readonly memory: number;
  readonly offset: number;
}

const emptyBlock = 0x40;
const resultCodes: Readonly<Record<FlatType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };

export class CodeWriter {
  readonly code: number[] = [];
  readonly locals: FlatType[] = [];
  readonly params: readonly Local[];
  /** Locals that nobody uses any more. */
  readonly #free: Local[] = [];
  readonly #scopes: Local[][] = [];

  constructor(params: readonly FlatType[]) {
    this.params = params.map((type, index) => ({ index, type }));
  }

  op(...names: readonly Opcode[]): this {
    for (const each of names) this.code.push(opcodes[each]);
    return this;
  }

  /** In a scope it holds what was left in it before. */
  local(type: FlatType): Local {
    const scope = this.#scopes.at(-1);
    const old = scope === undefined ? -1 : this.#free.findIndex((local) => local.type === type);
    const [again] = old < 0 ? [] : this.#free.splice(old, 1);
    const local = again ?? { index: this.params.length + this.locals.push(type) - 1, type };
    scope?.push(local);
    return local;
  }

  /** Locals of the body are used again behind it: engines allow 50,000 in one function. */
  scope(body: () => void): void {
    const scope: Local[] = [];
    this.#scopes.push(scope);
    body();
    this.#scopes.pop();
    this.#free.push(...scope);
  }

  get(local: Local): this {
    this.code.push(0x20, ...unsigned(local.index));
    return this;
  }

  set(local: Local): this {
    this.code.push(0x21, ...unsigned(local.index));
    return this;
  }

  tee(local: Local): this {
    this.code.push(0x22, ...unsigned(local.index));
    return this;
  }

  i32(value: number): this {
    this.code.push(0x41, ...signed(value));
    return this;
  }

  i64(value: number | bigint): this {
    this.code.push(0x42, ...signed64(BigInt(value)));
    return this;
  }

  /** Zero of a type. */
  zero(type: FlatType): this {
    if (type === "i32") return this.i32(0);
    if (type === "i64") return this.i64(0);
    this.code.push(type === "f32" ? 0x43 : 0x44, ...Array.from({ length: type === "f32" ? 4 : 8 }, () => 0));
    return this;
  }

  constant(global: number): this {
    this.code.push(0x23, ...unsigned(global));
    return this;
  }

  /** Of an account. */
  assign(global: number): this {
    this.code.push(0x24, ...unsigned(global));
    return this;
  }

  call(func: number): this {
    this.code.push(0x10, ...unsigned(func));
    return this;
  }

  /** Natural alignment is only a hint: values here are checked to be aligned, or made so. */
  at(opcode: MemoryOpcode, { memory, offset }: MemoryPlace): this {
    const hint = memory === 0 ? [0x00] : [0x40, ...unsigned(memory)];
    this.code.push(memoryOpcodes[opcode], ...hint, ...unsigned(offset));
    return this;
  }

  vector(...names: readonly VectorOpcode[]): this {
    for (const each of names) this.code.push(0xfd, ...unsigned(vectorOpcodes[each]));
    return this;
  }

  /** A vector of eight times these 16 bits. */
  vectorOf(lane: number): this {
    const pair = [lane & 0xff, lane >>> 8];
    this.code.push(0xfd, 0x0c, ...Array.from({ length: 8 }, () => pair).flat());
    return this;
  }

  vectorAt(opcode: VectorMemoryOpcode, { memory, offset }: MemoryPlace): this {
    const hint = memory === 0 ? [0x00] : [0x40, ...unsigned(memory)];
    this.code.push(0xfd, vectorMemoryOpcodes[opcode], ...hint, ...unsigned(offset));
    return this;
  }

  /** Bytes of a memory, as a number of 64 bits: four gigabytes do not fit into 32. */
  memoryBytes(memory: number): this {
    this.code.push(0x3f, ...unsigned(memory));
    return this.op("i64.extend_i32_u").i64(16).op("i64.shl");
  }

  copy(to: number, from: number): this {
    this.code.push(0xfc, 0x0a, ...unsigned(to), ...unsigned(from));
    return this;
  }

  /** @param body is given the label of the block, counted from inside it */
  block(body: () => void): this {
    return this.#nested(0x02, emptyBlock, body);
  }

  /** For blocks in blocks as deep as a type has cases: `close` ends the innermost one. */
  openBlock(): this {
    this.code.push(0x02, emptyBlock);
    return this;
  }

  close(): this {
    this.code.push(0x0b);
    return this;
  }

  loop(body: () => void): this {
    return this.#nested(0x03, emptyBlock, body);
  }

  /** The condition is on the stack. */
  if(body: () => void, otherwise?: () => void): this {
    this.code.push(0x04, emptyBlock);
    body();
    if (otherwise !== undefined) {
      this.code.push(0x05);
      otherwise();
    }
    this.code.push(0x0b);
    return this;
  }

  branch(depth: number): this {
    this.code.push(0x0c, ...unsigned(depth));
    return this;
  }

  branchIf(depth: number): this {
    this.code.push(0x0d, ...unsigned(depth));
    return this;
  }

  /** Branches to the label of the same number as what is on the stack, or to the last one. */
  branchTable(depths: readonly number[], last: number): this {
    this.code.push(0x0e, ...unsigned(depths.length));
    for (const depth of depths) this.code.push(...unsigned(depth));
    this.code.push(...unsigned(last));
    return this;
  }

  /** Exceptions of the body end in `onThrow`; results of the body are left on the stack. */
  tryAll(result: FlatType | undefined, body: () => void, onThrow: () => void): this {
    const type = result === undefined ? emptyBlock : resultCodes[result];
    this.code.push(0x02, type, 0x02, emptyBlock);
    // try_table with one clause: catch_all to the inner block, behind which the exception is told of.
    this.code.push(0x1f, type, 0x01, 0x02, 0x00);
    body();
    this.code.push(0x0b);
    this.branch(1);
    this.code.push(0x0b);
    onThrow();
    this.code.push(0x0b);
    return this;
  }

  #nested(code: number, type: number, body: () => void): this {
    this.code.push(code, type);
    body();
    this.code.push(0x0b);
    return this;
  }
}
