/**
 * Ends the process for a signal that JavaScript has no time to hear: a listener runs between two turns of the event
 * loop, and a computation, a blocking call or a chain of microtasks may keep that turn away for as long as it likes.
 *
 * The kernel does it alone, by two means. The runtime's handlers are made to serve once (SA_RESETHAND), so that the
 * second signal finds the default action and ends the process. And for each signal a timer of the kernel sends that
 * same signal as a probe after a second in which no turn has put it off: where a real one has come before, the probe
 * finds the default action too and ends the process; otherwise it only stands in the queue, and `isProbe` tells it from
 * a real one when JavaScript comes back. From the first probe on a real signal ends the process at once.
 *
 * Such an end is that of a SIGKILL, which leaves a whole store. Linux has both means, macOS the first (it lacks
 * timer_create), Windows neither; a C library without these calls, or a runtime without FFI, leaves the listeners alone.
 */
import { ptr } from "bun:ffi";
import { findCLibrary } from "@vivarium/core/c-library";

export interface SignalGuard {
  /** To be asked once for each signal that a listener hears, before it acts: is it only the guard's own? */
  readonly isProbe: (number: number) => boolean;
  /** This real signal was heard: where no turn comes within a second from now on, it ends the process unasked. */
  readonly insist: (number: number) => void;
  /** A real signal that has come and that no turn was there for: its listener will not be told of it any more. */
  readonly poll: () => number | undefined;
  /** Has to come before the listeners are taken away. */
  readonly close: () => void;
}

const stallMs = 1_000;
const putOffEveryMs = 250;
/** Between the probe that uses up the handler and the one that finds the default action. */
const insistAfterMs = 10;

const actionSymbols = { sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" } } as const;
const timerSymbols = {
  timer_create: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  timer_settime: { args: ["u64", "i32", "ptr", "ptr"], returns: "i32" },
  timer_gettime: { args: ["u64", "ptr"], returns: "i32" },
  timer_delete: { args: ["u64"], returns: "i32" },
} as const;

/** `struct sigaction`, where the flags stand in it, and the one that makes a handler serve once (<signal.h>). */
const actionLayout = {
  linux: { bytes: 160, flagsAt: 136, serveOnce: 0x8000_0000 },
  darwin: { bytes: 16, flagsAt: 12, serveOnce: 0x4 },
} as const;

const clockMonotonic = 1;

const noGuard: SignalGuard = {
  isProbe: () => false,
  insist: () => undefined,
  poll: () => undefined,
  close: () => undefined,
};

/** Guards signals, by number, whose listeners are in place. */
export function guardSignals(numbers: readonly number[]): SignalGuard {
  const { platform } = process;
  if (platform !== "linux" && platform !== "darwin") return noGuard;
  const timers = platform === "linux" ? findCLibrary({ ...actionSymbols, ...timerSymbols }) : undefined;
  const actions = timers ?? findCLibrary(actionSymbols);
  if (actions === undefined) return noGuard;
  const layout = actionLayout[platform];
  const serveOnce = numbers.map((number) => {
    const action = new DataView(new ArrayBuffer(layout.bytes));
    actions.sigaction(number, null, ptr(action));
    action.setUint32(layout.flagsAt, (action.getUint32(layout.flagsAt, true) | layout.serveOnce) >>> 0, true);
    const restore = (): void => void actions.sigaction(number, ptr(action), null);
    restore();
    const now = new BigUint64Array(layout.bytes / BigUint64Array.BYTES_PER_ELEMENT);
    // The handler stands first; 0 is the default action.
    const isUsedUp = (): boolean => actions.sigaction(number, null, ptr(now)) === 0 && now[0] === 0n;
    return { number, restore, isUsedUp };
  });
  return guardOf(
    serveOnce.map((one) => ({ ...one, probe: openProbe(timers, one.number), expected: 0, intervalMs: 0 })),
  );
}

interface Guarded {
  readonly number: number;
  /** Puts the handler back, to serve once more. */
  readonly restore: () => void;
  /** Whether a signal, or a probe, has come since the handler was put in place. */
  readonly isUsedUp: () => boolean;
  readonly probe: Probe | undefined;
  /** Probes that were sent and that no listener has heard yet. */
  expected: number;
  /** Of its probes: one finds the handler, and only a second one the default action. */
  intervalMs: number;
}

function guardOf(guarded: readonly Guarded[]): SignalGuard {
  for (const { probe, intervalMs } of guarded) probe?.arm(stallMs, intervalMs);
  const putOff = (): void => {
    for (const one of guarded) {
      if (one.probe === undefined) continue;
      // A probe that was sent and did not end us has used up the handler.
      if (hasProbed(one)) hearProbe(one);
      one.probe.arm(stallMs, one.intervalMs);
    }
  };
  const timer = setInterval(putOff, putOffEveryMs);
  timer.unref();
  return {
    isProbe: (number) => {
      putOff();
      const one = guarded.find((other) => other.number === number);
      one?.restore();
      if (one === undefined || one.expected === 0) return false;
      one.expected--;
      return true;
    },
    insist: (number) => {
      for (const one of guarded) if (one.number === number) one.intervalMs = insistAfterMs;
      putOff();
    },
    poll: () => {
      const come = guarded.filter((one) => one.isUsedUp() && !hasProbed(one));
      // Their listeners are still to be called, as for probes.
      for (const one of come) hearProbe(one);
      putOff();
      return come[0]?.number;
    },
    close: () => {
      clearInterval(timer);
      for (const { probe } of guarded) probe?.close();
    },
  };
}

const hasProbed = ({ probe, intervalMs }: Guarded): boolean => intervalMs === 0 && probe?.hasFired() === true;

function hearProbe(one: Guarded): void {
  one.expected++;
  one.restore();
}

interface Probe {
  /** Sends the signal after `afterMs`, and then every `intervalMs` unless that is 0. */
  readonly arm: (afterMs: number, intervalMs: number) => void;
  /** Whether it was sent since the last `arm`, which had no interval. */
  readonly hasFired: () => boolean;
  readonly close: () => void;
}

type TimerCalls = NonNullable<ReturnType<typeof findCLibrary<typeof timerSymbols>>>;

function openProbe(calls: TimerCalls | undefined, number: number): Probe | undefined {
  if (calls === undefined) return undefined;
  // `struct sigevent`: a value of eight bytes, the signal, and SIGEV_SIGNAL, which is 0.
  const event = new Int32Array(16);
  event[2] = number;
  const identifier = new BigUint64Array(1);
  if (calls.timer_create(clockMonotonic, ptr(event), ptr(identifier)) !== 0) return undefined;
  const id = identifier[0] ?? 0n;
  // `struct itimerspec`: interval and time left, each in seconds and nanoseconds.
  const setting = new BigInt64Array(4);
  const left = new BigInt64Array(4);
  return {
    arm: (afterMs, intervalMs) => {
      setting[1] = BigInt(intervalMs * 1_000_000);
      setting[2] = BigInt(Math.trunc(afterMs / 1_000));
      setting[3] = BigInt((afterMs % 1_000) * 1_000_000);
      calls.timer_settime(id, 0, ptr(setting), null);
    },
    hasFired: () => calls.timer_gettime(id, ptr(left)) === 0 && left[2] === 0n && left[3] === 0n,
    close: () => void calls.timer_delete(id),
  };
}
