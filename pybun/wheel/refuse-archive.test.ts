import { expect, test } from "bun:test";
import { deflateRawSync } from "node:zlib";
import { buildArchive, type EntrySpec, pack } from "./testing/archive-builder.ts";
import { refusal } from "./testing/refusal.ts";
import { buildWheel, demoModule } from "./testing/wheel-builder.ts";

const withModule = (change: Partial<EntrySpec>): Buffer => buildWheel({ entries: [{ ...demoModule, ...change }] });
const extra = (id: number, data: Uint8Array): Buffer => Buffer.concat([pack([2, id], [2, data.length]), data]);
const evil: EntrySpec = { name: "demo/evil.py", data: "evil = 1\n" };
const whole = buildWheel();
const endRecord = whole.subarray(whole.length - 22);

test("the archive that all others differ from is accepted", async () => {
  expect(await refusal(whole)).toBe("accepted");
});

const cases: readonly (readonly [string, string, Uint8Array])[] = [
  ["an empty file", "E_WHEEL_NOT_ZIP", new Uint8Array()],
  ["a page of HTML", "E_WHEEL_NOT_ZIP", Buffer.from("<html><body>404 Not Found</body></html>")],
  ["a truncated archive", "E_WHEEL_NOT_ZIP", whole.subarray(0, whole.length - 30)],
  [
    "a comment that is cut off",
    "E_WHEEL_NOT_ZIP",
    buildWheel({ end: { comment: Buffer.from("abc") } }).subarray(0, -1),
  ],
  ["leading data", "E_WHEEL_ZIP_LEADING", buildWheel({ end: { leading: Buffer.from("#!/bin/sh\n") } })],
  ["an archive in front, offsets as before", "E_WHEEL_ZIP_COUNT", Buffer.concat([whole, whole])],
  ["trailing data", "E_WHEEL_ZIP_TRAILING", Buffer.concat([whole, Buffer.from("x")])],
  ["a trailing zero", "E_WHEEL_ZIP_TRAILING", Buffer.concat([whole, Buffer.alloc(1)])],
  [
    "a second end record in the comment",
    "E_WHEEL_ZIP_TWO_ENDS",
    buildWheel({ end: { comment: Buffer.from(endRecord) } }),
  ],
  [
    "an end record's signature in the comment",
    "E_WHEEL_ZIP_TWO_ENDS",
    buildWheel({ end: { comment: Buffer.from("PK\x05\x06") } }),
  ],
  ["a smaller count", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { count: 2 } })],
  ["a larger count", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { count: 9 } })],
  ["a count of zero", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { count: 0, directorySize: 0 } })],
  ["another directory size", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { directorySize: 46 } })],
  ["another directory offset", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { directoryOffset: 0 } })],
  ["a split archive", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { disk: 1 } })],
  [
    "bytes behind the directory",
    "E_WHEEL_ZIP_COUNT",
    buildWheel({ end: { behindDirectory: Buffer.from("PK\x05\x05ab") } }),
  ],
  ["two end records of different opinion", "E_WHEEL_ZIP_COUNT", buildWheel({ end: { zip64: true, count: 1 } })],
  [
    "a zip64 locator that points elsewhere",
    "E_WHEEL_ZIP_RECORD",
    buildWheel({ end: { zip64: true, end64: { locatorOffset: 0 } } }),
  ],
  [
    "a zip64 end record with a sector",
    "E_WHEEL_ZIP_RECORD",
    buildWheel({ end: { zip64: true, end64: { recordSize: 60 } } }),
  ],
  [
    "a zip64 end record with another count",
    "E_WHEEL_ZIP_COUNT",
    buildWheel({ end: { zip64: true, end64: { count: 3 } } }),
  ],
  [
    "an offset that leads to no local header",
    "E_WHEEL_ZIP_RECORD",
    buildArchive([{ ...evil, raw: Buffer.alloc(90), central: { offset: 0 }, gap: Buffer.alloc(0) }]).fill(0, 0, 4),
  ],
  ["an extra field that is cut off", "E_WHEEL_ZIP_RECORD", withModule({ central: { extra: pack([2, 1], [2, 9]) } })],
  ["stray bytes in an extra field", "E_WHEEL_ZIP_RECORD", withModule({ central: { extra: Buffer.from("abc") } })],
  [
    "two zip64 records",
    "E_WHEEL_ZIP_RECORD",
    withModule({ central: { extra: Buffer.concat([extra(1, pack([8, 1])), extra(1, pack([8, 2]))]) } }),
  ],
  [
    "a zip64 record that is too short",
    "E_WHEEL_ZIP_RECORD",
    withModule({ central: { size: 0xffffffff, extra: extra(1, pack([4, 1])) } }),
  ],
  ["an entry on another disk", "E_WHEEL_ZIP_RECORD", withModule({ central: { disk: 1 } })],
  ["a hidden entry", "E_WHEEL_ZIP_HIDDEN", buildWheel({ entries: [demoModule, { ...evil, hidden: true }] })],
  ["bytes between entries", "E_WHEEL_ZIP_HIDDEN", withModule({ gap: Buffer.from("hidden") })],
  ["a hidden first entry", "E_WHEEL_ZIP_LEADING", buildWheel({ entries: [{ ...evil, hidden: true }, demoModule] })],
  [
    "two entries that share bytes",
    "E_WHEEL_ZIP_OVERLAP",
    buildWheel({ entries: [demoModule, { ...demoModule, name: "demo/other.py", phantom: true }] }),
  ],
  [
    "an entry that reaches into the directory",
    "E_WHEEL_ZIP_OVERLAP",
    buildArchive([{ ...evil, central: { compressedSize: 60 } }]),
  ],
  ["another name", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { name: "demo/__innit_.py" } })],
  ["another size", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { size: 9 } })],
  ["another CRC in the local header", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { crc: 1 } })],
  ["another compressed size", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { compressedSize: 1 } })],
  ["another method", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { method: 0 } })],
  ["other flags", "E_WHEEL_ZIP_MISMATCH", withModule({ local: { flags: 8 } })],
  [
    "a second name in a Unicode path record",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ central: { extra: extra(0x7075, Buffer.from("\x01....evil.py")) } }),
  ],
  [
    "a second name in the local header",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ local: { extra: extra(0x7075, Buffer.from("\x01....evil.py")) } }),
  ],
  [
    "a descriptor with another CRC",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ descriptor: "signed", descriptorLies: { crc: 7 } }),
  ],
  [
    "a descriptor with another size",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ descriptor: "unsigned", descriptorLies: { size: 7 } }),
  ],
  [
    "a descriptor with another compressed size",
    "E_WHEEL_ZIP_MISMATCH",
    withModule({ descriptor: "signed64", descriptorLies: { compressedSize: 7 } }),
  ],
  ["a descriptor that is announced but missing", "E_WHEEL_ZIP_MISMATCH", withModule({ flags: 8 })],
  ["bytes behind a descriptor", "E_WHEEL_ZIP_MISMATCH", withModule({ descriptor: "signed", gap: Buffer.from("x") })],
  ["a duplicate", "E_WHEEL_ZIP_DUPLICATE", buildWheel({ entries: [demoModule, demoModule] })],
  ["an encrypted entry", "E_WHEEL_ZIP_ENCRYPTED", withModule({ flags: 1 })],
  ["strong encryption", "E_WHEEL_ZIP_ENCRYPTED", withModule({ flags: 64 })],
  ["bzip2", "E_WHEEL_ZIP_UNSUPPORTED", withModule({ method: 12 })],
  ["zstandard", "E_WHEEL_ZIP_UNSUPPORTED", withModule({ method: 93 })],
  ["patched data", "E_WHEEL_ZIP_UNSUPPORTED", withModule({ flags: 32 })],
  ["a stream that is damaged", "E_WHEEL_DEFLATE", withModule({ raw: Buffer.from([0xff, 0xff, 0xff]) })],
  ["a stream that stops early", "E_WHEEL_DEFLATE", withModule({ raw: deflateRawSync("value = 1\n").subarray(0, 6) })],
  [
    "a stream that ends before its bytes do",
    "E_WHEEL_ENTRY_SIZE",
    withModule({ raw: Buffer.concat([deflateRawSync("value = 1\n"), Buffer.from("PK")]) }),
  ],
  [
    "a stream of more than it says",
    "E_WHEEL_ENTRY_SIZE",
    withModule({ raw: deflateRawSync("value = 1\n".repeat(9000)) }),
  ],
  ["a stream of less than it says", "E_WHEEL_ENTRY_SIZE", withModule({ raw: deflateRawSync("v") })],
  [
    "a stored entry with two sizes",
    "E_WHEEL_ENTRY_SIZE",
    withModule({ method: 0, local: { size: 4 }, central: { size: 4 } }),
  ],
  ["a wrong CRC", "E_WHEEL_CRC", withModule({ local: { crc: 5 }, central: { crc: 5 } })],
  ["a wrong CRC of a stored entry", "E_WHEEL_CRC", withModule({ method: 0, local: { crc: 5 }, central: { crc: 5 } })],
  ["a bomb by ratio", "E_WHEEL_BOMB", withModule({ data: Buffer.alloc(140 * 1024 * 1024) })],
  [
    "a bomb by size",
    "E_WHEEL_BOMB",
    withModule({
      zip64: true,
      central: { extra: extra(1, pack([8, 2 ** 40], [8, 12], [8, 0])) },
      local: { extra: extra(1, pack([8, 2 ** 40], [8, 12])) },
    }),
  ],
];

for (const [name, code, bytes] of cases) {
  test(`refuses ${name}: ${code}`, async () => {
    expect(await refusal(bytes)).toBe(code);
  });
}
