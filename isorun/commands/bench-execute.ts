/**
 * Does the work of `isorun bench`: times loading, starting, instantiating and, with `--invoke`, calls. Everything is done
 * as `run` does it, one round after another in this process, whose garbage and compiler take part.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandContext, Execute } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { grantNothing } from "@vivarium/core/policy/policy";
import { removeTree } from "@vivarium/core/store/remove-tree";
import { ComponentError } from "../errors/errors.ts";
import type { Component } from "../runtime/component.ts";
import type { InstanceHandle } from "../runtime/instance-handle.ts";
import { Runtime } from "../runtime/runtime.ts";
import type { benchOptions } from "./bench-options.ts";
import type { isorunDiagnostics } from "./diagnostics.ts";
import { type Entry, invokedEntryOf } from "./entry-of.ts";
import { linkHost } from "./host-of.ts";
import { interruptOf } from "./interrupt-of.ts";
import { loadProblem } from "./open-component.ts";
import { endOf } from "./program-end.ts";
import { readComponentFile } from "./read-component.ts";

const problem = problemsOf<typeof isorunDiagnostics>();

interface Times {
  /** Before anything was warm. */
  readonly first_ns: number;
  readonly median_ns: number;
  readonly best_ns: number;
}

interface Step extends Times {
  readonly name: "load" | "load-from-store" | "start" | "instantiate" | "call";
  readonly rounds: number;
  /** Of a round, whose time is shared out among them. */
  readonly calls?: number;
}

/** `isorun bench` */
export const execute: Execute<typeof benchOptions> = async (context, { options, positionals }) => {
  const [file = ""] = positionals;
  const rounds = roundsOf(options.rounds);
  const bytes = readComponentFile(file, { cwd: context.cwd, command: "bench" });
  const bench = { context, file, bytes, rounds, isCounted: !options["no-fuel"] };
  const steps = [
    await timeLoad(bench, false),
    ...(await withScratch(async (store) => [await timeLoad(bench, store), await timeStart(bench, store)])),
    ...(await timeInstance(bench, options.invoke)),
  ];
  context.detail({ path: file, bytes: bytes.length, counts_fuel: bench.isCounted, steps });
  context.out(textOf(steps));
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

interface Bench {
  readonly context: CommandContext;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly rounds: number;
  /** As `run` does it, unless it is told otherwise. */
  readonly isCounted: boolean;
}

async function loaded({ bytes, file, isCounted, context }: Bench, runtime: Runtime): Promise<Component> {
  try {
    return await runtime.load(bytes, { isInterruptible: isCounted, interruptBy: interruptOf(context) });
  } catch (error) {
    throw loadProblem(error, file);
  }
}

const timeLoad = (bench: Bench, store: string | false): Promise<Step> =>
  timed(store === false ? "load" : "load-from-store", bench, () => loaded(bench, new Runtime({ store })));

/** What `run` waits for before a program begins: what the store has is compiled when it is instantiated. */
const timeStart = (bench: Bench, store: string): Promise<Step> =>
  timed("start", bench, async () => {
    const runtime = new Runtime({ store });
    const { builder, explain } = linked(bench, { runtime, component: await loaded(bench, runtime) });
    await builder.instantiate().catch(explain);
    await runtime.close();
  });

interface Linking {
  readonly runtime: Runtime;
  readonly component: Component;
  readonly func?: string;
}

/** To the host of `run`, without any grant; what is written goes nowhere. */
function linked({ context, file, isCounted }: Bench, { runtime, component, func = "a start function" }: Linking) {
  const policy = grantNothing(context.platform);
  const builder = runtime.instance(component);
  if (isCounted) builder.interruptBy(interruptOf(context));
  const output = { write: () => undefined };
  const refusals = linkHost(builder, { context, policy, args: [file], output });
  const explain = (error: unknown): never => {
    const status = endOf({ context, file, func, policy, refusals }, error);
    throw problem("E_BENCH_EXIT", { file, func, status });
  };
  return { builder, explain };
}

async function timeInstance(bench: Bench, invoke: string | undefined): Promise<Step[]> {
  const runtime = new Runtime();
  const component = await loaded(bench, runtime);
  const entry = invoke === undefined ? undefined : invokedEntryOf(invoke, { file: bench.file, component });
  const { builder, explain } = linked(bench, { runtime, component, ...(entry && { func: entry.name }) });
  try {
    const made = await timed("instantiate", bench, async () => (await builder.instantiate()).terminate());
    return entry === undefined ? [made] : [made, timeCalls(await builder.instantiate(), { entry, bench })];
  } catch (error) {
    return explain(error);
  } finally {
    await runtime.close();
  }
}

interface Calls {
  readonly entry: Entry;
  readonly bench: Bench;
}

/** Rounds that the clock can tell, of calls that are compiled by then. */
const roundMs = 10;
const callsMax = 1 << 20;

function timeCalls(instance: InstanceHandle, { entry, bench: { rounds, context } }: Calls): Step {
  const call = instance.func(entry.name);
  const time = (calls: number): number => {
    context.signal.throwIfAborted();
    context.lookForSignals();
    const start = performance.now();
    for (let count = 0; count < calls; count += 1) callOnce(call, entry.args);
    return performance.now() - start;
  };
  const firstMs = time(1);
  let calls = 1;
  for (let ms = firstMs; ms < roundMs && calls < callsMax; ms = time(calls)) calls *= 2;
  const perCall = Array.from({ length: rounds }, () => (time(calls) / calls) * nsPerMs);
  return { name: "call", rounds, calls, ...timesOf(firstMs * nsPerMs, perCall) };
}

/** An `err` is a value of a function as good as `ok`, though it comes as an exception. */
function callOnce(call: (...args: unknown[]) => unknown, args: readonly unknown[]): void {
  try {
    call(...args);
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
  }
}

const nsPerMs = 1e6;

async function timed(name: Step["name"], { rounds, context }: Bench, run: () => Promise<unknown>): Promise<Step> {
  const taken: number[] = [];
  // The first stands for itself, the second is to warm up.
  for (let round = 0; round < rounds + 2; round += 1) {
    context.signal.throwIfAborted();
    const start = performance.now();
    await run();
    taken.push((performance.now() - start) * nsPerMs);
  }
  return { name, rounds, ...timesOf(taken[0] ?? 0, taken.slice(2)) };
}

function timesOf(first_ns: number, taken: readonly number[]): Times {
  const sorted = taken.toSorted((a, b) => a - b);
  return {
    first_ns: Math.round(first_ns),
    median_ns: toTenths(medianOf(sorted)),
    best_ns: toTenths(sorted[0] ?? 0),
  };
}

/** Clocks count whole nanoseconds; one of many calls takes a part of a round. */
const toTenths = (ns: number): number => Math.round(ns * 10) / 10;

/** Of an even number, the mean of the two in the middle. */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function textOf(steps: readonly Step[]): string {
  const line = (name: string, columns: readonly string[], rounds: string): string =>
    `${name.padEnd(15)} ${columns.map((text) => text.padStart(11)).join(" ")}  ${rounds}`.trimEnd();
  const lines = steps.map(({ name, first_ns, median_ns, best_ns, rounds, calls }) => {
    const count = calls === undefined ? `${rounds}` : `${rounds} × ${calls} calls`;
    return line(name, [first_ns, median_ns, best_ns].map(duration), count);
  });
  return `${[line("", ["first", "median", "best"], "rounds"), ...lines].join("\n")}\n`;
}

function duration(ns: number): string {
  if (ns < 1e3) return `${ns.toFixed(1)} ns`;
  return ns < nsPerMs ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / nsPerMs).toFixed(2)} ms`;
}
