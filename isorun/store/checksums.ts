/**
 * Hashes of what is kept. By Bun's own functions where there are some: a program that reads one entry would wait for
 * `node:zlib` twice as long as for all the rest (docs/decisions/0008-metering.md).
 */
const isBun = "Bun" in globalThis;

/** SHA-256, in hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  if (isBun) return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(bytes).digest("hex");
}

/** As in gzip. */
export const crc32Of = (bytes: Uint8Array): number =>
  isBun ? Bun.hash.crc32(bytes) : process.getBuiltinModule("node:zlib").crc32(bytes);
