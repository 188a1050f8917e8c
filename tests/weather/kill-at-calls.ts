/**
 * Sends a command a signal at one of the system calls by which it changes the disk (trace-mutations.py).
 *
 * A call is known by what it does and how often that was done before: `rename cache/tmp/* cache/envs-v1/6db9…` for the
 * first time. Threads and children count too. After SIGKILL the call is not carried out; its process is gone.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, type RunScene, runProgram } from "../run/run-scene.ts";

export interface DiskCall {
  /** The call's name and its paths, without what differs from run to run. */
  readonly does: string;
  /** 1 for the first that does so. */
  readonly time: number;
}

export interface TracedRun extends RunResult {
  readonly calls: readonly DiskCall[];
  /** Whether the run came to the call, so that the signal was sent. */
  readonly signalled: boolean;
}

export interface Target {
  readonly call: DiskCall;
  readonly signal: "SIGKILL" | "SIGINT";
}

const tracer = join(import.meta.dir, "trace-mutations.py");

/** Where a command is traced. */
export interface TracePlace {
  /** Takes the list of calls. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly python: string;
  /** Only calls on paths below these count. */
  readonly roots: readonly string[];
}

/** Runs `pybun ARGS` until it and everything that it started have ended; signals at the target, if the run comes there. */
export function traceRun(scene: RunScene, args: readonly string[], target?: Target): Promise<TracedRun> {
  const roots = ["vivarium", "place"].map((name) => join(scene.directory, name));
  return traceCommand({ ...scene, roots }, [scene.program, ...args], target);
}

/** The same for any command. */
export async function traceCommand(
  { directory, environment, python, roots }: TracePlace,
  command: readonly string[],
  target?: Target,
): Promise<TracedRun> {
  const log = join(directory, "calls");
  const wanted = target === undefined ? "" : JSON.stringify([target.call.does, target.call.time, target.signal]);
  const traced = [python, tracer, roots.join(":"), log, wanted, ...command];
  const result = await runProgram(traced, { cwd: directory, env: environment });
  const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
  // As the tracer writes them: a first line that says it works, the calls, and the signal's name before the target's effect.
  const marks = lines.map((line) => JSON.parse(line) as [string, number]).map(([does, time]) => ({ does, time }));
  if (marks[0]?.does !== "traced") throw new Error(`cannot trace: ${result.stderr}`);
  const calls = marks.slice(1).filter(({ does }) => does !== target?.signal);
  return { ...result, calls, signalled: marks.length > calls.length + 1 };
}

export const callName = ({ does }: DiskCall): string => does.slice(0, does.indexOf(" "));
