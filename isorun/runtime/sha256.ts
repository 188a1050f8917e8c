/**
 * SHA-256 (FIPS 180-4) without waiting: what engines have on the web answers later, and a component's hash is wanted by
 * few who load one.
 */

/** The first 32 bits of the fractional parts of roots of the first primes (4.2.2, 5.3.3). */
const fraction = (root: number): number => ((root % 1) * 2 ** 32) | 0;

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let value = 2; primes.length < count; value += 1) {
    if (primes.every((prime) => value % prime !== 0)) primes.push(value);
  }
  return primes;
}

const blockBytes = 64;

interface Constants {
  readonly ofRounds: Int32Array;
  readonly ofState: Int32Array;
}

let known: Constants | undefined;

/** Made when they are first needed: where the platform hashes they never are. */
function constants(): Constants {
  if (known !== undefined) return known;
  const primes = firstPrimes(64);
  known = {
    ofRounds: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    ofState: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
  return known;
}

/** In hexadecimal: by what the platform has, which is ten times as fast, or by our own. */
export function hashOf(bytes: Uint8Array): string {
  const process = Reflect.get(globalThis, "process") as { getBuiltinModule?(name: string): unknown } | undefined;
  // The part of `node:crypto` that is used.
  const platform = process?.getBuiltinModule?.("node:crypto") as
    | { hash(algorithm: string, bytes: Uint8Array): string }
    | undefined;
  return platform?.hash("sha256", bytes) ?? sha256(bytes);
}

/** In hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  const { ofState, ofRounds } = constants();
  const state = ofState.slice();
  const schedule = new Int32Array(64);
  const whole = bytes.length - (bytes.length % blockBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < whole; at += blockBytes) compress(state, schedule, { view, at, ofRounds });
  const rest = paddedRest(bytes.subarray(whole), bytes.length);
  for (let at = 0; at < rest.byteLength; at += blockBytes) compress(state, schedule, { view: rest, at, ofRounds });
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** A one, zeros, and the length in bits (5.1.1). */
function paddedRest(rest: Uint8Array, length: number): DataView {
  const padded = new Uint8Array(rest.length + 9 > blockBytes ? 2 * blockBytes : blockBytes);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  return view;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

interface Block {
  readonly view: DataView;
  readonly at: number;
  readonly ofRounds: Int32Array;
}

/** One block (6.2.2). */
function compress(state: Int32Array, schedule: Int32Array, { view, at, ofRounds }: Block): void {
  for (let index = 0; index < 16; index += 1) schedule[index] = view.getInt32(at + index * 4);
  for (let index = 16; index < 64; index += 1) {
    const early = schedule[index - 15] ?? 0;
    const late = schedule[index - 2] ?? 0;
    const first = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const second = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule[index] = ((schedule[index - 16] ?? 0) + first + (schedule[index - 7] ?? 0) + second) | 0;
  }
  let [a = 0, b = 0, c = 0, d = 0] = state;
  let [e = 0, f = 0, g = 0, h = 0] = state.subarray(4);
  for (let index = 0; index < 64; index += 1) {
    const mixed = (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g));
    const first = (h + mixed + (ofRounds[index] ?? 0) + (schedule[index] ?? 0)) | 0;
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + word;
}
