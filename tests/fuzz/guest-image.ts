/** What a guest is told to do in one case: its memory, first as it should be, then broken here and there. */
import type { Encoding, Signature } from "./component-builder.ts";
import { answerCount, answers, flags, flatSignature, places } from "./guest.ts";
import { chance, pick, type Random, randomBits } from "./random.ts";
import { NoRoom, ValueStore } from "./stored-values.ts";

const imageBytes = 0x2000;

export class GuestImage {
  readonly bytes = new Uint8Array(imageBytes);
  readonly view = new DataView(this.bytes.buffer);
  readonly store: ValueStore;
  /** Nothing was broken: what comes out is known. */
  isHonest = true;

  constructor(encoding: Encoding) {
    this.store = new ValueStore(this.bytes, { encoding, from: places.data });
    this.view.setUint32(places.next, places.heap, true);
  }

  slot(index: number, bits: bigint): void {
    this.view.setBigUint64(places.slots + index * 8, BigInt.asUintN(64, bits), true);
  }

  /** The value that the callee's function returns: flat, or a pointer to it. */
  setResult({ result, params }: Signature, value: unknown): void {
    if (result === undefined) return;
    const { hasResultPointer } = flatSignature({ params, result });
    const [bits = 0n] = hasResultPointer
      ? [BigInt(this.store.placeParts([result], [value]))]
      : this.store.flat(result, value);
    this.slot(0, bits);
  }

  /** The arguments that the caller calls with, and where it wants the result. */
  setArguments(signature: Signature, values: readonly unknown[]): void {
    const { hasParamPointer, params, hasResultPointer } = flatSignature(signature);
    const bits = hasParamPointer
      ? [BigInt(this.store.placeParts(signature.params, values))]
      : signature.params.flatMap((type, index) => this.store.flat(type, values[index]));
    for (const [index, each] of bits.entries()) this.slot(index, each);
    // Far from all else, and aligned for everything.
    if (hasResultPointer) this.slot(params.length, BigInt(places.heap - 0x2000));
  }

  /** Breaks it, or leaves it as it is. */
  disturb(random: Random): void {
    if (chance(random, 3)) return;
    this.isHonest = false;
    for (let count = 1 + random(3); count > 0; count -= 1) pick(random, disturbances)(this, random);
  }

  /** Each word that is not zero, with its address. */
  *words(): Generator<readonly [number, bigint]> {
    for (let at = 0; at < this.store.end; at += 8) {
      const word = this.view.getBigUint64(at, true);
      if (word !== 0n) yield [at, word];
    }
  }
}

type Disturbance = (image: GuestImage, random: Random) => void;

/** Somewhere in what the guest holds. */
const somewhere = (image: GuestImage, random: Random): number =>
  places.data + random(Math.max(4, image.store.end - places.data));

const disturbances: readonly Disturbance[] = [
  (image, random) => image.view.setUint32(somewhere(image, random) & ~3, randomBits(random), true),
  (image, random) => image.view.setUint32(somewhere(image, random) & ~3, randomBits(random), true),
  (image, random) => image.view.setUint8(somewhere(image, random), randomBits(random)),
  (image, random) => image.view.setUint8(somewhere(image, random), random(4)),
  (image, random) => {
    const at = somewhere(image, random);
    image.view.setUint8(at, image.view.getUint8(at) ^ (1 << random(8)));
  },
  (image, random) => image.slot(random(4), BigInt(randomBits(random))),
  (image, random) => image.slot(random(18), BigInt(randomBits(random)) * 0x1_0000_0001n),
  (image, random) => {
    const at = places.slots + 8 * random(4);
    image.view.setUint32(at, image.view.getUint32(at, true) + random(9) - 4, true);
  },
  (image, random) => image.view.setUint32(places.answers + 4 * random(4), randomBits(random), true),
  (image, random) => image.view.setUint32(places.answers + 4 * random(answerCount), randomBits(random), true),
  (image, random) => image.view.setUint32(places.answers + 4 * random(4), answers.rings, true),
  (image, random) => image.view.setUint32(places.answers + 4 * random(4), answers.grows, true),
  (image, random) => image.view.setUint32(places.next, 0x1_0000 - random(64), true),
  (image, random) => image.view.setUint32(places.flags, pick(random, Object.values(flags)), true),
];

/** A guest's memory with what `fill` puts there; undefined where it does not fit. */
export function imageOf(encoding: Encoding, fill: (image: GuestImage) => void): GuestImage | undefined {
  const image = new GuestImage(encoding);
  try {
    fill(image);
  } catch (error) {
    if (error instanceof NoRoom) return undefined;
    throw error;
  }
  return image;
}
