/**
 * SIGINT, SIGTERM and SIGHUP while a command works.
 *
 * The first one aborts the command's signal, so that work stops between two steps and nothing half-made is published;
 * it gets a second to do so. The next one, or the end of that second, ends the process at once: everything that is
 * written is written beside its place and renamed, so even that leaves a whole store. Only such an end prints neither
 * envelope nor `command.finish`: who asks twice wants no more output. Where JavaScript computes and hears nothing, the
 * kernel ends the process within that second (signal-guard.ts): then nothing is said either, since nobody is left to say
 * it. Whoever started us sees an end by that signal.
 */
import { type Ending, heardSignals } from "./heard-signals.ts";
import { guardSignals } from "./signal-guard.ts";

/** 128 + the signal's number, as shells count. */
export const endingExitCode: Readonly<Record<Ending, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const graceMs = 1_000;

/** Thrown, or found as `signal.reason`, where a signal stopped the work. */
export class Interruption extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(`interrupted by ${ending}`);
    this.name = "Interruption";
    this.ending = ending;
  }
}

export interface SignalWatch {
  readonly signal: AbortSignal;
  /** Rejects with the interruption once the grace is over; never resolves. */
  readonly overdue: Promise<never>;
  readonly received: () => Ending | undefined;
  /** Hears a signal that has come while JavaScript computed, without a turn of the event loop. On Linux and macOS. */
  readonly look: () => void;
  /** Gives the signals back to their defaults. */
  readonly close: () => void;
}

export function watchSignals({ beforeExit }: { readonly beforeExit: () => void }): SignalWatch {
  const controller = new AbortController();
  const { promise: overdue, reject } = Promise.withResolvers<never>();
  overdue.catch(() => undefined); // Only those who race against it care.
  let received: Ending | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const handle = (ending: Ending): void => {
    if (received !== undefined) {
      beforeExit();
      process.exit(endingExitCode[ending]);
    }
    received = ending;
    const interruption = new Interruption(ending);
    controller.abort(interruption);
    timer = setTimeout(() => reject(interruption), graceMs);
  };
  const { look, stop } = listenGuarded(handle);
  const close = (): void => {
    clearTimeout(timer);
    stop();
  };
  return { signal: controller.signal, overdue, received: () => received, look, close };
}

export interface Listening {
  /** Calls `handle` now for a signal that has come and waits for a turn. */
  readonly look: () => void;
  /** Gives the signals back to their defaults. */
  readonly stop: () => void;
}

/**
 * Calls `handle` for each signal that is not ignored. Where it cannot be called for a second, and nobody looks, the
 * kernel ends the process.
 */
export function listenGuarded(handle: (ending: Ending) => void): Listening {
  const heard = heardSignals();
  const hear = (name: Ending, number: number): void => {
    guard.insist(number);
    handle(name);
  };
  const listeners = heard.map((name) => ({
    name,
    listener: (_: string, number: number): void => {
      if (!guard.isProbe(number)) hear(name, number);
    },
  }));
  for (const { name, listener } of listeners) process.on(name, listener);
  const { signals } = process.getBuiltinModule("node:os").constants;
  // At once, though opening the C library takes half a millisecond: a command may compute before its first turn.
  const guard = guardSignals(heard.map((name) => signals[name]));
  const look = (): void => {
    const number = guard.poll();
    const name = heard.find((other) => signals[other] === number);
    if (number !== undefined && name !== undefined) hear(name, number);
  };
  const stop = (): void => {
    guard.close();
    for (const { name, listener } of listeners) process.off(name, listener);
  };
  return { look, stop };
}
