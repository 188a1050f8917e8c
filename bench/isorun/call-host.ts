/** Calls from JavaScript into a component, without imports and without a budget, with all checks on. */
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, Case, Target } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { keptProcess } from "./contender-process.ts";
import { versionsBesideJco } from "./jco.ts";
import type { Calls, Job } from "./job.ts";
import { textPath } from "./sizes.ts";

interface Call extends Calls {
  /** In the component, and as jco names it. */
  readonly name: string;
  readonly jcoName: string;
  readonly targets: readonly Target[];
}

const besideJco = { against: "jco", measure: "time", limit: 0.2, aim: 0.1 } as const;
const point = "{ a: 1, b: 2n, c: 0.5, d: true }";

const calls: Readonly<Record<string, Call>> = {
  u32: {
    name: "number",
    jcoName: "number",
    args: [],
    times: 400_000,
    targets: [{ against: "core export", measure: "time", limit: 3, aim: 1.5 }],
  },
  "string 16 B": {
    name: "give-text",
    jcoName: "giveText",
    args: ['"sixteen letters!"'],
    times: 100_000,
    targets: [besideJco],
  },
  record: { name: "give-point", jcoName: "givePoint", args: [point], times: 100_000, targets: [besideJco] },
};

/** Rounds before the first that counts: until compilers have done what they will do. */
const warmUps = 5;

export const callHost: Benchmark = {
  name: "isorun.call-host",
  summary:
    "Calls of a component's exports from JavaScript: by `func()`, beside jco's functions, `call()`, and for u32 the core function itself; each in a process of its own, in a loop. Of one call. What the last one gave is compared.",
  rounds: 21,
  sets: Object.keys(calls),
  versions: async () => ({ isorun: programVersion, ...(await versionsBesideJco()) }),
  cases: async ({ scratch, sets }) => {
    const path = await textPath("call-host.wat");
    return sets.map((set) => {
      const call = calls[set];
      if (call === undefined) throw new Error(`no call is known as '${set}'`);
      return caseOf(set, { call, path, scratch: join(scratch, call.name) });
    });
  },
};

interface Setting {
  readonly call: Call;
  readonly path: string;
  readonly scratch: string;
}

function caseOf(set: string, { call, path, scratch }: Setting): Case {
  const { name, jcoName, args, times, targets } = call;
  const contender = (who: string, job: Job): TimedContender => keptProcess({ name: who, job, warmUps });
  const ours = { kind: "call", path, name: `bench:calls/values#${name}` } as const;
  const once = { args, times };
  return {
    name: set,
    contenders: [
      contender("isorun", { ...ours, isAwaited: false, calls: once }),
      contender("jco", { kind: "call with jco", path, scratch, interface: "values", name: jcoName, calls: once }),
      ...(set === "u32" ? [contender("core export", { kind: "call core", calls: once })] : []),
      contender("isorun call()", { ...ours, isAwaited: true, calls: { args, times: times / 10 } }),
    ],
    targets,
    compareWork: compareOutputs,
  };
}
