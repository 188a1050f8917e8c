/**
 * HalfSipHash-1-3 (Aumasson and Bernstein): a keyed hash of 32 bits, by operations on 32 bits. Who does not know the key
 * cannot make inputs whose hashes are the same.
 */

export interface HashKey {
  readonly first: number;
  readonly second: number;
}

export function randomHashKey(): HashKey {
  const [first = 0, second = 0] = crypto.getRandomValues(new Int32Array(2));
  return { first, second };
}

/** For each word of 32 bits, and at the end. */
const rounds = { compression: 1, finalization: 3 };

const wordBytes = 4;

/** As an integer of 32 bits, with its sign. */
export function halfSipHash(
  bytes: Uint8Array,
  { first, second }: HashKey,
  { compression, finalization } = rounds,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = Math.floor(bytes.length / wordBytes);
  let [a, b, c, d] = [first, second, first ^ 0x6c796765, second ^ 0x74656462];
  for (let index = 0; index <= words + 1; index += 1) {
    const isEnd = index > words;
    let word = 0;
    if (index < words) word = view.getInt32(index * wordBytes, true);
    else if (isEnd) c ^= 0xff;
    else word = lastWord(view);
    d ^= word;
    for (let round = isEnd ? finalization : compression; round > 0; round -= 1) {
      a = (a + b) | 0;
      b = rotate(b, 5) ^ a;
      a = rotate(a, 16);
      c = (c + d) | 0;
      d = rotate(d, 8) ^ c;
      a = (a + d) | 0;
      d = rotate(d, 7) ^ a;
      c = (c + b) | 0;
      b = rotate(b, 13) ^ c;
      c = rotate(c, 16);
    }
    a ^= word;
  }
  return b ^ d;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** The bytes behind the last whole word, and the length. */
function lastWord(view: DataView): number {
  let word = view.byteLength << 24;
  const rest = view.byteLength % wordBytes;
  for (let at = 0; at < rest; at += 1) word |= view.getUint8(view.byteLength - rest + at) << (8 * at);
  return word;
}
