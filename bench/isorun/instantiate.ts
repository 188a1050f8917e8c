/** Instances of a component that is loaded, after the first: their modules are compiled, their adapters are there. */
import { join } from "node:path";
import { programVersion } from "@vivarium/core/version";
import { oraclePython } from "../../tools/oracles.ts";
import type { TimedContender } from "../contender.ts";
import type { Benchmark, CaseGroup } from "../harness.ts";
import { compareOutputs } from "../pins.ts";
import { keptProcess, keptProgram } from "./contender-process.ts";
import { singly } from "./instances.ts";
import { versionsBesideJco } from "./jco.ts";
import { type SizedComponent, sizedComponent } from "./sizes.ts";
import { wasmtimeVersion } from "./wasmtime-calls.ts";

/** In a process that holds as many instances. */
const manyAlive = 64;

/** Rounds before the first that counts: until compilers have done what they will do. */
const warmUps = 15;

export const instantiate: Benchmark = {
  name: "isorun.instantiate",
  summary: `One instance of a component after the first, beside jco's \`instantiate\` with compiled core modules, and wasmtime's from Python, with a store of its own; each contender in a process of its own. Each is timed singly, ${singly} in a round; the event loop turns before each, and garbage is collected when the engine wants to. The end is not in the time, for none: isorun's instances are terminated, those of the others let go. \`${manyAlive} kept alive\`: beside as many others, of which the oldest goes for each new one. An export of each instance is called, outside the time, and has to give the same.`,
  rounds: 21,
  sets: ["text", "rust"],
  versions: async () => ({
    isorun: programVersion,
    ...(await versionsBesideJco()),
    wasmtime: await wasmtimeVersion(),
  }),
  cases: async ({ scratch, sets }) => {
    const groups: CaseGroup[] = [];
    for (const set of sets) {
      const component = await sizedComponent(set);
      const ended = await contendersFor(component, { alive: 0, scratch });
      const alive = await contendersFor(component, { alive: manyAlive, scratch });
      const ownLimit = { limit_ms: 0.5, aim_ms: 0.15 };
      const same = { targets: [], compareWork: compareOutputs };
      groups.push(
        { cases: [{ ...same, name: component.name, contenders: ended, ownLimit }] },
        { cases: [{ ...same, name: `${component.name}, ${manyAlive} kept alive`, contenders: alive }] },
      );
    }
    return groups;
  },
};

interface Setting {
  readonly alive: number;
  readonly scratch: string;
}

async function contendersFor(
  { set, path, probe }: SizedComponent,
  { alive, scratch }: Setting,
): Promise<TimedContender[]> {
  const ours = { kind: "instantiate", path, alive, probe } as const;
  const theirs = { path, alive, probe, scratch: join(scratch, `${set}-${alive}`) };
  const program = join(import.meta.dir, "instances_under_wasmtime.py");
  const args = [path, alive, singly, probe.interface ?? "", probe.func, ...probe.args].map(String);
  return [
    keptProcess({ name: "isorun", job: { ...ours, isFuelCounted: false }, warmUps }),
    keptProcess({ name: "jco", job: { ...theirs, kind: "instantiate with jco" }, warmUps }),
    keptProgram("wasmtime", { command: [await oraclePython(), "-I", program, ...args], warmUps }),
    keptProcess({ name: "isorun with fuel", job: { ...ours, isFuelCounted: true }, warmUps }),
  ];
}
