/** Amounts as people write them: `256MiB`, `1.5s`, `8`. */
import { type Fault, fault } from "../fault.ts";

export type AmountKind = "bytes" | "duration" | "count";

/** Decimal and binary units differ, and nobody guesses which one was meant: their spelling is exact. */
const units: Readonly<Record<AmountKind, ReadonlyMap<string, bigint>>> = {
  bytes: new Map([
    ["B", 1n],
    ["kB", 1_000n],
    ["MB", 1_000_000n],
    ["GB", 1_000_000_000n],
    ["TB", 1_000_000_000_000n],
    ["KiB", 1n << 10n],
    ["MiB", 1n << 20n],
    ["GiB", 1n << 30n],
    ["TiB", 1n << 40n],
  ]),
  duration: new Map([
    ["ms", 1n],
    ["s", 1_000n],
    ["m", 60_000n],
    ["h", 3_600_000n],
  ]),
  count: new Map(),
};

const example: Readonly<Record<AmountKind, string>> = { bytes: "256MiB", duration: "30s", count: "8" };

/**
 * Whole bytes, milliseconds or things, at most 2^53 - 1. What is less than one of them is cut off. A blank may stand
 * before the unit; sizes and durations without one are refused, since `--memory 512` could mean anything.
 */
export function parseAmount(text: string, kind: AmountKind): number | Fault {
  const [, whole, fraction = "", gap = "", unit = ""] = /^(\d+)(?:\.(\d+))?( ?)(.*)$/s.exec(text) ?? [];
  if (whole === undefined) return fault(`is no amount such as '${example[kind]}'`, 0, text.length);
  const unitAt = text.length - unit.length;
  if (kind === "count") {
    if (unit !== "" || gap !== "") return fault("has more than digits in it", whole.length, text.length);
    if (fraction !== "") return fault("is not a whole number", whole.length, unitAt);
  } else if (unit === "") {
    return fault(`has no unit (${[...units[kind].keys()].join(", ")})`, text.length, text.length + 1);
  }
  const factor = kind === "count" ? 1n : units[kind].get(unit);
  if (factor === undefined) return fault(unknownUnit(unit, kind), unitAt, text.length);
  return bounded(whole, { fraction, factor }) ?? fault("is too large", 0, text.length);
}

function unknownUnit(unit: string, kind: AmountKind): string {
  const known = [...units[kind].keys()];
  const meant = known.find((name) => name.toLowerCase() === unit.toLowerCase());
  return meant === undefined
    ? `has a unit that is none of ${known.join(", ")}`
    : `has a unit that is spelt '${meant}', and nothing else`;
}

/** More digits than this are too many whatever the unit; conversion of endless ones would take endless time. */
const digitsMax = 40;

function bounded(whole: string, { fraction, factor }: { fraction: string; factor: bigint }): number | undefined {
  const digits = whole.replace(/^0+(?=\d)/, "");
  if (digits.length > digitsMax) return undefined;
  const behind = fraction.slice(0, digitsMax);
  const amount = (BigInt(digits + behind) * factor) / 10n ** BigInt(behind.length);
  return amount > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(amount);
}
