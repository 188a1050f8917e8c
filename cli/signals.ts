/**
 * SIGINT, SIGTERM and SIGHUP while a command works.
 *
 * The first one aborts the command's signal, so that work stops between two steps and nothing half-made is published;
 * it gets a second to do so. The next one, or the end of that second, ends the process at once: everything that is
 * written is written beside its place and renamed, so even that leaves a whole store. Only such an end prints neither
 * envelope nor `command.finish`: who asks twice wants no more output.
 *
 * One that our caller made us ignore (`nohup`, a script's background job) stays ignored, by us and by the program that
 * takes our place.
 */
import { ignoredAmong } from "@vivarium/core/ignored-signals";

export type Ending = "SIGINT" | "SIGTERM" | "SIGHUP";

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
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const ignored = ignoredAmong(names);
  const handlers = names.filter((name) => !ignored.has(name)).map((name) => ({ name, listener: () => handle(name) }));
  for (const { name, listener } of handlers) process.on(name, listener);
  const close = (): void => {
    clearTimeout(timer);
    for (const { name, listener } of handlers) process.off(name, listener);
  };
  return { signal: controller.signal, overdue, received: () => received, close };
}
