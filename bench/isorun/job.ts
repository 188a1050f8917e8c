/** What a process of a contender is for, and what it is asked. Data: both cross a pipe as JSON. */
import type { Measured, MeasuredSingly } from "../contender.ts";
import type { Counted } from "./fuel-kernels.ts";

/** An export without resources, and arguments for it, to see that an instance works. */
export interface Probe {
  readonly interface?: string;
  readonly func: string;
  readonly args: readonly (number | readonly number[])[];
  /** It calls what nobody linked, and traps. */
  readonly isTrapping?: boolean;
}

/** Paths are of components. */
export type Job =
  | LoadJob
  | TranspileJob
  | InstantiateJob
  | JcoInstantiateJob
  | CallJob
  | JcoCallJob
  | CallCoreJob
  | KernelsJob;

export interface LoadJob {
  readonly kind: "load";
  readonly path: string;
  readonly isFuelCounted: boolean;
  /** A directory. */
  readonly store?: string;
  /** The store has to know each component. */
  readonly isKept?: boolean;
  readonly probe: Probe;
}

export interface TranspileJob {
  readonly kind: "transpile with jco";
  readonly path: string;
}

interface Instantiating {
  readonly path: string;
  /** How many instances there are while another one is made. */
  readonly alive: number;
  readonly probe: Probe;
}

export interface InstantiateJob extends Instantiating {
  readonly kind: "instantiate";
  readonly isFuelCounted: boolean;
}

export interface JcoInstantiateJob extends Instantiating {
  readonly kind: "instantiate with jco";
  /** A directory for what jco writes. */
  readonly scratch: string;
}

/** Of one measurement. */
export interface Calls {
  /** JavaScript: evaluated once. */
  readonly args: readonly string[];
  readonly times: number;
}

export interface CallJob {
  readonly kind: "call";
  readonly path: string;
  /** Of an export. */
  readonly name: string;
  /** By `call()`; otherwise by `func()`. */
  readonly isAwaited: boolean;
  readonly calls: Calls;
}

export interface JcoCallJob {
  readonly kind: "call with jco";
  readonly path: string;
  /** A directory for what jco writes. */
  readonly scratch: string;
  /** As jco names them. */
  readonly interface: string;
  readonly name: string;
  readonly calls: Calls;
}

export interface CallCoreJob {
  readonly kind: "call core";
  readonly calls: Calls;
}

export interface KernelsJob {
  readonly kind: "run kernels";
  readonly path: string;
  /** Of fuel-kernels.ts: one, or several whose geometric mean is the time. */
  readonly names: readonly string[];
  readonly counted: Counted;
}

export interface Request {
  /** Another one for each request to a process, and to what prepares for it. */
  readonly serial: number;
  /** Whether what was made has to be looked at, outside the time. */
  readonly isChecked: boolean;
}

export type Measure = (request: Request) => Promise<Measured | MeasuredSingly>;
