/** Values of a host that are checked, and named where they do not fit. */

export function integer(value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new TypeError(`expected an integer from ${least} to ${most}, found ${nameOf(value)}`);
}

export function bigInteger(value: unknown, least: bigint, most: bigint): bigint {
  if (typeof value === "bigint" && value >= least && value <= most) return value;
  throw new TypeError(`expected a bigint from ${least} to ${most}, found ${nameOf(value)}`);
}

const shownMax = 40;

export function nameOf(value: unknown): string {
  if (typeof value === "string") return `'${value.slice(0, shownMax)}'`;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return value === null ? "null" : typeof value;
}
