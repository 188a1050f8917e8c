/**
 * Strings of other encodings as latin1+utf16: Latin-1 if that does, else UTF-16 (Canonical ABI,
 * `store_string_to_latin1_or_utf16`, `store_probably_utf16_to_latin1_or_utf16`). The source has been validated.
 */
import { emitCopyBytes } from "./copy-bytes.ts";
import { emitScalarValue, emitUtf8AsUtf16 } from "./store-utf16.ts";
import {
  emitAdvance,
  emitAllocate,
  emitReallocate,
  emitRun,
  emitShrink,
  emitWalk,
  type Transcoding,
  walk,
} from "./transcoding.ts";

/** Of a length: it counts units of UTF-16. */
export const utf16Tag = 0x8000_0000;

export function emitStoreUtf8AsLatin1(given: Transcoding): void {
  const { code, source, target: memory, at, out, char } = given;
  emitStoreNarrow(given);
  emitWalk(given, {
    run: () => emitAsciiRun(given),
    step: () => {
      code.get(at).at("i32.load8_u", { memory: source, offset: 0 }).tee(char).i32(0x80).op("i32.lt_u");
      code.if(() => {
        code.get(out).get(char).at("i32.store8", { memory, offset: 0 });
        emitAdvance(code, out, 1);
        emitAdvance(code, at, 1);
        code.branch(walk.tryRun + 1);
      });
      // U+0100 is 0xc4 0x80.
      code.get(char).i32(0xc4).op("i32.ge_u").branchIf(walk.exit);
      code.get(out);
      emitScalarValue(given, 2);
      code.at("i32.store8", { memory, offset: 0 });
      emitAdvance(code, out, 1);
      emitAdvance(code, at, 2);
      code.branch(walk.next);
    },
  });
  emitOrElseWide(given, () => {
    emitUtf8AsUtf16(given);
    emitShrink(given, 2);
  });
}

export function emitStoreUtf16AsLatin1(given: Transcoding): void {
  const { code, source, at, end, out, scratch } = given;
  emitStoreNarrow(given);
  emitNarrow(given, source);
  emitOrElseWide(given, () => {
    code.get(end).get(at).op("i32.sub").set(scratch);
    emitCopyBytes(given, { to: out, from: at, bytes: scratch });
    code.get(given.size).set(given.length);
  });
}

function emitStoreNarrow(given: Transcoding): void {
  const { code, pointer, units, at, block, out } = given;
  emitAllocate(given, { align: 2, bytes: () => code.get(units) });
  code.get(pointer).set(at).get(block).set(out);
}

/**
 * What is left at `at` is not Latin-1: what has been written is widened, the rest goes behind it, and leaves in `length`
 * how many bytes there are. Else the block is made as small as what it holds.
 */
function emitOrElseWide(given: Transcoding, storeRest: () => void): void {
  const { code, units, at, end, block, out, length } = given;
  code.get(at).get(end).op("i32.lt_u");
  code.if(
    () => {
      code.get(out).get(block).op("i32.sub").set(length);
      emitReallocate(given, { align: 2, bytes: () => code.get(units).i32(1).op("i32.shl") });
      emitInflate(given);
      storeRest();
      code.get(length).i32(1).op("i32.shr_u").i32(utf16Tag).op("i32.or").set(length);
    },
    () => emitShrink(given, 2),
  );
}

/** From the end, so that nothing is overwritten before it was read. `out` is behind it afterwards. */
function emitInflate({ code, target: memory, block, out, length, char }: Transcoding): void {
  code.get(block).get(length).i32(1).op("i32.shl", "i32.add").set(out);
  const left = char;
  code.get(length).set(left);
  code.block(() => {
    code.loop(() => {
      code.get(left).op("i32.eqz").branchIf(1);
      emitAdvance(code, left, -1);
      code.get(block).get(left).i32(1).op("i32.shl", "i32.add");
      code.get(block).get(left).op("i32.add").at("i32.load8_u", { memory, offset: 0 });
      code.at("i32.store16", { memory, offset: 0 });
      code.branch(0);
    });
  });
}

/** The producer chose UTF-16: it is copied as that, and narrowed in place if it need not have been. */
export function emitStoreProbablyUtf16(given: Transcoding): void {
  const { code, source, target, pointer, units, at, end, block, out, size, length } = given;
  emitAllocate(given, { align: 2, bytes: () => code.get(units).i32(1).op("i32.shl") });
  emitCopyBytes(given, { to: block, from: pointer, bytes: size });
  code.get(pointer).set(at);
  emitWalk(given, {
    run: () => emitLatin1Run(given, source),
    step: () => {
      code.get(at).at("i32.load16_u", { memory: source, offset: 0 }).i32(0x100).op("i32.ge_u").branchIf(walk.exit);
      emitAdvance(code, at, 2);
      code.branch(walk.next);
    },
  });
  code.get(at).get(end).op("i32.lt_u");
  code.if(
    () => code.get(units).i32(utf16Tag).op("i32.or").set(length),
    () => {
      code.get(block).tee(at).tee(out).get(size).op("i32.add").set(end);
      emitNarrow(given, target);
      emitReallocate(given, { align: 1, bytes: () => code.get(units) });
      code.get(units).set(length);
    },
  );
}

/** UTF-16 from `at` to `out` as Latin-1, as long as that does. */
function emitNarrow(given: Transcoding, source: number): void {
  const { code, target: memory, at, out, char } = given;
  const load = (offset: number) => code.get(at).vectorAt("v128.load", { memory: source, offset });
  emitWalk(given, {
    run: () =>
      emitLatin1Run(given, source, () => {
        code.get(out);
        load(0);
        load(16);
        code.vector("i8x16.narrow_i16x8_u").vectorAt("v128.store", { memory, offset: 0 });
        emitAdvance(code, out, 16);
      }),
    step: () => {
      code.get(at).at("i32.load16_u", { memory: source, offset: 0 }).tee(char).i32(0x100).op("i32.ge_u");
      code.branchIf(walk.exit);
      code.get(out).get(char).at("i32.store8", { memory, offset: 0 });
      emitAdvance(code, out, 1);
      emitAdvance(code, at, 2);
      code.branch(walk.next);
    },
  });
}

/** Sixteen units of UTF-16 that are all Latin-1. */
function emitLatin1Run(given: Transcoding, ...[source, copy]: readonly [number, (() => void)?]): void {
  if (!given.hasVectors) return;
  const { code, at } = given;
  const load = (offset: number) => code.get(at).vectorAt("v128.load", { memory: source, offset });
  const isOver = () => {
    load(0);
    load(16);
    code.vector("v128.or").vectorOf(0xff00).vector("v128.and", "v128.any_true");
  };
  emitRun(given, { bytes: 32, isOver, ...(copy === undefined ? {} : { copy }) });
}

function emitAsciiRun(given: Transcoding): void {
  if (!given.hasVectors) return;
  const { code, source, target, at, out } = given;
  const load = () => code.get(at).vectorAt("v128.load", { memory: source, offset: 0 });
  emitRun(given, {
    bytes: 16,
    isOver: () => load().vector("i8x16.bitmask"),
    copy: () => {
      code.get(out);
      load().vectorAt("v128.store", { memory: target, offset: 0 });
      emitAdvance(code, out, 16);
    },
  });
}
