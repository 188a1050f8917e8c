/**
 * Why an adapter traps. It cannot throw: a guest could catch that. It tells the host a number, and executes
 * `unreachable`, which no guest can catch; the host finds the number when the trap comes out.
 */
export const trapReasons = [
  "cannot leave component instance",
  "cannot enter component instance",
  "wasm trap: string content out-of-bounds",
  "wasm trap: list content out-of-bounds",
  "wasm trap: unaligned pointer",
  "invalid `char` bit pattern",
  "invalid variant discriminant",
  "invalid utf-8 sequence",
  "incomplete utf-8 byte sequence",
  "unpaired surrogate found in a utf-16 string",
  "an exception of core code was not caught",
  "cannot block: a frame of JavaScript is in the way",
  // Whoever was asked for fuel has left the reason: it is spent, time is over, or somebody interrupts.
  "a copy may not go on",
] as const;

export type TrapReason = (typeof trapReasons)[number];

export const reasonCode = (reason: TrapReason): number => trapReasons.indexOf(reason);
