import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { crc32Of, sha256Of } from "./checksums.ts";

// What entries of the store have been sealed with from the first version on.
test.each([0, 1, 4097])("the sums of %d bytes are those of zlib and OpenSSL, wherever they begin", (length) => {
  const buffer = Uint8Array.from({ length: length + 3 }, (_, place) => place * 7);
  const bytes = buffer.subarray(3);
  expect(crc32Of(bytes)).toBe(crc32(bytes));
  expect(crc32Of(bytes, crc32Of(buffer))).toBe(crc32(bytes, crc32(buffer)));
  expect(sha256Of(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
});
