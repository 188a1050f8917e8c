/**
 * The key stream of ChaCha20 in its first form (D. J. Bernstein, ChaCha, a variant of Salsa20: a counter of 64 bits from
 * 0, and a nonce of 64 bits). For the nonce 0 that is the key stream of RFC 8439.
 */

const blockWords = 16;
const blockBytes = 64;
const doubleRounds = 10;

/** "expand 32-byte k" */
const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

type Quarter = readonly [number, number, number, number];

/** The columns, then the diagonals. */
const quarters: readonly Quarter[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

export class KeyStream {
  readonly #state = new Uint32Array(blockWords);
  readonly #working = new Uint32Array(blockWords);
  readonly #block = new Uint8Array(blockBytes);
  readonly #view = new DataView(this.#block.buffer);
  #used = blockBytes;

  /** @param key 32 bytes */
  constructor(key: Uint8Array, nonce: number) {
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#state.set(constants, 0);
    for (let word = 0; word < 8; word += 1) this.#state[4 + word] = view.getUint32(word * 4, true);
    this.#state[14] = nonce;
  }

  /** The next so many bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#used === blockBytes) this.#nextBlock();
      const part = this.#block.subarray(this.#used, this.#used + length - at);
      bytes.set(part, at);
      at += part.length;
      this.#used += part.length;
    }
    return bytes;
  }

  #nextBlock(): void {
    const [state, working] = [this.#state, this.#working];
    working.set(state);
    for (let round = 0; round < doubleRounds; round += 1) {
      for (const quarter of quarters) quarterRound(working, quarter);
    }
    for (let word = 0; word < blockWords; word += 1) {
      this.#view.setUint32(word * 4, ((working[word] ?? 0) + (state[word] ?? 0)) >>> 0, true);
    }
    state[12] = (state[12] ?? 0) + 1;
    if (state[12] === 0) state[13] = (state[13] ?? 0) + 1;
    this.#used = 0;
  }
}

/** Without destructuring and inner loops: this is where the time goes. */
function quarterRound(words: Uint32Array, quarter: Quarter): void {
  let a = words[quarter[0]] ?? 0;
  let b = words[quarter[1]] ?? 0;
  let c = words[quarter[2]] ?? 0;
  let d = words[quarter[3]] ?? 0;
  a = (a + b) | 0;
  d = ((d ^ a) << 16) | ((d ^ a) >>> 16);
  c = (c + d) | 0;
  b = ((b ^ c) << 12) | ((b ^ c) >>> 20);
  a = (a + b) | 0;
  d = ((d ^ a) << 8) | ((d ^ a) >>> 24);
  c = (c + d) | 0;
  b = ((b ^ c) << 7) | ((b ^ c) >>> 25);
  words[quarter[0]] = a;
  words[quarter[1]] = b;
  words[quarter[2]] = c;
  words[quarter[3]] = d;
}
