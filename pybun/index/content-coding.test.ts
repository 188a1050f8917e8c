import { describe, expect, test } from "bun:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Body, openBody } from "./body.ts";
import { openWatchdog } from "./watchdog.ts";

const text = Buffer.from("left right ".repeat(50_000));
const rows = [
  ["gzip", gzipSync(text)],
  ["x-gzip", gzipSync(text)],
  ["GZIP", gzipSync(text)],
  ["br", brotliCompressSync(text)],
  ["zstd", zstdCompressSync(text)],
] as const;
const bytesMax = text.length;

function bodyOf(coding: string, bytes: Uint8Array): Body {
  const response = new Response(new Uint8Array(bytes), { headers: { "content-encoding": coding } });
  const limits = { url: "https://index/left/", timeoutMs: 10_000, watchdog: openWatchdog({ timeoutMs: 10_000 }) };
  return openBody(response, { ...limits, link: { isSlow: false }, abort: () => undefined });
}

async function inPieces(body: Body, ceiling: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of body.pieces(ceiling)) parts.push(piece);
  return Buffer.concat(parts);
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "read",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );

describe.each(rows)("a body in %s", (coding, bytes) => {
  test("is decoded, in one go and piece by piece", async () => {
    expect(text.equals(await bodyOf(coding, bytes).all(bytesMax))).toBeTrue();
    expect(text.equals(await inPieces(bodyOf(coding, bytes), bytesMax))).toBeTrue();
  });

  test("is larger than its ceiling when its decoded bytes are", async () => {
    expect(await codeOf(bodyOf(coding, bytes).all(bytesMax - 1))).toBe("E_INDEX_TOO_LARGE");
    expect(await codeOf(inPieces(bodyOf(coding, bytes), bytesMax - 1))).toBe("E_INDEX_TOO_LARGE");
  });

  test("that is cut off, or another thing, is a failure of its own", async () => {
    for (const wrong of [bytes.subarray(0, bytes.length >> 1), Buffer.from("<html>left</html>")]) {
      expect(await codeOf(bodyOf(coding, wrong).all(bytesMax))).toBe("ContentCoding");
      expect(await codeOf(inPieces(bodyOf(coding, wrong), bytesMax))).toBe("ContentCoding");
    }
  });
});

test("a body in a coding that nobody asked for comes as it is", async () => {
  expect(text.equals(await bodyOf("secret", text).all(bytesMax))).toBeTrue();
});
