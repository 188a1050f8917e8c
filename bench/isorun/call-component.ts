/** How long a component's call of another one takes, beside wasmtime's fused calls. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assembleFiles } from "../../tests/components/assemble.ts";
import type { Benchmark, Case, Target } from "../harness.ts";
import { openWasmtime, type WasmtimeCalls } from "./wasmtime-calls.ts";

const text = readFileSync(join(import.meta.dir, "call-component.wat"), "utf8");

interface Calls {
  readonly name: string;
  /** An export that makes as many calls as its first argument says. */
  readonly run: string;
  /** About a millisecond of them: less than what a busy machine gives at a time. */
  readonly calls: number;
  readonly args?: readonly number[];
  readonly limits?: Pick<Target, "limit" | "aim">;
}

/** Runs that are not counted: until compilers have done what they will do. */
const warmUps = 60;

const all: readonly Calls[] = [
  { name: "u32", run: "number", calls: 100_000, limits: { limit: 2, aim: 1 } },
  { name: "string 16 B", run: "text8", calls: 50_000, args: [16], limits: { limit: 3, aim: 1 } },
  { name: "string 1 KB", run: "text8", calls: 20_000, args: [1024], limits: { limit: 3, aim: 1 } },
  { name: "string 1 KB of two-byte letters", run: "letters8", calls: 2_000, args: [1024] },
  { name: "string 16 B to UTF-16", run: "text8-to16", calls: 50_000, args: [16] },
  { name: "string 1 KB to UTF-16", run: "text8-to16", calls: 2_000, args: [1024] },
  { name: "string 16 units of UTF-16", run: "text16", calls: 50_000, args: [16] },
  { name: "string 16 units of UTF-16 to UTF-8", run: "text16-to8", calls: 50_000, args: [16] },
  { name: "string 1024 units of UTF-16 to UTF-8", run: "text16-to8", calls: 2_000, args: [1024] },
  { name: "record", run: "record", calls: 100_000, limits: { limit: 4, aim: 1 } },
  { name: "list of 16 records", run: "records", calls: 20_000, args: [16] },
  { name: "resource, lent", run: "borrow", calls: 5_000, limits: { limit: 0.2, aim: 0.1 } },
  { name: "resource, made, given and dropped", run: "own", calls: 5_000, limits: { limit: 0.2, aim: 0.1 } },
];

export const callComponent: Benchmark = {
  name: "isorun.call-component",
  summary:
    "One call from a component into another, both nested in one, beside the same in wasmtime. The caller loops, so that the host's call does not count; the sums of what came back are compared. A string is copied into the callee's memory, a record goes there and back.",
  rounds: 41,
  sets: all.map(({ name }) => name),
  versions: async () => ({ isorun: programVersion, bun: Bun.version, wasmtime: (await wasmtime()).version }),
  cases: async ({ sets }) => {
    const binary = await assembled();
    const runtime = new Runtime();
    const handle = await runtime.instance(await runtime.load(readFileSync(binary))).instantiate();
    const peer = await wasmtime();
    return all
      .filter(({ name }) => sets.includes(name))
      .map((calls) => caseOf(calls, (name) => handle.func(name), peer));
  },
};

const assembled = async (): Promise<string> => (await assembleFiles([text]))(text);

let opened: Promise<WasmtimeCalls> | undefined;
const wasmtime = (): Promise<WasmtimeCalls> => (opened ??= assembled().then(openWasmtime));

function caseOf(
  { name, run, calls, args = [], limits }: Calls,
  ...[funcOf, peer]: readonly [(name: string) => (...args: number[]) => unknown, WasmtimeCalls]
): Case {
  const func = funcOf(run);
  let isWarm = false;
  const ours = () => {
    for (let turn = 0; turn < warmUps && !isWarm; turn += 1) func(calls, ...args);
    isWarm = true;
    const start = performance.now();
    const result = String(func(calls, ...args));
    return { durationMs: (performance.now() - start) / calls, output: result };
  };
  const theirs = async () => {
    const { result, durationMs } = await peer.call(run, [calls, ...args]);
    return { durationMs: durationMs / calls, output: result };
  };
  return {
    name,
    contenders: [
      { name: "isorun", measure: ours },
      { name: "wasmtime", measure: theirs },
    ],
    targets: limits === undefined ? [] : [{ against: "wasmtime", measure: "time", ...limits }],
    compareWork: (outputs) => {
      const [one, other] = [outputs.get("isorun"), outputs.get("wasmtime")];
      return one === other ? [] : [`the sum of results is ${one} and ${other}`];
    },
  };
}
