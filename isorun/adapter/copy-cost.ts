/**
 * What copying a value costs in fuel, where a budget counts it: between components (charge.ts), and between a component and
 * the host. It is paid before it is done, as bulk operations are. Not among the costs of rewritten code
 * (compile/fuel-cost.ts), nor of their version: that code is the same whatever this says, and is kept, while what does the
 * copying is made for each process.
 */

/**
 * Between components, strings, and lists that are copied at once, of at most so many bytes are paid for with the call. What
 * the host passes for nothing is more (call/message-edge.ts).
 */
export const freeCopyBytes = 128;

/**
 * Of each string that stands in a list, or in a value of more bytes, if it is written in another encoding: that takes up to
 * 350 ns before it costs anything else, and clocks are looked at by fuel.
 */
export const recodedCost = 16;

/** As bulk operations on memories: an instruction for each 2^3 bytes, rounded down. */
export const bytesPerInstructionLog2 = 3;
