/** What is measured, and the world that it needs. */
export type Contender = CommandContender | TimedContender;

/** A command: its time is that of the process. */
export interface CommandContender {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Brings the world to the state before the command: not timed, before each run. */
  readonly prepare?: () => void;
}

/** Code in this process, or in one of its own: it takes its own time. */
export interface TimedContender {
  readonly name: string;
  readonly measure: () => Measured | MeasuredSingly | Promise<Measured | MeasuredSingly>;
  /** Called once, after all rounds, whether they came to an end or not. */
  readonly end?: () => Promise<void>;
}

export interface Measured {
  /** Of one operation; whoever repeats it divides. */
  readonly durationMs: number;
  /** For the comparison of work. */
  readonly output: string;
}

/** Several operations of one round, each with a time of its own. */
export interface MeasuredSingly {
  readonly durationsMs: readonly number[];
  readonly output: string;
}
