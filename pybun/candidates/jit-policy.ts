/**
 * How soon the engine compiles what it runs.
 *
 * A resolution from memory takes some ten milliseconds and runs everything a few times. Machine code that is made
 * meanwhile comes too late, and on few processors the threads that make it take the time from the solver: a third of
 * the whole. As soon as a resolution turns out to be long, code is compiled as usual.
 */

/** Multiplies the thresholds of use from which code is compiled; beyond twenty nothing more is gained. */
const patience = 20;

/** For work that is expected to end before compiled code could help it. */
export const compileLater = (): void => Bun.unsafe.setJITPolicy(patience);

/** The engine's own thresholds. */
export const compileAsUsual = (): void => Bun.unsafe.setJITPolicy(1);
