/** Calls from JavaScript into a component, without imports and without a budget, with all checks on. */

import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, Case, Target } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { jcoInstances, openJco, versionsBesideJco } from "./jco.ts";
import { textComponent } from "./sizes.ts";

type Func = (...args: unknown[]) => unknown;

interface Call {
  /** In the component, and as jco names it. */
  readonly name: string;
  readonly jcoName: string;
  /** JavaScript: evaluated once. */
  readonly args: readonly string[];
  readonly times: number;
  readonly targets: readonly Target[];
}

const besideJco = { against: "jco", measure: "time", limit: 0.2, aim: 0.1 } as const;
const point = "{ a: 1, b: 2n, c: 0.5, d: true }";

const calls: Readonly<Record<string, Call>> = {
  u32: {
    name: "number",
    jcoName: "number",
    args: [],
    times: 1_000_000,
    targets: [{ against: "core export", measure: "time", limit: 3, aim: 1.5 }],
  },
  "string 16 B": {
    name: "give-text",
    jcoName: "giveText",
    args: ['"sixteen letters!"'],
    times: 200_000,
    targets: [besideJco],
  },
  record: { name: "give-point", jcoName: "givePoint", args: [point], times: 200_000, targets: [besideJco] },
};

export const callHost: Benchmark = {
  name: "isorun.call-host",
  summary:
    "Calls of a component's exports from JavaScript: by `func()`, beside jco's functions, `call()`, and for u32 the core function itself. Of one call.",
  rounds: 21,
  sets: Object.keys(calls),
  versions: versionsBesideJco,
  cases: async ({ scratch, sets }) => {
    const component = await textComponent("call-host.wat");
    const runtime = new Runtime();
    const handle = await runtime.instance(await runtime.load(component)).instantiate();
    const instance = await (await jcoInstances(await openJco(), { component, scratch }))();
    // jco's exports are functions by these names.
    const theirs = instance["values"] as Readonly<Record<string, Func>>;
    return sets.map((set): Case => {
      const call = calls[set];
      if (call === undefined) throw new Error(`no call is known as '${set}'`);
      const contenders = [
        synchronous("isorun", { call, func: handle.func(nameOf(call)) }),
        synchronous("jco", { call, func: theirs[call.jcoName] ?? missing(call.jcoName) }),
        ...(set === "u32" ? [synchronous("core export", { call, func: coreNumber() })] : []),
        awaited("isorun call()", { call, func: async (...args) => handle.call(nameOf(call), args) }),
      ];
      return { name: set, contenders, targets: call.targets, compareWork: compareOutputs };
    });
  },
};

const nameOf = ({ name }: Call): string => `bench:calls/values#${name}`;

function missing(name: string): never {
  throw new Error(`jco's instance has no '${name}'`);
}

/** The same function as the core module of the component has. */
function coreNumber(): Func {
  const bytes = "0061736d010000000105016000017f03020100070a01066e756d62657200000a0601040041070b";
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromHex(bytes)));
  // The module exports one function.
  return exports["number"] as Func;
}

interface Measuring {
  readonly call: Call;
  readonly func: Func;
}

/** Each loop is a function of its own: sharing one would make its call polymorphic. */
function synchronous(name: string, { call: { args, times }, func }: Measuring): TimedContender {
  const source = `${declared(args)} let result; for (let i = 0; i < ${times}; i += 1) result = func(${names(args)}); return result;`;
  // The text is made of constants of this file.
  // oxlint-disable-next-line no-implied-eval
  const run = new Function("func", source) as (func: Func) => unknown;
  return {
    name,
    measure: () => {
      const start = performance.now();
      const result = run(func);
      return { durationMs: (performance.now() - start) / times, output: printed(result) };
    },
  };
}

function awaited(name: string, { call: { args, times }, func }: Measuring): TimedContender {
  const source = `return (async () => { ${declared(args)} let result; for (let i = 0; i < ${times / 10}; i += 1) result = await func(${names(args)}); return result; })();`;
  // The text is made of constants of this file.
  // oxlint-disable-next-line no-implied-eval
  const run = new Function("func", source) as (func: Func) => Promise<unknown>;
  return {
    name,
    measure: async () => {
      const start = performance.now();
      const result = await run(func);
      return { durationMs: (performance.now() - start) / (times / 10), output: printed(result) };
    },
  };
}

const names = (args: readonly string[]): string => args.map((_, at) => `argument${at}`).join(", ");
const declared = (args: readonly string[]): string =>
  args.map((value, at) => `const argument${at} = ${value};`).join(" ");
const printed = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));
