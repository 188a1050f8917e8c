/** Whether the source is UTF-8 (Canonical ABI, Loading: strings trap else), and what is wrong with it if it is not. */
import type { CodeWriter, Local } from "./code-writer.ts";
import { emitAdvance, emitRun, emitWalk, type Transcoding, walk } from "./transcoding.ts";

type Source = Pick<Transcoding, "code" | "hasVectors" | "source" | "fail" | "at" | "end" | "char" | "scratch">;

const nonAscii = 0x8080_8080_8080_8080n;

/** From `at` to `end`, after which `at` is `end`. */
export function emitUtf8Validation(given: Source): void {
  const { code, source: memory, at, end, char } = given;
  const bounds = { least: code.local("i32"), most: code.local("i32"), rest: code.local("i32") };
  emitWalk(given, {
    run: () => emitAsciiRun(given),
    step: () => {
      code.get(at).at("i32.load8_u", { memory, offset: 0 }).tee(char).i32(0x80).op("i32.lt_u");
      code.if(() => {
        emitAdvance(code, at, 1);
        code.branch(walk.tryRun + 1);
      });
      // Four bytes at once, except at the end; what is not seen to be right is looked at byte by byte.
      code.get(end).get(at).op("i32.sub").i32(4).op("i32.ge_u");
      code.if(() => emitWholeSequence(given, walk.next + 1));
      emitSequence({ ...given, ...bounds });
      code.branch(walk.next);
    },
  });
}

function emitAsciiRun(given: Source): void {
  const { code, source: memory, at } = given;
  const load = (offset: number) => code.get(at).vectorAt("v128.load", { memory, offset });
  if (given.hasVectors) {
    const four = () => {
      for (const offset of [0, 16, 32, 48]) load(offset);
      code.vector("v128.or", "v128.or", "v128.or", "i8x16.bitmask");
    };
    emitRun(given, { bytes: 64, isOver: four });
    emitRun(given, { bytes: 16, isOver: () => load(0).vector("i8x16.bitmask") });
  }
  emitRun(given, {
    bytes: 8,
    isOver: () => {
      code.get(at).at("i64.load", { memory, offset: 0 }).i64(nonAscii).op("i64.and").i64(0).op("i64.ne");
    },
  });
}

/** Of a sequence, by its length: which bits are fixed, and what they are, the first byte being the lowest. */
const sequences = [
  { bytes: 2, fixed: 0xc0e0, value: 0x80c0 },
  { bytes: 3, fixed: 0xc0c0f0, value: 0x8080e0 },
  { bytes: 4, fixed: 0xc0c0c0f8, value: 0x808080f0 },
] as const;

/** Passes one sequence and branches, if it is a right one. */
function emitWholeSequence({ code, source: memory, at, scratch }: Source, next: number): void {
  code.get(at).at("i32.load", { memory, offset: 0 }).tee(scratch);
  // Two letters of two bytes: most alphabets but Latin have little else.
  code.i32(0xc0e0c0e0).op("i32.and").i32(0x80c080c0).op("i32.eq");
  code.if(() => {
    for (const lead of [0x1e, 0x1e_0000]) code.get(scratch).i32(lead).op("i32.and", "i32.eqz");
    code.op("i32.or", "i32.eqz").if(() => {
      emitAdvance(code, at, 4);
      code.branch(next + 2);
    });
  });
  for (const { bytes, fixed, value } of sequences) {
    code.get(scratch).i32(fixed).op("i32.and").i32(value).op("i32.eq");
    code.if(() => {
      emitIsShortest(code, scratch, bytes);
      code.if(() => {
        emitAdvance(code, at, bytes);
        code.branch(next + 2);
      });
    });
  }
}

/** Unicode 3.9, table 3-7: no overlong forms, no surrogates, nothing over U+10FFFF. Pushes whether it is so. */
function emitIsShortest(code: CodeWriter, word: Local, bytes: 2 | 3 | 4): void {
  if (bytes === 2) {
    code.get(word).i32(0x1e).op("i32.and");
  } else if (bytes === 3) {
    // The low half of the first byte, and the highest free bit of the second.
    code.get(word).i32(0x200f).op("i32.and").i32(0).op("i32.ne");
    code.get(word).i32(0x200f).op("i32.and").i32(0x200d).op("i32.ne", "i32.and");
  } else {
    // The five highest bits of the scalar value: planes 1 to 16.
    code.get(word).i32(7).op("i32.and").i32(2).op("i32.shl");
    code.get(word).i32(12).op("i32.shr_u").i32(3).op("i32.and", "i32.or");
    code.i32(1).op("i32.sub").i32(16).op("i32.lt_u");
  }
}

interface Sequence extends Source {
  /** What the next byte may be, and how many follow behind it. */
  readonly least: Local;
  readonly most: Local;
  readonly rest: Local;
}

function emitSequence(given: Sequence): void {
  const { code, at, least, most, rest } = given;
  emitAdvance(code, at, 1);
  emitLead(given);
  emitContinuation(given);
  code.i32(0x80).set(least).i32(0xbf).set(most);
  code.block(() => {
    code.loop(() => {
      code.get(rest).op("i32.eqz").branchIf(1);
      emitContinuation(given);
      emitAdvance(code, rest, -1);
      code.branch(0);
    });
  });
}

/** The first byte says how many follow, and what the next one may be. */
function emitLead({ code, char, least, most, rest, fail }: Sequence): void {
  const invalid = fail("invalid utf-8 sequence");
  const narrow = (lead: number, bound: Local, to: number): void => {
    code
      .get(char)
      .i32(lead)
      .op("i32.eq")
      .if(() => code.i32(to).set(bound));
  };
  code.get(char).i32(0xc2).op("i32.lt_u").if(invalid);
  code.get(char).i32(0xf4).op("i32.gt_u").if(invalid);
  code.i32(0x80).set(least).i32(0xbf).set(most);
  code.get(char).i32(0xe0).op("i32.ge_u").get(char).i32(0xf0).op("i32.ge_u", "i32.add").set(rest);
  narrow(0xe0, least, 0xa0);
  narrow(0xed, most, 0x9f);
  narrow(0xf0, least, 0x90);
  narrow(0xf4, most, 0x8f);
}

function emitContinuation({ code, source: memory, at, end, char, least, most, fail }: Sequence): void {
  code.get(at).get(end).op("i32.ge_u").if(fail("incomplete utf-8 byte sequence"));
  code.get(at).at("i32.load8_u", { memory, offset: 0 }).tee(char).get(least).op("i32.lt_u");
  code.get(char).get(most).op("i32.gt_u", "i32.or").if(fail("invalid utf-8 sequence"));
  emitAdvance(code, at, 1);
}
