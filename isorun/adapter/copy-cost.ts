/**
 * What copying a value costs in fuel, where a budget counts it: between components, and between a component and the host.
 * It is paid before it is done, as bulk operations are. Not among the costs of rewritten code (compile/fuel-cost.ts): that
 * code is the same whatever this says, and what does the copying is made for each process.
 */

/** Strings, and lists that are copied at once, of at most so many bytes are paid for with the call. */
export const freeCopyBytes = 128;

/** As bulk operations on memories: an instruction for each 2^3 bytes, rounded down. */
export const bytesPerInstructionLog2 = 3;

/** @param steps as many values as are copied one by one, or code units as are written in another encoding; 0 if none */
export const copyCost = (bytes: number, steps: number): number =>
  steps === 0 && bytes <= freeCopyBytes ? 0 : Math.max(Math.floor(bytes / 2 ** bytesPerInstructionLog2), steps);
