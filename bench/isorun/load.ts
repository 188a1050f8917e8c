/**
 * Components from bytes to something that can be instantiated. jco's transpiling writes JavaScript and core modules,
 * which an engine has still to compile; that is not in its time. Both in this process on Bun, warm: what is cold is the
 * component, which no cache knows.
 */
import { join } from "node:path";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { Benchmark, Case, Target } from "../harness.ts";
import { openJco, type Transpile, versionsBesideJco } from "./jco.ts";
import { componentOf, describeSize } from "./sizes.ts";

/** Ratios to jco. Those of the text are the ones of the smallest real component. */
const limits: Readonly<Record<string, Readonly<Record<"without" | "with", Limit>>>> = {
  text: { without: { limit: 0.1, aim: 0.08 }, with: { limit: 0.15, aim: 0.08 } },
  rust: { without: { limit: 0.1, aim: 0.08 }, with: { limit: 0.15, aim: 0.08 } },
  javascript: { without: { limit: 0.3, aim: 0.3 }, with: { limit: 0.8, aim: 0.4 } },
  python: { without: { limit: 0.35, aim: 0.35 }, with: { limit: 0.9, aim: 0.5 } },
};

const fromStore = { limit: 0.05, aim: 0.02 };

type Limit = Pick<Target, "limit" | "aim">;

export const load: Benchmark = {
  name: "isorun.load",
  summary:
    "A component is decoded, validated and compiled, beside jco's transpile of the same. With fuel: until there is an instance that counts fuel, so what it does once more, and instantiating, are in the time. From the store: what is decoded and validated is there; the engine compiles with the first instance.",
  rounds: 15,
  sets: ["text", "rust", "javascript", "python"],
  versions: versionsBesideJco,
  cases: async ({ scratch, sets }) => {
    const transpile = await openJco();
    const cases: Case[] = [];
    for (const set of sets) {
      const component = await componentOf(set);
      const name = describeSize(set, component);
      const of = limits[set];
      if (of === undefined) throw new Error(`no limit stands for '${set}'`);
      const peer = jcoContender(transpile, component);
      cases.push(caseOf(name, { ours: loading(component), peer, limit: of.without }));
      cases.push(caseOf(`${name}, with fuel`, { ours: loadingWithFuel(component), peer, limit: of.with }));
      const kept = { ours: await loadingFromStore(component, join(scratch, "store")), peer, limit: fromStore };
      cases.push(caseOf(`${name}, from the store`, kept));
    }
    return cases;
  },
};

type Timed = Case["contenders"][number];

function caseOf(name: string, { ours, peer, limit }: { ours: Timed; peer: Timed; limit: Limit }): Case {
  return {
    name,
    contenders: [ours, peer],
    targets: [{ against: "jco", measure: "time", ...limit }],
    compareWork: compareExports,
  };
}

function loading(component: Uint8Array): Timed {
  return {
    name: "isorun",
    measure: async () => {
      const runtime = new Runtime();
      const start = performance.now();
      const { exports } = await runtime.load(component);
      return { durationMs: performance.now() - start, output: [...exports.keys()].join("\n") };
    },
  };
}

/** What another runtime has loaded; the engine compiles modules when there is an instance, which is not in the time. */
async function loadingFromStore(component: Uint8Array, store: string): Promise<Timed> {
  await new Runtime({ store }).load(component);
  return {
    name: "isorun",
    measure: async () => {
      const runtime = new Runtime({ store });
      const start = performance.now();
      const { exports, cost } = await runtime.load(component);
      const durationMs = performance.now() - start;
      if (!cost.fromStore) throw new Error("the store did not know the component");
      return { durationMs, output: [...exports.keys()].join("\n") };
    },
  };
}

/** What is imported traps when it is called: the start functions of these components call nothing. */
function loadingWithFuel(component: Uint8Array): Timed {
  return {
    name: "isorun",
    measure: async () => {
      const runtime = new Runtime();
      const start = performance.now();
      const loaded = await runtime.load(component, { budget: { fuel: 10n ** 15n } });
      const builder = runtime
        .instance(loaded)
        .unknownImportsTrap()
        .budget({ fuel: 10n ** 15n });
      const instance = await builder.instantiate();
      const durationMs = performance.now() - start;
      if (instance.state !== "ready") throw new Error(`the instance is ${instance.state}`);
      await runtime.close();
      return { durationMs, output: [...loaded.exports.keys()].join("\n") };
    },
  };
}

function jcoContender(transpile: Transpile, component: Uint8Array): Timed {
  return {
    name: "jco",
    measure: async () => {
      const start = performance.now();
      const { exports } = await transpile(component);
      return { durationMs: performance.now() - start, output: exports.map(([name]) => name).join("\n") };
    },
  };
}

/** jco names an interface twice, also by its short name, which it may write as an identifier. */
function compareExports(outputs: ReadonlyMap<string, string>): string[] {
  const [ours = "", theirs = ""] = [outputs.get("isorun"), outputs.get("jco")];
  const known = new Set(theirs.split("\n"));
  if (ours === "") return ["isorun found no exports"];
  return ours
    .split("\n")
    .filter((name) => !known.has(name))
    .map((name) => `jco did not name the export '${name}'`);
}
