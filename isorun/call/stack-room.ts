/**
 * Whether the native stack has room for what must not be left half done. Engines look for room where a function begins,
 * for all that it could ever need: for the arguments of a call that is never made, too. So a frame that is large and does
 * nothing tells, in some nanoseconds, before anything is touched, that what follows at this depth will not overflow.
 */

import { BudgetExhausted } from "../errors/errors.ts";

/** In words of 8 bytes. To end a call takes a third of it, in engines that interpret. */
const endWords = 512;
/** Whoever asked for this much at the beginning of a call has room enough for its end, at the same depth or one near it. */
const callWords = 2 * endWords;

/** @throws RangeError, as each call does where the stack is full */
type Probe = () => void;

function probeOf(words: number): Probe {
  const given = Array.from({ length: words }, () => "never").join(",");
  // oxlint-disable-next-line no-implied-eval
  return new Function("never", `if (never !== undefined) never(${given});`) as Probe; // the text says so
}

/** Asked before a call begins. @throws RangeError */
export const requireRoom = probeOf(callWords);

/** Asked before a call is ended. @throws RangeError */
export const requireRoomToEnd = probeOf(endWords);

/** What a guest meets that calls itself without end, if nothing counts its calls. */
export const stackExhausted = (): BudgetExhausted =>
  new BudgetExhausted({ field: "maxCallDepth", limit: Infinity, used: Infinity });

/** Asked before a guest's call of the host takes something from it that must come to somebody. @throws BudgetExhausted */
export function requireRoomForGuest(): void {
  try {
    requireRoom();
  } catch {
    throw stackExhausted();
  }
}
