/** Strings of other encodings as UTF-8 (Canonical ABI, `store_string_to_utf8`). The source has been validated. */
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

/** The bytes of a unit of the source: Latin-1, or UTF-16. */
type UnitBytes = 1 | 2;

/** At first one byte for each unit; where that does not do, as many as there can be, of which the rest is given back. */
export function emitStoreUtf8(given: Transcoding, unitBytes: UnitBytes): void {
  const { code, pointer, units, at, end, block, out, length } = given;
  emitAllocate(given, { align: 1, bytes: () => code.get(units) });
  code.get(pointer).set(at).get(block).set(out).get(units).set(length);
  emitWalk(given, {
    run: () => emitAsciiRun(given, unitBytes),
    step: () => {
      emitUnit(given, unitBytes);
      code.i32(0x80).op("i32.ge_u").branchIf(walk.exit);
      emitByte(given, unitBytes);
      code.branch(walk.next);
    },
  });
  code.get(at).get(end).op("i32.lt_u");
  code.if(() => {
    code.get(out).get(block).op("i32.sub").set(length);
    const worst = unitBytes === 1 ? 2 : 3;
    emitReallocate(given, { align: 1, bytes: () => code.get(units).i32(worst).op("i32.mul") });
    code.get(block).get(length).op("i32.add").set(out);
    emitRest(given, unitBytes);
    emitShrink(given, 1);
  });
}

function emitRest(given: Transcoding, unitBytes: UnitBytes): void {
  const { code, char } = given;
  emitWalk(given, {
    run: () => emitAsciiRun(given, unitBytes),
    step: () => {
      emitUnit(given, unitBytes);
      code.i32(0x80).op("i32.lt_u");
      code.if(() => {
        emitByte(given, unitBytes);
        code.branch(walk.tryRun + 1);
      });
      if (unitBytes === 2) {
        code.get(char).i32(0x800).op("i32.ge_u");
        code.if(() => emitWide(given, walk.next + 1));
      }
      emitTwoBytes(given);
      emitAdvance(code, given.at, unitBytes);
      code.branch(walk.next);
    },
  });
}

/** The unit at `at`, in `char` and on the stack. */
function emitUnit({ code, source: memory, at, char }: Transcoding, unitBytes: UnitBytes): void {
  code
    .get(at)
    .at(unitBytes === 1 ? "i32.load8_u" : "i32.load16_u", { memory, offset: 0 })
    .tee(char);
}

function emitByte({ code, target: memory, at, out, char }: Transcoding, unitBytes: UnitBytes): void {
  code.get(out).get(char).at("i32.store8", { memory, offset: 0 });
  emitAdvance(code, out, 1);
  emitAdvance(code, at, unitBytes);
}

function emitTwoBytes({ code, target: memory, out, char }: Transcoding): void {
  code.get(out);
  code.get(char).i32(6).op("i32.shr_u").i32(0xc0).op("i32.or");
  emitContinuation({ code, char }, 8);
  code.op("i32.or").at("i32.store16", { memory, offset: 0 });
  emitAdvance(code, out, 2);
}

/** Three bytes, or two surrogates as four. */
function emitWide(given: Transcoding, next: number): void {
  const { code, target: memory, at, out, char } = given;
  code.get(char).i32(0xf800).op("i32.and").i32(0xd800).op("i32.eq");
  code.if(() => {
    emitPair(given);
    code.branch(next + 1);
  });
  code.get(out);
  code.get(char).i32(12).op("i32.shr_u").i32(0xe0).op("i32.or");
  code.get(char).i32(6).op("i32.shr_u").i32(0x3f).op("i32.and").i32(0x80).op("i32.or").i32(8).op("i32.shl", "i32.or");
  code.at("i32.store16", { memory, offset: 0 });
  code.get(out);
  emitContinuation(given, 0);
  code.at("i32.store8", { memory, offset: 2 });
  emitAdvance(code, out, 3);
  emitAdvance(code, at, 2);
  code.branch(next);
}

/** What surrogates add to each other's bits: 0x10000 − (0xd800 << 10) − 0xdc00. */
const pairBase = 0x10000 - 0xd800 * 0x400 - 0xdc00;

function emitPair({ code, source, target: memory, at, out, char }: Transcoding): void {
  code.get(char).i32(10).op("i32.shl").get(at).at("i32.load16_u", { memory: source, offset: 2 });
  code.op("i32.add").i32(pairBase).op("i32.add").set(char);
  code.get(out);
  code.get(char).i32(18).op("i32.shr_u").i32(0xf0).op("i32.or");
  const middle = (bits: number, place: number) => {
    code.get(char).i32(bits).op("i32.shr_u").i32(0x3f).op("i32.and").i32(0x80).op("i32.or");
    code.i32(place).op("i32.shl", "i32.or");
  };
  middle(12, 8);
  middle(6, 16);
  emitContinuation({ code, char }, 24);
  code.op("i32.or").at("i32.store", { memory, offset: 0 });
  emitAdvance(code, out, 4);
  emitAdvance(code, at, 4);
}

/** Pushes the lowest six bits as a byte that follows, at a place in a word. */
function emitContinuation({ code, char }: Pick<Transcoding, "code" | "char">, place: number): void {
  code.get(char).i32(0x3f).op("i32.and").i32(0x80).op("i32.or");
  if (place > 0) code.i32(place).op("i32.shl");
}

function emitAsciiRun(given: Transcoding, unitBytes: UnitBytes): void {
  if (!given.hasVectors) return;
  const { code, source, target, at, out } = given;
  const load = (offset: number) => code.get(at).vectorAt("v128.load", { memory: source, offset });
  const isOver = () => {
    if (unitBytes === 1) return load(0).vector("i8x16.bitmask");
    load(0);
    load(16);
    return code.vector("v128.or").vectorOf(0xff80).vector("v128.and", "v128.any_true");
  };
  emitRun(given, {
    bytes: unitBytes * 16,
    isOver,
    copy: () => {
      code.get(out);
      load(0);
      if (unitBytes === 2) {
        load(16);
        code.vector("i8x16.narrow_i16x8_u");
      }
      code.vectorAt("v128.store", { memory: target, offset: 0 });
      emitAdvance(code, out, 16);
    },
  });
}
