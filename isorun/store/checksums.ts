/**
 * Hashes of what is kept. By Bun's own functions where there are some: of a first load from the store, 5 to 6 ms, a
 * program would wait for `node:zlib` another 6 to 11 (docs/decisions/0008-metering.md, The first load of a process).
 */
const isBun = "Bun" in globalThis;

/** SHA-256, in hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  if (isBun) return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** As in gzip. @param before the sum of what stands in front */
export const crc32Of = (bytes: Uint8Array, before = 0): number =>
  isBun ? Bun.hash.crc32(bytes, before) : process.getBuiltinModule("node:zlib").crc32(bytes, before);
