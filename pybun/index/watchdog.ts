/**
 * Deadlines for many transfers with one timer: it ticks a few times in the shortest timeout while anything is watched,
 * so that a request costs two set operations instead of a timer of its own. A deadline is met up to a quarter of the
 * timeout late.
 *
 * A body has two: against silence, and against a trickle that would never end. For the second each body has an account
 * of time. It begins full, time is taken out while we wait for bytes, and bytes pay time in, up to what it began with;
 * at zero the body ends. So a server may be as slow as it likes for the grace, but not for ever. The rate that keeps an
 * account level is that of a whole link: the bodies that are read at the same time share it, since an honest link that
 * is slow divides itself among them too.
 */

export interface Watch {
  /** Something came: the time begins anew. `graceMs` is added to the timeout. */
  readonly touch: (graceMs?: number) => void;
  readonly stop: () => void;
}

export interface BodyWatch extends Watch {
  /** Bytes came, and are ours to handle: what time that takes is not the server's fault. */
  readonly hold: (bytes: number) => void;
  /** More bytes are waited for. */
  readonly resume: () => void;
}

export type Expiry = "silent" | "slow";

export interface Watchdog {
  /** The longest time that a body may be too slow. */
  readonly graceMs: number;
  /** Calls `expire` once when nothing was touched for the timeout. */
  readonly watch: (expire: () => void) => Watch;
  /** The same for a body, which must also keep up the rate. */
  readonly watchBody: (expire: (why: Expiry) => void) => BodyWatch;
}

export interface WatchdogOptions {
  readonly timeoutMs: number;
  readonly graceMs?: number;
  /** Of all bodies together. */
  readonly bytesPerMsMin?: number;
  readonly nowMs?: () => number;
}

/** A kilobyte a second: a modem of 1990, shared. */
const linkBytesPerMsMin = 1;
/** Beside the timeout: who sets a long one has a link on which that must pass. */
const ownGraceMs = 60_000;

interface Watched {
  dueMs: number;
  /** The account; infinite for what is no body. */
  leftMs: number;
  isHeld: boolean;
  readonly isBody: boolean;
  readonly expire: (why: Expiry) => void;
}

interface Pack {
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly bytesPerMsMin: number;
  readonly nowMs: () => number;
  readonly watched: Set<Watched>;
  readonly timer: { readonly start: () => void; readonly stop: () => void };
  bodies: number;
}

/** Real time, not the client's clock: connections do not know of that one. */
export function openWatchdog(options: WatchdogOptions): Watchdog {
  const { timeoutMs, bytesPerMsMin = linkBytesPerMsMin, nowMs = () => performance.now() } = options;
  const { graceMs = timeoutMs + ownGraceMs } = options;
  const tick = (passed: Tick): void => judge(pack, passed);
  const timer = startsAndStops(Math.max(10, timeoutMs / 4), { nowMs, tick });
  const pack: Pack = { timeoutMs, graceMs, bytesPerMsMin, nowMs, watched: new Set(), timer, bodies: 0 };
  const entryOf = (isBody: boolean, expire: Watched["expire"]): Watched => ({
    dueMs: nowMs() + timeoutMs,
    leftMs: isBody ? graceMs : Number.POSITIVE_INFINITY,
    isHeld: false,
    isBody,
    expire,
  });
  return {
    graceMs,
    watch: (expire) => add(pack, entryOf(false, expire)),
    watchBody(expire) {
      const entry = entryOf(true, expire);
      return { ...add(pack, entry), ...accountOf(pack, entry) };
    },
  };
}

function add(pack: Pack, entry: Watched): Watch {
  pack.watched.add(entry);
  if (entry.isBody) pack.bodies++;
  pack.timer.start();
  return {
    touch: (moreMs = 0) => void (entry.dueMs = pack.nowMs() + pack.timeoutMs + moreMs),
    stop: () => remove(pack, entry),
  };
}

function remove(pack: Pack, entry: Watched): void {
  if (pack.watched.delete(entry) && entry.isBody) pack.bodies--;
  if (pack.watched.size === 0) pack.timer.stop();
}

function accountOf(pack: Pack, entry: Watched): Pick<BodyWatch, "hold" | "resume"> {
  return {
    hold(bytes) {
      entry.leftMs = Math.min(pack.graceMs, entry.leftMs + (bytes * pack.bodies) / pack.bytesPerMsMin);
      entry.isHeld = true;
      entry.dueMs = Number.POSITIVE_INFINITY;
    },
    resume() {
      entry.isHeld = false;
      entry.dueMs = pack.nowMs() + pack.timeoutMs;
    },
  };
}

function judge(pack: Pack, { passedMs, lateMs }: Tick): void {
  const now = pack.nowMs();
  for (const entry of pack.watched) {
    entry.dueMs += lateMs;
    if (!entry.isHeld) entry.leftMs -= passedMs;
    const isSilent = entry.dueMs <= now;
    if (!isSilent && entry.leftMs > 0) continue;
    remove(pack, entry);
    entry.expire(isSilent ? "silent" : "slow");
  }
}

interface Tick {
  /** Since the last one. */
  readonly passedMs: number;
  /** By how much this one is late, which does not count as passed: the program computed, and read nothing. */
  readonly lateMs: number;
}

interface Ticking {
  readonly nowMs: () => number;
  readonly tick: (passed: Tick) => void;
}

function startsAndStops(everyMs: number, { nowMs, tick }: Ticking): { start: () => void; stop: () => void } {
  let timer: ReturnType<typeof setInterval> | undefined;
  let lastMs = 0;
  const beat = (): void => {
    const passedMs = nowMs() - lastMs;
    lastMs += passedMs;
    const lateMs = passedMs > 2 * everyMs ? passedMs - everyMs : 0;
    tick({ passedMs: passedMs - lateMs, lateMs });
  };
  return {
    start() {
      if (timer !== undefined) return;
      lastMs = nowMs();
      timer = setInterval(beat, everyMs);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
