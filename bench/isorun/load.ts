/**
 * Components from bytes to something that can be instantiated. jco's transpiling writes JavaScript and core modules,
 * which an engine has still to compile; that is not in its time.
 *
 * Cold has two meanings, and both are measured. A process that has loaded many components has warm code, and the
 * component is new: that is what a server pays, and the stricter of the two, since what jco gains by warmth is more. Or the
 * process is new as well: what a command pays, which is built with bytecode, and what a program pays that imports the
 * sources, half of whose time is spent on parsing them.
 */
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, Case, CaseGroup, Target } from "../harness.ts";
import { buildContender } from "./built-contender.ts";
import { type Contending, freshProcesses, keptProcess } from "./contender-process.ts";
import { versionsBesideJco } from "./jco.ts";
import type { LoadJob } from "./job.ts";
import { type SizedComponent, sizedComponent } from "./sizes.ts";

type Limit = Pick<Target, "limit" | "aim">;

interface Size {
  readonly without: Limit;
  readonly with: Limit;
  /** Loads of others before the first that counts: until times do not fall any more. */
  readonly warmUps: number;
  /** Of a process that is warm, and of new ones: times the rounds of the benchmark. */
  readonly roundsTimes: readonly [warm: number, first: number];
}

const small: Size = {
  without: { limit: 0.1, aim: 0.08 },
  with: { limit: 0.15, aim: 0.08 },
  warmUps: 1000,
  roundsTimes: [9, 2],
};

/** Ratios to jco. */
const sizes: Readonly<Record<string, Size>> = {
  /** For tests: smaller than what the targets speak of, and not warm after as few. */
  text: { ...small, warmUps: 10, roundsTimes: [1, 1] },
  rust: small,
  javascript: {
    without: { limit: 0.3, aim: 0.3 },
    with: { limit: 0.8, aim: 0.4 },
    warmUps: 16,
    roundsTimes: [3, 2],
  },
  python: {
    without: { limit: 0.35, aim: 0.35 },
    with: { limit: 0.9, aim: 0.5 },
    warmUps: 2,
    roundsTimes: [2, 1],
  },
};

const fromStore = { limit: 0.05, aim: 0.02 };

export const load: Benchmark = {
  name: "isorun.load",
  summary:
    "A component is decoded, validated and compiled, beside jco's transpile of the same on Bun, each contender in a process of its own. No component was seen before: its core modules are changed for each time, before the clock starts. Rows with the size alone: the process has loaded many others before, until it got no faster. `first in a process`: the first component of a new process, whose program was built as the command is, with bytecode; jco as its package ships it. `from sources`: the same with sources that Bun reads. The library is imported before the clock starts, what it imports later by itself is in the time. With fuel: `load` is told a budget of fuel, and ends with all modules rewritten and compiled for it; that an instance counts fuel and has none compiled again is checked outside the time. From the store: another process has loaded the same bytes before; what is decoded and validated is read, and the engine compiles with the first instance. Compiling what jco writes is not in jco's time. Same work: the same exports, and as many bytes of core modules.",
  rounds: 5,
  sets: ["rust", "javascript", "python"],
  versions: async () => ({ isorun: programVersion, ...(await versionsBesideJco()) }),
  cases: async ({ scratch, sets }) => {
    const groups: CaseGroup[] = [];
    const program = buildContender(scratch);
    for (const set of sets) {
      const size = sizes[set];
      if (size === undefined) throw new Error(`no limit stands for '${set}'`);
      const component = await sizedComponent(set);
      const { warmUps, roundsTimes: times } = size;
      const warm = contendersFor(component, {
        of: (contending) => keptProcess({ ...contending, warmUps }),
        store: join(scratch, `${set}-warm`),
      });
      const first = contendersFor(component, {
        of: (contending) => freshProcesses(contending, contending.name === "isorun" ? program : undefined),
        store: join(scratch, `${set}-first`),
      });
      const sources = contendersFor(component, {
        of: (contending) => freshProcesses(contending),
        store: join(scratch, `${set}-sources`),
      });
      const add = (suffix: string, contenders: Contenders, roundsTimes: number) =>
        groups.push({ cases: casesOf(`${component.name}${suffix}`, { ...contenders, size }), roundsTimes });
      add("", warm, times[0]);
      add(", first in a process", first, times[1]);
      add(", first in a process from sources", sources, times[1]);
    }
    return groups;
  },
};

interface Contenders {
  readonly bare: TimedContender;
  readonly counted: TimedContender;
  readonly stored: TimedContender;
  readonly jco: TimedContender;
}

interface Setting {
  readonly of: (contending: Contending) => TimedContender;
  /** A directory of its own. */
  readonly store: string;
}

function contendersFor({ path, probe }: SizedComponent, { of, store }: Setting): Contenders {
  const job: LoadJob = { kind: "load", path, isFuelCounted: false, probe };
  return {
    bare: of({ name: "isorun", job }),
    counted: of({ name: "isorun", job: { ...job, isFuelCounted: true } }),
    stored: of({ name: "isorun", job: { ...job, store, isKept: true }, before: { ...job, store } }),
    jco: of({ name: "jco", job: { kind: "transpile with jco", path } }),
  };
}

function casesOf(name: string, { bare, counted, stored, jco, size }: Contenders & { readonly size: Size }): Case[] {
  const caseOf = (way: string, ours: TimedContender, limit: Limit): Case => ({
    name: `${name}, ${way}`,
    contenders: [ours, jco],
    targets: [{ against: "jco", measure: "time", ...limit }],
    compareWork: compareLoads,
  });
  return [
    caseOf("with fuel", counted, size.with),
    caseOf("without fuel", bare, size.without),
    caseOf("from the store", stored, fromStore),
  ];
}

interface Loaded {
  readonly exports: readonly string[];
  readonly coreBytes: number;
}

/** jco writes some modules anew, by which they grow. */
const growthMax = 1.02;

/** The same exports, and all core modules. jco names an interface twice, also by its short name. */
export function compareLoads(outputs: ReadonlyMap<string, string>): string[] {
  const [ours, theirs] = [loadedOf(outputs.get("isorun")), loadedOf(outputs.get("jco"))];
  if (ours.exports.length === 0) return ["isorun found no exports"];
  const shortNames = ours.exports.map((name) => camelCase(/[^/]*?(?=@|$)/.exec(name.replace(/.*\//, ""))?.[0] ?? ""));
  const known = new Set([...ours.exports, ...shortNames]);
  const missing = ours.exports.filter((name) => !theirs.exports.includes(name));
  const more = theirs.exports.filter((name) => !known.has(name));
  const isAll = theirs.coreBytes >= ours.coreBytes && theirs.coreBytes <= ours.coreBytes * growthMax;
  return [
    ...missing.map((name) => `jco did not name the export '${name}'`),
    ...more.map((name) => `isorun did not name the export '${name}'`),
    ...(isAll ? [] : [`isorun had ${ours.coreBytes} bytes of core modules, jco ${theirs.coreBytes}`]),
  ];
}

// Written by load-work.ts and jco-work.ts.
const loadedOf = (output: string | undefined): Loaded =>
  JSON.parse(output ?? '{ "exports": [], "coreBytes": 0 }') as Loaded;

const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
