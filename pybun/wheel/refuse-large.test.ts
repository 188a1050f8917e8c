import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { pieceBytes } from "./raw-inflater.ts";
import type { EntrySpec } from "./testing/archive-builder.ts";
import { refusal } from "./testing/refusal.ts";
import { buildWheel, demoModule } from "./testing/wheel-builder.ts";

// Several pieces of compressed input, and many of output.
const line = "a longer text that compresses ";
const data = Buffer.concat([randomBytes(pieceBytes * 3), Buffer.alloc(pieceBytes * 12, line), randomBytes(1000)]);
const large = (change: Partial<EntrySpec>) =>
  buildWheel({ entries: [demoModule, { name: "demo/big.bin", data, ...change }] });
const compressed = deflateRawSync(data);

const cases: readonly (readonly [string, string, Partial<EntrySpec>])[] = [
  ["a wrong CRC", "E_WHEEL_CRC", { local: { crc: 1 }, central: { crc: 1 } }],
  ["a damaged stream", "E_WHEEL_DEFLATE", { raw: Buffer.alloc(1000, 0xff) }],
  ["a stream that stops early", "E_WHEEL_DEFLATE", { raw: compressed.subarray(0, compressed.length >> 1) }],
  ["bytes behind the stream", "E_WHEEL_ENTRY_SIZE", { raw: Buffer.concat([compressed, Buffer.from("PK")]) }],
  ["more than it says", "E_WHEEL_ENTRY_SIZE", { raw: deflateRawSync(Buffer.concat([data, data])) }],
  ["less than it says", "E_WHEEL_ENTRY_SIZE", { raw: deflateRawSync(data.subarray(1)) }],
];

for (const [name, code, change] of cases) {
  test(`refuses a large file with ${name}: ${code}`, async () => {
    expect(await refusal(large(change))).toBe(code);
  }, 20_000);
}
