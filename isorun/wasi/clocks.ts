/** wasi:clocks: what time it is, and how long it takes. */
import { argumentError } from "../../core/argument-error.ts";
import type { Policy } from "../../core/policy/policy.ts";
import { nameOf } from "../call/check-value.ts";
import { requireAtOnce } from "../runtime/at-once.ts";
import type { Linker } from "../runtime/linker.ts";
import { requireOptions } from "../runtime/require-options.ts";
import type { SystemComponent } from "../runtime/system-component.ts";
import { installInterface } from "./interface-types.ts";
import { installPoll } from "./io.ts";
import { unlessDenied } from "./refusal.ts";
import { eventLoopTurn, type Pollable } from "./wait.ts";

/** A clock that tells what time it is. */
export interface WallClock {
  /** Nanoseconds since 1970-01-01T00:00:00Z; guests are told 0 for what is before. What is no bigint is a trap. */
  nowNs(): bigint;
  readonly resolutionNs: bigint;
}

/** A clock that measures how long something takes, by which guests wait. */
export interface MonotonicClock {
  /** Nanoseconds since some moment; never less than it was. */
  nowNs(): bigint;
  readonly resolutionNs: bigint;
  /**
   * Settles when this time has passed by this clock, or a little earlier: whoever waits looks again. Only where `nowNs` is
   * still what it was, `sleep` is taken at its word that the time has come: under a clock that stands no guest waits. Yet
   * one that waits until `now` tells a later time does so up to its budget or `timeoutMs`: for replay, `sleep` moves the
   * clock on by `durationNs`.
   * @param signal aborted when nobody waits any more: a timer is to be cleared then, or it keeps the process alive
   */
  sleep(durationNs: bigint, signal: AbortSignal): Promise<void>;
}

/** What `new WasiClocks` is told. */
export interface ClocksOptions {
  readonly wall?: WallClock;
  /** For replay, one whose time moves on as far as it is asked to sleep: `sleep: async (ns) => void (now += ns)`. */
  readonly monotonic?: MonotonicClock;
}

/**
 * ```ts
 * const wall = { nowNs: () => 1_500_000_000n, resolutionNs: 1n };
 * const builder = runtime.instance(await runtime.load(clocks)).linkSystem(new WasiClocks({ wall }));
 * const instance = await builder.instantiate();
 * await instance.call("wall-now"); // → { seconds: 1n, nanoseconds: 500_000_000 }
 * ```
 *
 * `wasi:clocks/wall-clock`, `monotonic-clock`, and `wasi:io/poll`. Without options the platform's clocks: to the
 * millisecond, and to the microsecond. Where the policy denies time, every function traps (`access-denied`).
 */
export class WasiClocks implements SystemComponent {
  readonly name = "WasiClocks";
  readonly #wall: WallClock;
  readonly #monotonic: MonotonicClock;
  #isDenied = false;

  /** @throws TypeError (`invalid-argument`) for what is no clock, and for an option that there is not */
  constructor(options: ClocksOptions = {}) {
    const given = requireOptions(options, "WasiClocks", ["wall", "monotonic"]);
    const { wall = platformWall, monotonic = platformMonotonic } = given;
    requireClock("wall", wall, ["nowNs"]);
    requireClock("monotonic", monotonic, ["nowNs", "sleep"]);
    this.#wall = told("wall", wall);
    this.#monotonic = { ...told("monotonic", monotonic), sleep: (ns, signal) => monotonic.sleep(ns, signal) };
  }

  configure({ capabilities }: Policy): void {
    this.#isDenied = !capabilities.time;
  }

  install(linker: Linker): void {
    const pollable = installPoll(linker);
    const [wall, monotonic] = [this.#wall, this.#monotonic];
    const given = unlessDenied("time", { isDenied: this.#isDenied });
    installInterface(linker, "clocks/wall-clock", (clock) => {
      clock
        .func(
          "now",
          given(() => datetime(wall.nowNs())),
        )
        .func(
          "resolution",
          given(() => datetime(wall.resolutionNs)),
        );
    });
    installInterface(linker, "clocks/monotonic-clock", (clock) => {
      clock.resource("pollable", pollable);
      clock
        .func(
          "now",
          given(() => monotonic.nowNs()),
        )
        .func(
          "resolution",
          given(() => monotonic.resolutionNs),
        )
        .func(
          "subscribe-instant",
          given((whenNs: bigint) => new Alarm(monotonic, whenNs)),
        )
        .func(
          "subscribe-duration",
          given((forNs: bigint) => new Alarm(monotonic, monotonic.nowNs() + forNs)),
        );
    });
  }
}

const nsPerSecond = 1_000_000_000n;
const nsPerMs = 1_000_000n;

function datetime(ns: bigint): { readonly seconds: bigint; readonly nanoseconds: number } {
  const since = ns < 0n ? 0n : ns;
  return { seconds: since / nsPerSecond, nanoseconds: Number(since % nsPerSecond) };
}

function requireClock(name: keyof ClocksOptions, clock: object, functions: readonly string[]): void {
  const has = Object(clock) as Readonly<Record<string, unknown>>; // whatever was given
  const missing = functions.find((each) => typeof has[each] !== "function");
  if (missing !== undefined)
    throw argumentError(`'${name}' must be a clock, found ${nameOf(clock)} without '${missing}'`);
  const { resolutionNs } = has;
  if (typeof resolutionNs === "bigint") return;
  throw argumentError(`'resolutionNs' of '${name}' must be a bigint, found ${nameOf(resolutionNs)}`);
}

/** The same clock, whose answers are looked at: a promise, above all, is no time. */
function told(name: keyof ClocksOptions, clock: WallClock): WallClock {
  return {
    resolutionNs: clock.resolutionNs,
    nowNs: () => {
      const ns: unknown = clock.nowNs();
      if (typeof ns === "bigint") return ns;
      const whose = `'nowNs' of '${name}'`;
      requireAtOnce(ns, whose, "for which a guest that asks for the time does not wait");
      throw argumentError(`${whose} must answer with a bigint, found ${nameOf(ns)}`);
    },
  };
}

class Alarm implements Pollable {
  readonly time: { readonly clock: MonotonicClock; readonly whenNs: bigint };
  #hasRung = false;

  constructor(clock: MonotonicClock, whenNs: bigint) {
    this.time = { clock, whenNs };
  }

  get isReady(): boolean {
    const { clock, whenNs } = this.time;
    return this.#hasRung || clock.nowNs() >= whenNs;
  }

  /** A clock that stands says by its `sleep` alone that the time has come. */
  async whenReady(signal: AbortSignal): Promise<void> {
    const { clock, whenNs } = this.time;
    const beforeNs = clock.nowNs();
    await clock.sleep(whenNs - beforeNs, signal);
    if (signal.aborted || clock.nowNs() !== beforeNs) return;
    await eventLoopTurn();
    this.#hasRung = !signal.aborted && clock.nowNs() === beforeNs;
  }
}

const platformWall: WallClock = {
  nowNs: () => BigInt(Date.now()) * nsPerMs,
  resolutionNs: nsPerMs,
};

/** What timers can count. */
const sleepMsMax = 2 ** 31 - 1;

const platformMonotonic: MonotonicClock = {
  nowNs: () => BigInt(Math.round(performance.now() * 1000)) * 1000n,
  resolutionNs: 1000n,
  sleep: (durationNs, signal) => {
    const ms = Math.min(Math.ceil(Number(durationNs) / Number(nsPerMs)), sleepMsMax);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(ms, 0));
      signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    });
  },
};
