/** For tests: runs a program of this repository as a process and collects how it ended. */
import { join } from "node:path";

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Killable {
  readonly kill: (signal: NodeJS.Signals) => void;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to a bare environment: PATH and HOME only. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called at the first output on stdout, with the process. */
  readonly whenReady?: (child: Killable) => void;
  /** Called at each output on stdout, with all of it so far. */
  readonly onOutput?: (stdout: string, child: Killable) => void;
}

const fixture = join(import.meta.dir, "fixture-program.ts");
const bunArguments = ["--no-env-file", "--config=/dev/null"];

/** Runs the fixture program with these arguments. */
export function runFixture(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runProcess([process.execPath, ...bunArguments, fixture, ...argv], options);
}

/** Runs any command line; both streams are pipes. */
export async function runProcess(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { PATH = "", HOME = "" } = process.env;
  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH, HOME, ...options.environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    if (stdout === "") options.whenReady?.(child);
    stdout += decoder.decode(chunk, { stream: true });
    options.onOutput?.(stdout, child);
  }
  return { stdout, stderr: await stderr, exitCode: await child.exited };
}
