/**
 * Decimal numbers as the nearest of 32 bits. By way of 64 bits they would be rounded twice: a number that lies just
 * beside the middle of two neighbours becomes that middle, and then goes to the even one, which may be the wrong one.
 */

/** Below this exponent the numbers of 32 bits lie no closer together. */
const exponentLeast = -126;
const fractionBits = 23;

/** The middle of two numbers of 32 bits has no more digits than that. */
const digitsMax = 200;

/** @param text a number as WAVE has them */
export function roundToF32(text: string): number {
  const double = Number(text);
  const size = Math.abs(double);
  const ulp = 2 ** (Math.max(exponentOf(size), exponentLeast) - fractionBits);
  const steps = size / ulp;
  if (steps % 1 !== 0.5) return Math.fround(double);
  const order = compareToMiddle(text, { steps, ulp });
  if (order === 0) return Math.fround(double);
  const nearest = (order < 0 ? Math.floor(steps) : Math.ceil(steps)) * ulp;
  return Math.fround(double < 0 ? -nearest : nearest);
}

const view = new DataView(new ArrayBuffer(8));

function exponentOf(size: number): number {
  view.setFloat64(0, size);
  return ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
}

interface Middle {
  /** A half, and so many whole ones. */
  readonly steps: number;
  /** A power of two. */
  readonly ulp: number;
}

/** Below 0 if the text, without its sign, is less than the middle. */
function compareToMiddle(text: string, { steps, ulp }: Middle): number {
  const { digits, exponent, isMore } = decimalOf(text);
  const halves = Math.log2(ulp) - 1;
  const decimal = digits * 10n ** BigInt(Math.max(exponent, 0)) * 2n ** BigInt(Math.max(-halves, 0));
  const middle = BigInt(steps * 2) * 2n ** BigInt(Math.max(halves, 0)) * 10n ** BigInt(Math.max(-exponent, 0));
  if (decimal === middle) return isMore ? 1 : 0;
  return decimal < middle ? -1 : 1;
}

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
  /** Digits that are not zero were left off. */
  readonly isMore: boolean;
}

function decimalOf(text: string): Decimal {
  const [mantissa = "", power = "0"] = text.replace(/^-/u, "").toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = (whole + fraction).replace(/^0+/u, "");
  return {
    digits: BigInt(all.slice(0, digitsMax)),
    exponent: Number(power) - fraction.length + Math.max(all.length - digitsMax, 0),
    isMore: /[1-9]/u.test(all.slice(digitsMax)),
  };
}
