/** Copies a UTF-8 string between memories, after looking whether it is one (Canonical ABI, Loading: strings trap else). */
import { CodeWriter, type Local } from "./code-writer.ts";
import { bytesMax, type Side } from "./copying.ts";
import type { FunctionBody } from "./module-writer.ts";
import type { TrapReason } from "./reasons.ts";

export interface Utf8Copy {
  readonly from: Side;
  readonly memoryOfTarget: number;
  /** Emits the allocation: alignment and size are on the stack. */
  readonly allocate: (code: CodeWriter) => void;
  readonly trap: (code: CodeWriter, reason: TrapReason) => void;
}

export const stringCopyType = { params: ["i32", "i32"], results: ["i32", "i32"] } as const;

/** `(pointer, length) -> (pointer, length)` */
export function utf8CopyBody({ from, memoryOfTarget, allocate, trap }: Utf8Copy): FunctionBody {
  const code = new CodeWriter(stringCopyType.params);
  const [pointer, length] = code.params;
  if (pointer === undefined || length === undefined) throw new Error("the copy of a string has two parameters");
  const fail = (reason: TrapReason) => () => trap(code, reason);
  const outOfBounds = "wasm trap: string content out-of-bounds";
  code.get(length).i32(bytesMax).op("i32.gt_u").if(fail(outOfBounds));
  const checkEnd = (start: Local, memory: number): void => {
    code.get(start).op("i64.extend_i32_u").get(length).op("i64.extend_i32_u", "i64.add");
    code.memoryBytes(memory).op("i64.gt_u").if(fail(outOfBounds));
  };
  checkEnd(pointer, from.memory);
  emitValidation(code, { pointer, length, memory: from.memory, fail });
  const target = code.local("i32");
  code.i32(1).get(length);
  allocate(code);
  code.set(target);
  checkEnd(target, memoryOfTarget);
  code.get(target).get(pointer).get(length).copy(memoryOfTarget, from.memory);
  code.get(target).get(length);
  return { type: stringCopyType, locals: code.locals, code: code.code };
}

interface Validation {
  readonly pointer: Local;
  readonly length: Local;
  readonly memory: number;
  readonly fail: (reason: TrapReason) => () => void;
}

const nonAscii = 0x8080_8080_8080_8080n;

/** Unicode 3.9, table 3-7: which bytes may follow which. */
function emitValidation(code: CodeWriter, { pointer, length, memory, fail }: Validation): void {
  const [at, end, byte] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const [least, most, rest] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const state = { at, end, byte, memory, least, most, fail };
  code.get(pointer).tee(at).get(length).op("i32.add").set(end);
  code.block(() => {
    code.loop(() => {
      emitAsciiRun(code, state);
      code.get(at).get(end).op("i32.ge_u").branchIf(1);
      code.get(at).at("i32.load8_u", { memory, offset: 0 }).set(byte);
      code.get(at).i32(1).op("i32.add").set(at);
      code.get(byte).i32(0x80).op("i32.lt_u").branchIf(0);
      emitLead(code, { ...state, rest });
      emitContinuation(code, state);
      code.i32(0x80).set(least).i32(0xbf).set(most);
      code.block(() => {
        code.loop(() => {
          code.get(rest).op("i32.eqz").branchIf(1);
          emitContinuation(code, state);
          code.get(rest).i32(1).op("i32.sub").set(rest).branch(0);
        });
      });
      code.branch(0);
    });
  });
}

/** Eight bytes of ASCII are passed at once. */
function emitAsciiRun(code: CodeWriter, { at, end, memory }: Continuation): void {
  code.block(() => {
    code.loop(() => {
      code.get(end).get(at).op("i32.sub").i32(8).op("i32.lt_u").branchIf(1);
      code.get(at).at("i64.load", { memory, offset: 0 }).i64(nonAscii).op("i64.and").i64(0).op("i64.ne").branchIf(1);
      code.get(at).i32(8).op("i32.add").set(at).branch(0);
    });
  });
}

interface Lead extends Continuation {
  /** How many bytes follow behind the next one. */
  readonly rest: Local;
}

/** The first byte says how many follow, and what the next one may be. */
function emitLead(code: CodeWriter, { byte, least, most, rest, fail }: Lead): void {
  const invalid = fail("invalid utf-8 sequence");
  const isBelow = (limit: number) => code.get(byte).i32(limit).op("i32.lt_u");
  const narrow = (lead: number, bound: Local, to: number): void => {
    code
      .get(byte)
      .i32(lead)
      .op("i32.eq")
      .if(() => code.i32(to).set(bound));
  };
  isBelow(0xc2).if(invalid);
  code.get(byte).i32(0xf4).op("i32.gt_u").if(invalid);
  code.i32(0x80).set(least).i32(0xbf).set(most).i32(0).set(rest);
  code
    .get(byte)
    .i32(0xe0)
    .op("i32.ge_u")
    .if(() => code.i32(1).set(rest));
  code
    .get(byte)
    .i32(0xf0)
    .op("i32.ge_u")
    .if(() => code.i32(2).set(rest));
  narrow(0xe0, least, 0xa0);
  narrow(0xed, most, 0x9f);
  narrow(0xf0, least, 0x90);
  narrow(0xf4, most, 0x8f);
}

interface Continuation extends Pick<Validation, "memory" | "fail"> {
  readonly at: Local;
  readonly end: Local;
  readonly byte: Local;
  readonly least: Local;
  readonly most: Local;
}

function emitContinuation(code: CodeWriter, { at, end, byte, memory, least, most, fail }: Continuation): void {
  code.get(at).get(end).op("i32.ge_u").if(fail("incomplete utf-8 byte sequence"));
  code.get(at).at("i32.load8_u", { memory, offset: 0 }).tee(byte).get(least).op("i32.lt_u");
  code.get(byte).get(most).op("i32.gt_u", "i32.or").if(fail("invalid utf-8 sequence"));
  code.get(at).i32(1).op("i32.add").set(at);
}
