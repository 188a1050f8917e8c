/** Does the work of `isorun bench`: times loading, instantiating and, with `--invoke`, calls. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandContext, Execute } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { grantNothing } from "@vivarium/core/policy/policy";
import { removeTree } from "@vivarium/core/store/remove-tree";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";
import type { benchOptions } from "./bench-options.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { type Entry, invokedEntryOf } from "./entry-of.ts";
import { linkHost } from "./host-of.ts";
import { loadProblem } from "./open-component.ts";
import { endOf } from "./program-end.ts";
import { readComponentFile } from "./read-component.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

interface Step {
  readonly name: "load" | "load-from-store" | "instantiate" | "call";
  readonly rounds: number;
  readonly median_ns: number;
  readonly best_ns: number;
}

/** `isorun bench` */
export const execute: Execute<typeof benchOptions> = async (context, { options, positionals }) => {
  const [file = ""] = positionals;
  const rounds = roundsOf(options.rounds);
  const bytes = readComponentFile(file, context.cwd);
  const steps: Step[] = [];
  steps.push(await timeLoad(context, { name: "load", bytes, rounds, file, store: false }));
  steps.push(await withScratch((store) => timeLoad(context, { name: "load-from-store", bytes, rounds, file, store })));
  steps.push(...(await timeInstance(context, { file, bytes, rounds, invoke: options.invoke })));
  context.detail({ path: file, bytes: bytes.length, steps });
  for (const step of steps) context.out(`${lineOf(step)}\n`);
  return exitCode.success;
};

const roundsMax = 100_000;

function roundsOf(text: string | undefined): number {
  const rounds = Number(text ?? 20);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= roundsMax) return rounds;
  throw problem("E_BENCH_ROUNDS", { value: text ?? "" });
}

/** A store of its own, so that the first load finds nothing. */
async function withScratch<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "isorun-bench-"));
  try {
    return await body(directory);
  } finally {
    removeTree(directory);
  }
}

interface Load {
  readonly name: "load" | "load-from-store";
  readonly bytes: Uint8Array;
  readonly rounds: number;
  readonly file: string;
  readonly store: string | false;
}

async function timeLoad({ signal }: CommandContext, { name, bytes, rounds, file, store }: Load): Promise<Step> {
  const load = () =>
    new Runtime({ store }).load(bytes).catch((error: unknown) => {
      throw loadProblem(error, file);
    });
  await load();
  return timed(name, { rounds, signal, run: load });
}

interface Bench {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly rounds: number;
  readonly invoke: string | undefined;
}

async function timeInstance(context: CommandContext, { file, bytes, rounds, invoke }: Bench): Promise<Step[]> {
  const runtime = new Runtime();
  const component = await runtime.load(bytes);
  const entry = invoke === undefined ? undefined : invokedEntryOf(invoke, { file, component });
  const policy = grantNothing(context.platform);
  const builder = runtime.instance(component);
  const output = { write: () => undefined, end: () => undefined };
  const refusals = linkHost(builder, { context, policy, args: [file], output });
  try {
    const instance = await builder.instantiate();
    const made = await timed("instantiate", { rounds, signal: context.signal, run: () => oneInstance(builder) });
    return entry === undefined ? [made] : [made, await timeCalls(instance, { entry, rounds, signal: context.signal })];
  } catch (error) {
    endOf({ context, file, func: entry?.name ?? "a start function", policy, refusals }, error);
    throw error;
  } finally {
    await runtime.close();
  }
}

async function oneInstance(builder: { instantiate(): Promise<InstanceHandle> }): Promise<void> {
  await (await builder.instantiate()).terminate();
}

interface Calls {
  readonly entry: Entry;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

/** In a round, so many that the clock can tell. */
const callsPerRound = 1000;

async function timeCalls(instance: InstanceHandle, { entry, rounds, signal }: Calls): Promise<Step> {
  const call = instance.func(entry.name);
  const run = (): void => {
    for (let count = 0; count < callsPerRound; count += 1) call(...entry.args);
  };
  run();
  const { median_ns, best_ns } = await timed("call", { rounds, signal, run });
  return { name: "call", rounds, median_ns: median_ns / callsPerRound, best_ns: best_ns / callsPerRound };
}

interface Timing {
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly run: () => unknown;
}

async function timed(name: Step["name"], { rounds, signal, run }: Timing): Promise<Step> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    const start = performance.now();
    const running = run();
    if (running instanceof Promise) await running;
    taken.push((performance.now() - start) * 1e6);
  }
  taken.sort((a, b) => a - b);
  return { name, rounds, median_ns: taken[taken.length >> 1] ?? 0, best_ns: taken[0] ?? 0 };
}

function lineOf({ name, rounds, median_ns, best_ns }: Step): string {
  const of = (ns: number): string => (ns < 10_000 ? `${ns.toFixed(1)} ns` : `${(ns / 1e6).toFixed(3)} ms`);
  return `${name.padEnd(16)} ${of(median_ns).padStart(12)} median  ${of(best_ns).padStart(12)} best  of ${rounds}`;
}
