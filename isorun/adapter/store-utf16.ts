/** Strings of other encodings as UTF-16 (Canonical ABI, `store_utf8_to_utf16`). The source has been validated. */
import { emitAdvance, emitAllocate, emitRun, emitShrink, emitWalk, type Transcoding, walk } from "./transcoding.ts";

/** Two bytes for each, of which the rest is given back. */
export function emitStoreUtf16(given: Transcoding): void {
  const { code, pointer, units, at, block, out, length } = given;
  emitAllocate(given, { align: 2, bytes: () => code.get(units).i32(1).op("i32.shl") });
  code.get(pointer).set(at).get(block).set(out);
  emitUtf8AsUtf16(given);
  emitShrink(given, 2);
  code.get(length).i32(1).op("i32.shr_u").set(length);
}

/** From `at` to `end`, to `out`. */
export function emitUtf8AsUtf16(given: Transcoding): void {
  const { code, source: memory, at, char } = given;
  emitWalk(given, {
    run: () => emitWidenRun(given, "ascii"),
    step: () => {
      code.get(at).at("i32.load8_u", { memory, offset: 0 }).tee(char).i32(0x80).op("i32.lt_u");
      code.if(() => {
        emitWidened(given);
        code.branch(walk.tryRun + 1);
      });
      code.get(char).i32(0xe0).op("i32.lt_u");
      code.if(() => emitUnitOf(given, { bytes: 2, next: walk.next + 1 }));
      code.get(char).i32(0xf0).op("i32.lt_u");
      code.if(() => emitUnitOf(given, { bytes: 3, next: walk.next + 1 }));
      emitPairOf(given);
      code.branch(walk.next);
    },
  });
}

/** The scalar value of a sequence whose first byte is `char`, on the stack. */
export function emitScalarValue(
  { code, source: memory, at, char }: Pick<Transcoding, "code" | "source" | "at" | "char">,
  bytes: 2 | 3 | 4,
): void {
  code
    .get(char)
    .i32(0x7f >> bytes)
    .op("i32.and")
    .i32(6 * (bytes - 1))
    .op("i32.shl");
  for (let index = 1; index < bytes; index += 1) {
    code.get(at).at("i32.load8_u", { memory, offset: index }).i32(0x3f).op("i32.and");
    const place = 6 * (bytes - 1 - index);
    if (place > 0) code.i32(place).op("i32.shl");
    code.op("i32.or");
  }
}

function emitUnitOf(given: Transcoding, { bytes, next }: { readonly bytes: 2 | 3; readonly next: number }): void {
  const { code, target: memory, at, out } = given;
  code.get(out);
  emitScalarValue(given, bytes);
  code.at("i32.store16", { memory, offset: 0 });
  emitAdvance(code, out, 2);
  emitAdvance(code, at, bytes);
  code.branch(next);
}

/** A lead surrogate and a trail one, in one word. */
function emitPairOf(given: Transcoding): void {
  const { code, target: memory, at, out, char } = given;
  emitScalarValue(given, 4);
  code.i32(0x10000).op("i32.sub").set(char);
  code.get(out);
  code.get(char).i32(10).op("i32.shr_u").i32(0xd800).op("i32.or");
  code.get(char).i32(0x3ff).op("i32.and").i32(0xdc00).op("i32.or").i32(16).op("i32.shl", "i32.or");
  code.at("i32.store", { memory, offset: 0 });
  emitAdvance(code, out, 4);
  emitAdvance(code, at, 4);
}

/** Latin-1 is widened: how much it takes is known. */
export function emitStoreWidened(given: Transcoding): void {
  const { code, source: memory, pointer, units, at, block, out, length, char } = given;
  emitAllocate(given, { align: 2, bytes: () => code.get(units).i32(1).op("i32.shl") });
  code.get(pointer).set(at).get(block).set(out);
  emitWalk(given, {
    run: () => emitWidenRun(given, "latin1"),
    step: () => {
      code.get(at).at("i32.load8_u", { memory, offset: 0 }).set(char);
      emitWidened(given);
      code.branch(walk.next);
    },
  });
  code.get(units).set(length);
}

function emitWidened({ code, target: memory, at, out, char }: Transcoding): void {
  code.get(out).get(char).at("i32.store16", { memory, offset: 0 });
  emitAdvance(code, out, 2);
  emitAdvance(code, at, 1);
}

function emitWidenRun(given: Transcoding, of: "ascii" | "latin1"): void {
  if (!given.hasVectors) return;
  const { code, source, target, at, out } = given;
  const widen = (offset: 0 | 8) => {
    code.get(out).get(at).vectorAt("v128.load8x8_u", { memory: source, offset });
    code.vectorAt("v128.store", { memory: target, offset: offset * 2 });
  };
  emitRun(given, {
    bytes: 16,
    isOver: () => {
      if (of === "latin1") code.i32(0);
      else code.get(at).vectorAt("v128.load", { memory: source, offset: 0 }).vector("i8x16.bitmask");
    },
    copy: () => {
      widen(0);
      widen(8);
      emitAdvance(code, out, 32);
    },
  });
}
