/** How long a component's call of another one takes, beside wasmtime's fused calls. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { assembleFiles } from "../../tests/components/assemble.ts";
import type { Contender } from "../contender.ts";
import type { Benchmark, Case, CaseGroup, Target } from "../harness.ts";
import { openWasmtime, type WasmtimeCalls } from "./wasmtime-calls.ts";

const readText = (name: string): string => readFileSync(join(import.meta.dir, name), "utf8");
const [callee, caller] = [readText("callee.wat"), readText("caller.wat")];

interface Calls {
  readonly name: string;
  /** An export that makes as many calls as its first argument says. */
  readonly run: string;
  /** About a millisecond of them: less than what a busy machine gives at a time. */
  readonly calls: number;
  readonly args?: readonly number[];
  readonly limits?: Pick<Target, "limit" | "aim">;
}

/** One component of both, which wasmtime fuses and an engine need not link at all. */
const nested = (): string => `(component ${callee} ${caller}
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
  ${[...new Set(all.map(({ run }) => `(export "${run}" (func $caller "${run}"))`))].join("\n")})`;

/** What a host links to an instance of the caller by `linkLocal`. */
const provider = `(component ${callee} (instance $callee (instantiate $Callee)) (export "callee" (instance $callee)))`;

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
    "One call from a component into another, beside the same in wasmtime, where both are nested in one. Isorun's are nested too, or instances of two components that the host linked by `linkLocal`. The caller loops, so that the host's call does not count; the sums of what came back are compared. A string is copied into the callee's memory, a record goes there and back.",
  rounds: 41,
  sets: all.map(({ name }) => name),
  versions: async () => ({ isorun: programVersion, bun: Bun.version, wasmtime: (await wasmtime()).version }),
  cases: async ({ sets }) => {
    const binaries = await assembleFiles([nested(), provider, caller]);
    const ours = {
      nested: await nestedInstance(binaries(nested())),
      linked: await linkedInstances(binaries(provider), binaries(caller)),
    };
    const peer = await wasmtime();
    return all.filter(({ name }) => sets.includes(name)).map((calls) => groupOf(calls, ours, peer));
  },
};

async function nestedInstance(path: string): Promise<InstanceHandle> {
  const runtime = new Runtime();
  return runtime.instance(await runtime.load(readFileSync(path))).instantiate();
}

async function linkedInstances(...paths: readonly [callee: string, caller: string]): Promise<InstanceHandle> {
  const runtime = new Runtime();
  const [serves, calls] = await Promise.all(paths.map(async (path) => runtime.load(readFileSync(path))));
  if (serves === undefined || calls === undefined) throw new Error("both were loaded");
  return runtime
    .instance(calls)
    .linkLocal("callee", await runtime.instance(serves).instantiate())
    .instantiate();
}

let opened: Promise<WasmtimeCalls> | undefined;
const wasmtime = (): Promise<WasmtimeCalls> =>
  (opened ??= assembleFiles([nested()]).then(async (pathOf) => openWasmtime(pathOf(nested()))));

interface Ours {
  readonly nested: InstanceHandle;
  readonly linked: InstanceHandle;
}

function groupOf(calls: Calls, ours: Ours, peer: WasmtimeCalls): CaseGroup {
  const theirs = contenderOfPeer(calls, peer);
  const caseOf = (name: string, instance: InstanceHandle): Case => ({
    name,
    contenders: [ownContender(calls, instance), theirs],
    targets: calls.limits === undefined ? [] : [{ against: "wasmtime", measure: "time", ...calls.limits }],
    compareWork: (outputs) => {
      const [one, other] = [outputs.get("isorun"), outputs.get("wasmtime")];
      return one === other ? [] : [`the sum of results is ${one} and ${other}`];
    },
  });
  return { cases: [caseOf(calls.name, ours.nested), caseOf(`${calls.name}, linked`, ours.linked)] };
}

function ownContender({ run, calls, args = [] }: Calls, instance: InstanceHandle): Contender {
  const func = instance.func(run);
  let isWarm = false;
  const measure = () => {
    for (let turn = 0; turn < warmUps && !isWarm; turn += 1) func(calls, ...args);
    isWarm = true;
    const start = performance.now();
    const result = String(func(calls, ...args));
    return { durationMs: (performance.now() - start) / calls, output: result };
  };
  return { name: "isorun", measure };
}

function contenderOfPeer({ run, calls, args = [] }: Calls, peer: WasmtimeCalls): Contender {
  const measure = async () => {
    const { result, durationMs } = await peer.call(run, [calls, ...args]);
    return { durationMs: durationMs / calls, output: result };
  };
  return { name: "wasmtime", measure };
}
