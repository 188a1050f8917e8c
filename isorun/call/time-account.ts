/**
 * Time that one instance has used. Wall time runs from entry to exit, also while the call is suspended; processor time
 * is the thread's, without what nested instances used (spec: rule 10). Both in milliseconds. Clocks are read only for
 * instances that have a limit.
 */
import { UnsupportedError } from "../errors/errors.ts";

export interface TimeLimits {
  readonly cpuMs: number | undefined;
  readonly wallMs: number | undefined;
}

interface ThreadClock {
  threadCpuUsage?(): { readonly user: number; readonly system: number };
}

const usPerMs = 1000;

/** @returns what reads the thread's processor time @throws UnsupportedError where the platform has no such clock */
function threadClock(): () => number {
  const process = Reflect.get(globalThis, "process") as ThreadClock | undefined; // of Bun and Node, absent elsewhere
  const read = process?.threadCpuUsage?.bind(process);
  if (read === undefined) throw new UnsupportedError("the budget's 'cpuMs' in this environment");
  return () => {
    const { user, system } = read();
    return (user + system) / usPerMs;
  };
}

export interface Overtime {
  readonly field: "cpuMs" | "wallMs";
  readonly limit: number;
  readonly used: number;
}

export class TimeAccount {
  /**
   * Whether there ever was one in this process, or somebody who may interrupt a guest: before, nobody has to look at clocks,
   * or ask, for limits of instances.
   */
  static isUsed = false;
  readonly #limits: TimeLimits;
  readonly #cpuNow: (() => number) | undefined;
  #cpuMs = 0;
  #cpuSince: number | undefined;
  #wallMs = 0;
  #wallSince: number | undefined;

  /** @throws UnsupportedError for a limit of processor time where nothing measures it */
  constructor(limits: TimeLimits) {
    TimeAccount.isUsed = true;
    this.#limits = limits;
    this.#cpuNow = limits.cpuMs === undefined ? undefined : threadClock();
  }

  get cpuMs(): number {
    const since = this.#cpuSince;
    return this.#cpuNow === undefined || since === undefined ? this.#cpuMs : this.#cpuMs + this.#cpuNow() - since;
  }

  get wallMs(): number {
    return this.#wallSince === undefined ? this.#wallMs : this.#wallMs + performance.now() - this.#wallSince;
  }

  /** How long a suspended call may wait. */
  get wallLeftMs(): number {
    return (this.#limits.wallMs ?? Infinity) - this.wallMs;
  }

  /** Whether what nested instances use has to be taken off. */
  get countsCpu(): boolean {
    return this.#cpuNow !== undefined;
  }

  /** How long it may compute before a limit can be met. */
  get leftMs(): number {
    const { cpuMs = Infinity } = this.#limits;
    return cpuMs === Infinity ? this.wallLeftMs : Math.min(this.wallLeftMs, cpuMs - this.cpuMs);
  }

  enter(): void {
    this.#wallSince ??= performance.now();
  }

  leave(): void {
    this.#wallMs = this.wallMs;
    this.#wallSince = undefined;
  }

  /** The thread works for this instance from now on. */
  run(): void {
    this.#cpuSince ??= this.#cpuNow?.();
  }

  pause(): void {
    this.#cpuMs = this.cpuMs;
    this.#cpuSince = undefined;
  }

  /** Nothing has run since: it was not this instance's time. */
  forgive(): void {
    this.#wallSince = undefined;
    this.#cpuSince = undefined;
  }

  get overtime(): Overtime | undefined {
    const { cpuMs = Infinity, wallMs = Infinity } = this.#limits;
    if (this.wallMs >= wallMs) return { field: "wallMs", limit: wallMs, used: this.wallMs };
    const cpu = cpuMs === Infinity ? 0 : this.cpuMs;
    return cpu >= cpuMs ? { field: "cpuMs", limit: cpuMs, used: cpu } : undefined;
  }
}
