/** Where all chance comes from: a case is nothing but its seed. */
import { type Random, randomFrom } from "../../isorun/compile/testing/random.ts";

export { type Random, randomFrom };

/** One of them; there must be one. */
export function pick<T>(random: Random, from: readonly T[]): T {
  const index = random(from.length);
  if (index >= from.length) throw new Error("there is nothing to pick from");
  return from[index] as T; // the index is within the list
}

export const chance = (random: Random, oneIn: number): boolean => random(oneIn) === 0;

/** So many of what is made. */
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

/** Bits that are as good as any, with those among them that programs get wrong. */
export function randomBits(random: Random): number {
  const wild = [0, 1, 0x7f, 0xff, 0xffff, 0x1_0000, 0xd800, 0xdfff, 0x10_ffff, 0x11_0000, 0x7fff_ffff, 0x8000_0000];
  const kind = random(6);
  if (kind === 0) return pick(random, wild);
  if (kind === 1) return 0xffff_ffff - random(16);
  if (kind === 2) return 0x1_0000 - random(32);
  if (kind === 3) return random(0xffff_ffff);
  return random(kind === 4 ? 8 : 2048);
}

/** A seed for the case of this number: neighbours have nothing in common. */
export function seedOf(base: number, index: number): number {
  let mixed = (Math.imul(base, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca77)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
