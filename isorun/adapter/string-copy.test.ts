/** Strings through every pair of encodings, with vectors and without: as JavaScript and the specification have it. */
import { describe, expect, test } from "bun:test";
import type { StringEncoding } from "../decode/ast.ts";
import { type Outcome, stringCopier } from "./testing/run-string-copy.ts";
import { encodeAs, isLatin1, type SourceForm, storeString } from "./testing/store-string.ts";
import { hasVectors } from "./vectors.ts";

/** More on demand: one takes about 0.2 ms. */
const seedCount = Number(process.env["ISORUN_SEEDS"] ?? 300);

const forms: readonly SourceForm[] = ["utf8", "utf16", "latin1", "tagged-utf16"];
const encodings: readonly StringEncoding[] = ["utf8", "utf16", "latin1-utf16"];
const encodingOf = (form: SourceForm): StringEncoding =>
  form === "latin1" || form === "tagged-utf16" ? "latin1-utf16" : form;

const ways = hasVectors ? [true, false] : [false];
const pairs = ways.flatMap((vectors) => forms.flatMap((from) => encodings.map((to) => ({ from, to, vectors }))));

/** A generator that is the same everywhere (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof randomFrom>;

const plain = (random: Random): number => random(0x80);
const latin = (random: Random): number => random(0x100);
const edges = [0x00, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x10000, 0x10ffff];
const anyChar = (random: Random): number => {
  const kinds = [
    plain,
    latin,
    (next: Random) => next(0x800),
    (next: Random) => next(0xd800),
    (next: Random) => 0x10000 + next(0x100000),
  ];
  return random(4) === 0 ? (edges[random(edges.length)] ?? 0) : (kinds[random(kinds.length)]?.(random) ?? 0);
};

/** Runs of one kind with something else between, as the loops over blocks begin and end by that. */
function randomText(random: Random, most: (random: Random) => number): string {
  let text = "";
  for (let runs = random(4); runs >= 0; runs -= 1) {
    const kind = random(3) === 0 ? most : plain;
    for (let length = random(3) === 0 ? random(90) : random(20); length > 0; length -= 1) {
      text += String.fromCodePoint(kind(random));
    }
  }
  return text;
}

describe.each(pairs)("$from to $to, vectors: $vectors", ({ from, to, vectors }) => {
  const copier = stringCopier({ from: encodingOf(from), to, hasVectors: vectors });

  test("the same text, by the specification's allocations", () => {
    for (let seed = 1; seed <= seedCount; seed += 1) {
      const random = randomFrom(seed);
      const text = randomText(random, from === "latin1" || seed % 3 === 0 ? latin : anyChar);
      if (from === "latin1" && !isLatin1(text)) throw new Error("the generator made more than Latin-1");
      const { bytes, units } = encodeAs(text, from);
      expect([seed, copier.copy(bytes, units)]).toEqual([seed, { kind: "copied", ...storeString(text, { from, to }) }]);
    }
  });

  test("each length up to more than a few blocks", () => {
    for (let length = 0; length <= 140; length += 1) {
      for (const last of ["", "é", "z"]) {
        const text = "abcdefghijklmnopqrstuvwxyz".repeat(6).slice(0, length) + last;
        const { bytes, units } = encodeAs(text, from);
        expect(copier.copy(bytes, units)).toEqual({ kind: "copied", ...storeString(text, { from, to }) });
      }
    }
  });

  test("pointers and lengths outside of the memory", () => {
    const [wide, tagOf] = [from === "utf16" || from === "tagged-utf16", from === "tagged-utf16" ? 0x8000_0000 : 0];
    const outside: readonly (readonly [number, number])[] = [
      [65_536, 1],
      [65_534, wide ? 2 : 3],
      [0xffff_fffe, 1],
      [0xffff_fffe, wide ? 1 : 2],
      [0, 0x7fff_ffff],
      [0, wide ? 0x800_0000 : 0x1000_0000],
      [0xffff_fffe, 0x7fff_ffff],
    ];
    const outcomes = outside.map(([pointer, units]) => copier.copyFrom(pointer | 0, units + tagOf));
    const trapped: Outcome = { kind: "trapped", reason: "wasm trap: string content out-of-bounds", calls: [] };
    expect(outcomes).toEqual(outside.map(() => trapped));
    expect(copier.copyFrom(65_536, tagOf)).toMatchObject({ kind: "copied", bytes: new Uint8Array() });
    if (from === "utf8") return;
    expect(copier.copyFrom(0xffff_ffff | 0, 1 + tagOf)).toEqual({ ...trapped, reason: "wasm trap: unaligned pointer" });
  });

  test("an allocator that answers with what cannot be", () => {
    const { bytes, units } = encodeAs("abc", from);
    const answering = (at: number) =>
      stringCopier({ from: encodingOf(from), to, hasVectors: vectors }, () => at).copy(bytes, units);
    const outcome = (at: number) => {
      const answer = answering(at);
      return answer.kind === "trapped" ? answer.reason : answer.kind;
    };
    const outOfBounds = "wasm trap: string content out-of-bounds";
    expect([65_536, 0xffff_fffe, 65_534].map(outcome)).toEqual([outOfBounds, outOfBounds, outOfBounds]);
    expect(outcome(65_525)).toBe(to === "utf8" ? "copied" : "wasm trap: unaligned pointer");
  });
});

describe.each(encodings.flatMap((to) => ways.map((vectors) => ({ to, vectors }))))(
  "into $to, vectors: $vectors",
  ({ to, vectors }) => {
    test("bytes that may be UTF-8 or not: as TextDecoder, and nothing is allocated for what is not", () => {
      const copier = stringCopier({ from: "utf8", to, hasVectors: vectors });
      const judged = { valid: 0, invalid: 0, incomplete: 0 };
      for (let seed = 1; seed <= seedCount * 4; seed += 1) {
        const bytes = nearlyUtf8(randomFrom(seed));
        const verdict = judgeUtf8(bytes);
        judged[verdict.kind] += 1;
        const expected: Outcome =
          verdict.kind === "valid"
            ? { kind: "copied", ...storeString(verdict.text, { from: "utf8", to }) }
            : { kind: "trapped", reason: wordsOf[verdict.kind], calls: [] };
        expect([seed, copier.copy(bytes, bytes.length)]).toEqual([seed, expected]);
      }
      expect(Math.min(judged.valid, judged.invalid, judged.incomplete)).toBeGreaterThan(seedCount / 20);
    });

    test("every first byte with the edges of what may follow, whole and cut", () => {
      const copier = stringCopier({ from: "utf8", to, hasVectors: vectors });
      const follow = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
      for (let lead = 0x80; lead <= 0xff; lead += 1) {
        for (const second of follow) {
          for (const third of [0x7f, 0x80, 0xbf, 0xc0]) {
            for (const length of [1, 2, 3, 4, 6, 9]) {
              const tail = length > 6 ? [0x61, 0x62, 0x63, 0x64, 0x65, 0x66] : [0x80, 0x61, 0x62];
              const bytes = Uint8Array.from([lead, second, third, ...tail].slice(0, length));
              const verdict = judgeUtf8(bytes);
              const { kind } = copier.copy(bytes, bytes.length);
              expect([bytes, kind]).toEqual([bytes, verdict.kind === "valid" ? "copied" : "trapped"]);
            }
          }
        }
      }
    });

    test("units that may be UTF-16 or not", () => {
      const copier = stringCopier({ from: "utf16", to, hasVectors: vectors });
      const judged = { paired: 0, unpaired: 0 };
      for (let seed = 1; seed <= seedCount * 2; seed += 1) {
        const random = randomFrom(seed);
        const surrogates = [0xd83c, 0xdf70, 0xdc00, 0xdbff, 0xdfff];
        const unit = () => (random(20) === 0 ? (surrogates[random(5)] ?? 0) : random(0xd800));
        const text = String.fromCharCode(...Array.from({ length: random(40) }, unit));
        judged[text.isWellFormed() ? "paired" : "unpaired"] += 1;
        const { bytes, units } = encodeAs(text, "utf16");
        const expected: Outcome = text.isWellFormed()
          ? { kind: "copied", ...storeString(text, { from: "utf16", to }) }
          : { kind: "trapped", reason: "unpaired surrogate found in a utf-16 string", calls: [] };
        expect([seed, copier.copy(bytes, units)]).toEqual([seed, expected]);
      }
      expect(Math.min(judged.paired, judged.unpaired)).toBeGreaterThan(seedCount / 20);
    });
  },
);

const wordsOf = { invalid: "invalid utf-8 sequence", incomplete: "incomplete utf-8 byte sequence" } as const;

/** A text with some bytes changed, cut or put in: overlong forms, surrogates and what begins them among them. */
function nearlyUtf8(random: Random): Uint8Array {
  const bytes = [...new TextEncoder().encode(randomText(random, anyChar))];
  const hostile = [0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0, 0x9f, 0xa0, 0xed, 0xef, 0xf0, 0x8f, 0x90, 0xf4, 0xf5, 0xff];
  for (let count = random(3); count > 0; count -= 1) {
    bytes.splice(random(bytes.length + 1), random(3), hostile[random(hostile.length)] ?? 0);
  }
  return Uint8Array.from(random(3) === 0 ? bytes.slice(0, random(bytes.length + 1)) : bytes);
}

type Verdict = { readonly kind: "valid"; readonly text: string } | { readonly kind: "invalid" | "incomplete" };

function judgeUtf8(bytes: Uint8Array): Verdict {
  const decode = (stream: boolean): string | undefined => {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream });
    } catch {
      // The decoder's only complaint: this is not UTF-8.
      return undefined;
    }
  };
  const text = decode(false);
  if (text !== undefined) return { kind: "valid", text };
  return { kind: decode(true) === undefined ? "invalid" : "incomplete" };
}
