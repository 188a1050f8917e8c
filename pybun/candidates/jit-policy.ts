/**
 * How soon the engine compiles what it runs.
 *
 * A resolution from memory takes some ten milliseconds and runs everything a few times. Machine code that is made
 * meanwhile comes too late, and on few processors the threads that make it take the time from the solver: a third of
 * the whole. An installation takes longer, but its threads wait for downloads, or are busy in zlib, hashes and the
 * disk: compiling what little JavaScript runs between these took a tenth of its processor time. As soon as the solver
 * itself turns out to be long, code is compiled as usual.
 */

/** Multiplies the thresholds of use from which code is compiled. Beyond these nothing more was gained. */
const patience = { resolution: 20, installation: 200 } as const;

/** For work that is expected to end before compiled code could help it. The setting holds for all threads. */
export const compileLater = (work: keyof typeof patience): void => Bun.unsafe.setJITPolicy(patience[work]);

/** The engine's own thresholds. */
export const compileAsUsual = (): void => Bun.unsafe.setJITPolicy(1);
