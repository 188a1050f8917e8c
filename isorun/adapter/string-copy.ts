/**
 * Copies a string between memories in any pair of encodings (Canonical ABI, `load_string`, `store_string`): the whole of
 * it is validated before anything is allocated, as lifting ends before lowering begins, and what is allocated, grown and
 * shrunk is what the specification says, call by call.
 *
 * Where a component calls itself, source and target are one memory, and its own allocator could change the source after
 * it was validated: then it gets what it has written, and nobody else anything.
 */
import type { StringEncoding } from "../decode/ast.ts";
import { emitChargeForBytes, emitChargeForUnits } from "./charge.ts";
import { CodeWriter } from "./code-writer.ts";
import { emitCopyBytes } from "./copy-bytes.ts";
import { bytesMax, type EmitCharge } from "./copying.ts";
import type { FunctionBody } from "./module-writer.ts";
import type { TrapReason } from "./reasons.ts";
import { emitStoreProbablyUtf16, emitStoreUtf8AsLatin1, emitStoreUtf16AsLatin1, utf16Tag } from "./store-latin1.ts";
import { emitStoreUtf8 } from "./store-utf8.ts";
import { emitStoreUtf16, emitStoreWidened } from "./store-utf16.ts";
import { emitAllocate, emitBoundsCheck, type Transcoding } from "./transcoding.ts";
import { emitUtf8Validation } from "./validate-utf8.ts";
import { emitUtf16Validation } from "./validate-utf16.ts";

interface StringSide {
  readonly memory: number;
  readonly encoding: StringEncoding;
}

export interface StringCopy {
  readonly from: StringSide;
  readonly to: StringSide;
  readonly hasVectors: boolean;
  /** Emits a call of the target's allocator with what is pushed: the old block, its size, alignment, the new size. */
  readonly reallocate: (code: CodeWriter, push: () => void) => void;
  readonly trap: (code: CodeWriter, reason: TrapReason) => void;
  /** The same where it is the source that is wrong. */
  readonly refuse?: (code: CodeWriter, reason: TrapReason) => void;
  readonly chargeWith?: (code: CodeWriter) => EmitCharge | undefined;
}

export const stringCopyType = { params: ["i32", "i32"], results: ["i32", "i32"] } as const;

/** `(pointer, length) -> (pointer, length)`: lengths in units of their encodings, with the tag of latin1+utf16. */
export function stringCopyBody(copy: StringCopy): FunctionBody {
  const code = new CodeWriter(stringCopyType.params);
  const given = transcodingOf(code, copy);
  const { units, block, length } = given;
  const { encoding } = copy.from;
  if (encoding === "latin1-utf16") {
    code.get(units).i32(0).op("i32.lt_s");
    code.if(
      () => {
        code.get(units).i32(utf16Tag).op("i32.xor").set(units);
        emitTextCopy(given, { from: "tagged-utf16", to: copy.to.encoding });
      },
      () => emitTextCopy(given, { from: "latin1", to: copy.to.encoding }),
    );
  } else {
    emitTextCopy(given, { from: encoding, to: copy.to.encoding });
  }
  code.get(block).get(length);
  return { type: stringCopyType, locals: code.locals, code: code.code };
}

function transcodingOf(
  code: CodeWriter,
  { from, to, hasVectors, reallocate, trap, refuse = trap, chargeWith }: StringCopy,
): Transcoding {
  const [pointer, units] = code.params;
  if (pointer === undefined || units === undefined) throw new Error("the copy of a string has two parameters");
  const local = () => code.local("i32");
  return {
    code,
    hasVectors,
    source: from.memory,
    target: to.memory,
    fail: (reason) => () => refuse(code, reason),
    failTarget: (reason) => () => trap(code, reason),
    charge: chargeWith?.(code),
    reallocate: (push) => reallocate(code, push),
    pointer,
    units,
    at: local(),
    end: local(),
    block: local(),
    size: local(),
    out: local(),
    length: local(),
    char: local(),
    scratch: local(),
  };
}

/** What a source turns out to be: latin1+utf16 is one of two. */
type SimpleEncoding = "utf8" | "utf16" | "latin1" | "tagged-utf16";

interface Pair {
  readonly from: SimpleEncoding;
  readonly to: StringEncoding;
}

function emitTextCopy(given: Transcoding, pair: Pair): void {
  emitSourceCheck(given, pair);
  emitStore(given, pair);
}

/** Whether the bytes stay as they are. */
const isSame = ({ from, to }: Pair): boolean => from === to || (from === "latin1" && to === "latin1-utf16");

/** `load_string_from_range`, and what all of it costs. */
function emitSourceCheck(given: Transcoding, pair: Pair): void {
  const { code, source: memory, fail, pointer, units, at, end, size, charge } = given;
  const { from } = pair;
  const isWide = from === "utf16" || from === "tagged-utf16";
  const unitsMax = isWide ? Math.floor(bytesMax / 2) : bytesMax;
  code.get(units).i32(unitsMax).op("i32.gt_u").if(fail("wasm trap: string content out-of-bounds"));
  code.get(units);
  if (isWide) code.i32(1).op("i32.shl");
  code.set(size);
  emitBoundsCheck({ code, memory, fail }, { pointer, bytes: size, align: from === "utf8" ? 1 : 2 });
  if (isSame(pair)) emitChargeForBytes(code, charge, size);
  else emitChargeForUnits(code, charge, { bytes: size, units });
  code.get(pointer).tee(at).get(size).op("i32.add").set(end);
  if (from === "utf8") emitUtf8Validation(given);
  else if (isWide) emitUtf16Validation(given);
}

/** `store_string_into_range`: its cases. */
function emitStore(given: Transcoding, { from, to }: Pair): void {
  if (to === "utf8") {
    if (from === "utf8") emitStoreCopy(given, { unitBytes: 1, align: 1 });
    else emitStoreUtf8(given, from === "latin1" ? 1 : 2);
  } else if (to === "utf16") {
    if (from === "utf8") emitStoreUtf16(given);
    else if (from === "latin1") emitStoreWidened(given);
    else emitStoreCopy(given, { unitBytes: 2, align: 2 });
  } else if (from === "utf8") {
    emitStoreUtf8AsLatin1(given);
  } else if (from === "utf16") {
    emitStoreUtf16AsLatin1(given);
  } else if (from === "latin1") {
    emitStoreCopy(given, { unitBytes: 1, align: 2 });
  } else {
    emitStoreProbablyUtf16(given);
  }
}

interface Units {
  readonly unitBytes: 1 | 2;
  readonly align: 1 | 2;
}

/** `store_string_copy`, where the encoding stays. */
function emitStoreCopy(given: Transcoding, { unitBytes, align }: Units): void {
  const { code, pointer, units, block, size, length } = given;
  emitAllocate(given, {
    align,
    bytes: () => {
      code.get(units);
      if (unitBytes === 2) code.i32(1).op("i32.shl");
    },
  });
  emitCopyBytes(given, { to: block, from: pointer, bytes: size });
  code.get(units).set(length);
}
