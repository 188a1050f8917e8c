/** A command that is measured, and the world that it needs. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Brings the world to the state before the command: not timed, before each run. */
  readonly prepare?: () => void;
}
