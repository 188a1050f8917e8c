/**
 * The parent of a run: each of its processes runs a part of the worlds, one after the other. Where one hangs or dies, the
 * world that it was in is what was found, and a new process goes on behind it.
 */
import { join } from "node:path";
import { seedOf } from "../fuzz/random.ts";
import type { Endings } from "./ledger.ts";
import type { Weather } from "./program.ts";
import { planWorld } from "./world-plan.ts";

/** Much more than a world takes, on a machine that is busy: those that wait in vain are found by themselves. */
const worldLimitMs = 30_000;

export interface WorldSummary {
  readonly world: number;
  readonly weather: Weather;
  readonly endings: Endings;
  readonly findings: readonly string[];
  /** Of all that happened. */
  readonly digest: string;
}

export interface StressRun {
  readonly seed: number;
  /** The first world; 0 if it is not said. */
  readonly from?: number;
  readonly worlds: number;
  readonly processes: number;
  readonly canary?: string;
  /** Ends early: the canary was found. */
  readonly stopAtFinding?: boolean;
  /** After so long without an answer a world is said to hang its process. */
  readonly limitMs?: number;
  readonly onWorld?: (summary: WorldSummary) => void;
}

/** @returns what each world came to, in their order */
export async function runWorlds(run: StressRun): Promise<readonly WorldSummary[]> {
  const { from = 0, worlds, processes } = run;
  const each = Math.ceil(worlds / processes);
  const parts = Array.from({ length: processes }, (_, part) => ({
    next: from + part * each,
    end: Math.min(from + (part + 1) * each, from + worlds),
  }));
  const results = await Promise.all(parts.map((part) => runPart(run, part)));
  return results.flat();
}

interface Part {
  /** The world that comes next. */
  readonly next: number;
  readonly end: number;
}

async function runPart(run: StressRun, { next, end }: Part): Promise<readonly WorldSummary[]> {
  const summaries: WorldSummary[] = [];
  const isDone = (): boolean =>
    next + summaries.length >= end ||
    (run.stopAtFinding === true && summaries.some(({ findings }) => findings.length > 0));
  const report = (summary: WorldSummary): void => {
    summaries.push(summary);
    run.onWorld?.(summary);
  };
  while (!isDone()) {
    const how = await runChild(run, { part: { next: next + summaries.length, end }, report, isDone });
    if (!isDone()) report(lostWorld(run.seed, next + summaries.length, how));
  }
  return summaries;
}

const lostWorld = (seed: number, world: number, how: string): WorldSummary => ({
  world,
  weather: planWorld(seedOf(seed, world)).weather,
  endings: {},
  findings: [how],
  digest: "",
});

interface ChildRun {
  readonly part: Part;
  readonly report: (summary: WorldSummary) => void;
  readonly isDone: () => boolean;
}

/** @returns how it ended */
async function runChild(run: StressRun, { part: { next, end }, report, isDone }: ChildRun): Promise<string> {
  const { seed, canary, limitMs = worldLimitMs } = run;
  let isLate = false;
  const script = join(import.meta.dir, "child.ts");
  const args = [seed, next, end - next].map(String);
  const child = Bun.spawn([process.execPath, script, ...args, ...(canary === undefined ? [] : [canary])], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
    ipc: (summary: WorldSummary) => {
      watch.refresh();
      if (!isDone()) report(summary);
      if (isDone()) child.kill("SIGKILL");
    },
  });
  const watch = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, limitMs);
  const [said] = await Promise.all([child.stderr.text(), child.exited]);
  clearTimeout(watch);
  if (isLate) return `the process does not answer within ${limitMs} ms`;
  return `the process ended: ${child.signalCode ?? `code ${child.exitCode}`}\n${said.trim().slice(-2000)}`;
}
