/** Whether all surrogates of the source are pairs (Canonical ABI, Loading: strings trap else). */
import { emitAdvance, emitRun, emitWalk, type Transcoding, walk } from "./transcoding.ts";

type Source = Pick<Transcoding, "code" | "hasVectors" | "source" | "fail" | "at" | "end" | "char">;

/** From `at` to `end`, after which `at` is `end`. */
export function emitUtf16Validation(given: Source): void {
  const { code, source: memory, at, end, char } = given;
  const unpaired = given.fail("unpaired surrogate found in a utf-16 string");
  emitWalk(given, {
    run: () => emitRunWithoutSurrogates(given),
    step: () => {
      code.get(at).at("i32.load16_u", { memory, offset: 0 }).set(char);
      emitAdvance(code, at, 2);
      code.get(char).i32(0xf800).op("i32.and").i32(0xd800).op("i32.ne").branchIf(walk.tryRun);
      code.get(char).i32(0xdc00).op("i32.ge_u").if(unpaired);
      code.get(at).get(end).op("i32.ge_u").if(unpaired);
      code.get(at).at("i32.load16_u", { memory, offset: 0 }).i32(0xfc00).op("i32.and").i32(0xdc00).op("i32.ne");
      code.if(unpaired);
      emitAdvance(code, at, 2);
      code.branch(walk.next);
    },
  });
}

function emitRunWithoutSurrogates(given: Source): void {
  if (!given.hasVectors) return;
  const { code, source: memory, at } = given;
  const isSurrogate = (offset: number) => {
    code.get(at).vectorAt("v128.load", { memory, offset });
    code.vectorOf(0xf800).vector("v128.and").vectorOf(0xd800).vector("i16x8.eq");
  };
  emitRun(given, {
    bytes: 32,
    isOver: () => {
      isSurrogate(0);
      isSurrogate(16);
      code.vector("v128.or", "v128.any_true");
    },
  });
  emitRun(given, {
    bytes: 16,
    isOver: () => {
      isSurrogate(0);
      code.vector("v128.any_true");
    },
  });
}
