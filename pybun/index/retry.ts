/** When to ask again, and how long to wait before (RFC 9110, section 10.2.3 for `Retry-After`). */
import type { Clock } from "./clock.ts";

export const attemptsMax = 4;

/** A server that asks for more patience than this is reported instead of waited for. */
export const retryAfterMsMax = 60_000;

/** Who wants many retries does not want to wait for hours between them. */
const ownDelayMsMax = 30_000;

/** A failed attempt that may be made again. */
export interface Retry {
  readonly kind: "retry";
  readonly retryAfter: string | null;
  /** What to throw when no further attempt is made. */
  readonly problem: (attempts: number) => Error;
}

/** Busy or passing troubles; every other status is an answer. */
export function isRetriedStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/**
 * Milliseconds to wait after attempt number `attempt` (from 1): the server's wish, or 250, 500, 1000 … 30,000 with up to
 * half of it again by chance. `undefined`: the server wants us to wait for too long.
 */
export function retryDelayMs(attempt: number, retryAfter: string | null, clock: Clock): number | undefined {
  const base = Math.min(250 * 2 ** (attempt - 1), ownDelayMsMax);
  const own = base + (clock.random() * base) / 2;
  const wish = retryAfter === null ? undefined : retryAfterMs(retryAfter, clock);
  if (wish === undefined) return own;
  return wish > retryAfterMsMax ? undefined : Math.max(wish, 0);
}

function retryAfterMs(text: string, clock: Clock): number | undefined {
  if (/^\s*\d+\s*$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - clock.nowMs();
}
