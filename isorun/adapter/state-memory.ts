/** Where generated code and the host find what they tell each other: one memory, which all instances of a runtime share. */

/** Of the state memory: bytes from the place of an instance. */
export const stateOffsets = {
  mayEnter: 0,
  mayLeave: 4,
  context: 8,
  holder: 16,
  /** What the call returned that its post-return will want: written together with the holder. */
  returned: 20,
  calls: 24,
  hasEnded: 32,
} as const;
/** Of the state of one instance; it has two slots of context storage, and counts calls in 64 bits. */
export const stateBytes = 40;
/** Where the host says that it found a reason to trap, or that the call has to wait. Who acts on it sets it to 0. */
export const pendingAddress = 0;
export const pendingKinds = { trap: 1, wait: 2 } as const;
/** Where the number of the call stands that runs: it becomes the holder of what it enters. */
export const runningAddress = 4;
/** Where the number of the call stands whose host function runs. */
export const inHostAddress = 8;
/** Whether somebody has to look when a call, or a host function, ends. */
export const dutyAddress = 12;
