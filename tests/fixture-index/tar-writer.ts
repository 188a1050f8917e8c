/** Writes ustar archives for tests. */

export interface TarEntry {
  readonly path: string;
  readonly data: string | Uint8Array;
}

const blockBytes = 512;

export function writeTar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ path, data }) => {
    const bytes = Buffer.from(data);
    return [header(path, bytes.length), bytes, Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

/** POSIX.1-1988 ustar header: a regular file of root, mode 644, time 0. */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  block.write(path, 0, 100, "utf8");
  block.write("0000644\0", 100, "latin1");
  block.write("0000000\0", 108, "latin1");
  block.write("0000000\0", 116, "latin1");
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("00000000000\0", 136, "latin1");
  block.write("        0", 148, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
