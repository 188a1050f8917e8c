import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { openRawInflater, pieceBytes } from "./raw-inflater.ts";

const inflate = openRawInflater();

function run(input: readonly Uint8Array[]): { readonly data: Buffer; readonly used: number } {
  const pieces: Buffer[] = [];
  const inputBytes = input.reduce((sum, piece) => sum + piece.length, 0);
  const used = inflate({ input, inputBytes, take: (piece) => pieces.push(Buffer.from(piece)) });
  return { data: Buffer.concat(pieces), used };
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((to, index) => bytes.subarray(sorted[index], to));
}

test("gives back what was compressed, however the input is cut", () => {
  const data = fc.oneof(fc.uint8Array({ maxLength: 4000 }), fc.constant(Buffer.alloc(pieceBytes * 3 + 1, "abc")));
  fc.assert(
    fc.property(data, fc.array(fc.nat(), { maxLength: 5 }), fc.nat(9), (plain, places, level) => {
      const compressed = deflateRawSync(plain, { level });
      const result = run(cut(compressed, places));
      expect(result.data.equals(plain)).toBe(true);
      expect(result.used).toBe(compressed.length);
    }),
    { numRuns: 300 },
  );
});

test("fills its output to the brim without asking for more", () => {
  for (const size of [pieceBytes - 1, pieceBytes, pieceBytes + 1, pieceBytes * 2]) {
    const plain = randomBytes(size);
    expect(run([deflateRawSync(plain)]).data.equals(plain)).toBe(true);
  }
});

test("says where the stream ended", () => {
  const compressed = deflateRawSync("some text");
  expect(run([compressed, Buffer.from("behind"), Buffer.from("it")]).used).toBe(compressed.length);
  expect(run([Buffer.concat([compressed, Buffer.from("behind it")])]).used).toBe(compressed.length);
});

test("refuses a damaged, a cut and an empty stream, and works on afterwards", () => {
  const compressed = deflateRawSync(randomBytes(1000));
  const refused: readonly (readonly [string, Uint8Array])[] = [
    ["Z_DATA_ERROR", Buffer.alloc(100, 0xff)],
    ["Z_BUF_ERROR", compressed.subarray(0, 500)],
    ["Z_BUF_ERROR", Buffer.alloc(0)],
  ];
  for (const [code, input] of refused) {
    expect(() => run([input])).toThrow(expect.objectContaining({ name: "InflateError", code }));
    expect(run([deflateRawSync("whole")]).data.toString()).toBe("whole");
  }
});

test("passes on what the taker throws, and works on afterwards", () => {
  const input = [deflateRawSync("text")];
  const take = (): never => {
    throw new RangeError("enough");
  };
  expect(() => inflate({ input, inputBytes: 6, take })).toThrow(new RangeError("enough"));
  expect(run([deflateRawSync("whole")]).data.toString()).toBe("whole");
});
