import { expect, test } from "bun:test";
import { type AmountKind, parseAmount } from "./amount.ts";

test.each<[AmountKind, string, number]>([
  ["bytes", "0B", 0],
  ["bytes", "512B", 512],
  ["bytes", "1kB", 1_000],
  ["bytes", "1KiB", 1_024],
  ["bytes", "256MiB", 268_435_456],
  ["bytes", "256 MiB", 268_435_456],
  ["bytes", "10MB", 10_000_000],
  ["bytes", "1.5GiB", 1_610_612_736],
  ["bytes", "1.1GiB", 1_181_116_006],
  ["bytes", "2TiB", 2_199_023_255_552],
  ["bytes", "1TB", 1_000_000_000_000],
  ["bytes", "0.1kB", 100],
  ["bytes", "000001B", 1],
  ["bytes", "9007199254740991B", Number.MAX_SAFE_INTEGER],
  ["duration", "100ms", 100],
  ["duration", "5s", 5_000],
  ["duration", "0.25s", 250],
  ["duration", "2m", 120_000],
  ["duration", "1.5h", 5_400_000],
  ["count", "8", 8],
  ["count", "0", 0],
])("%s '%s'", (kind, text, amount) => {
  expect(parseAmount(text, kind)).toBe(amount);
});

test.each<[AmountKind, string, string, number, number]>([
  ["bytes", "", "is no amount such as '256MiB'", 0, 0],
  ["bytes", "lots", "is no amount such as '256MiB'", 0, 4],
  ["bytes", "-1MiB", "is no amount such as '256MiB'", 0, 5],
  ["bytes", " 1MiB", "is no amount such as '256MiB'", 0, 5],
  ["bytes", "256", "has no unit (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)", 3, 4],
  ["bytes", "256mib", "has a unit that is spelt 'MiB', and nothing else", 3, 6],
  ["bytes", "256M", "has a unit that is none of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB", 3, 4],
  ["bytes", "1.MiB", "has a unit that is none of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB", 1, 5],
  ["bytes", "1  MiB", "has a unit that is none of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB", 2, 6],
  ["bytes", "9007199254740992B", "is too large", 0, 17],
  ["bytes", `${"9".repeat(50)}B`, "is too large", 0, 51],
  ["duration", "5S", "has a unit that is spelt 's', and nothing else", 1, 2],
  ["duration", "1m30s", "has a unit that is none of ms, s, m, h", 1, 5],
  ["count", "8.5", "is not a whole number", 1, 3],
  ["count", "8 of", "has more than digits in it", 1, 4],
  ["count", "1e6", "has more than digits in it", 1, 3],
])("%s '%s' is at fault", (kind, text, reason, start, end) => {
  expect(parseAmount(text, kind)).toEqual({ reason, start, end });
});
