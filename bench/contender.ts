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

/** Code in this process, or in one that goes on: it takes its own time. */
export interface TimedContender {
  readonly name: string;
  readonly measure: () => Measured | Promise<Measured>;
}

export interface Measured {
  /** Of one operation; whoever repeats it divides. */
  readonly durationMs: number;
  /** For the comparison of work. */
  readonly output: string;
}
