/** A world as data, all of which follows from its seed: instances, what they are linked to, their budgets, and what happens. */
import type { Budget } from "../../isorun/index.ts";
import { pick, type Random, randomFrom, times } from "../fuzz/random.ts";
import {
  type Drafting,
  draftCall,
  type Hazard,
  type HostPlan,
  happens,
  hazards,
  type PlannedCall,
  type Weather,
  weathers,
} from "./program.ts";

export interface WorldPlan {
  readonly weather: Weather;
  readonly links: readonly (readonly number[])[];
  readonly budgets: readonly Budget[];
  readonly calls: readonly OuterCall[];
  readonly hostPlans: readonly HostPlan[];
  /** Instances that are ended, and those of which the host destroys a resource if it has one then. */
  readonly terminations: readonly number[];
  readonly disposals: readonly number[];
}

export interface OuterCall extends PlannedCall {
  readonly how: "call" | "sync";
  /** Made before anything else happens, not when it is chosen. */
  readonly isFirst: boolean;
}

/** Diamonds, chains, two links to one neighbour; links lead to greater numbers. */
const topologies: readonly WorldPlan["links"][] = [
  [[1], [2], [3], []],
  [[1, 2], [3], [3], []],
  [[1, 1], [2, 2], []],
  [[1, 2], [3, 4], [4, 3], [5], [5], []],
  [[1, 2], [2], []],
  [[]],
];

/** More than a world can spend; of less, an instance may run out at any point. */
const ampleFuel = 1_000_000_000n;
export const isSmall = ({ fuel }: Budget): boolean => fuel !== undefined && fuel < ampleFuel;

const outerDepth = 3;
const callsLeast = 5;
const disposalsPerWorld = 5;

export function planWorld(seed: number): WorldPlan {
  const random = randomFrom(seed);
  const weather = pick(random, weathers);
  const links = pick(random, topologies);
  const found = new Set(weather === "calm" ? [] : hazards.filter(() => random(2) === 0));
  const budgets = links.map(() => draftBudget(random, found));
  const countsFuel = budgets.map(({ fuel, cpuMs }) => fuel !== undefined || cpuMs !== undefined);
  const drafting: Drafting = { random, hazards: found, weather, links, countsFuel, hostPlans: [] };
  const calls = times(callsLeast + random(25), () => draftOuterCall(drafting));
  const isTerminated = happens(drafting, "terminate", 40);
  return {
    weather,
    links,
    budgets,
    calls,
    hostPlans: drafting.hostPlans,
    terminations: isTerminated ? [random(links.length)] : [],
    disposals: times(disposalsPerWorld, () => random(links.length)),
  };
}

/** Most come in at the top. */
function draftOuterCall(drafting: Drafting): OuterCall {
  const { random, links } = drafting;
  const target = random(3) > 0 ? 0 : random(links.length);
  const how = happens(drafting, "synchronous", 5) ? "sync" : "call";
  return { ...draftCall(drafting, target, outerDepth), how, isFirst: random(3) === 0 };
}

/** Limits of processor time are never reached, but counted. */
function draftBudget(random: Random, found: ReadonlySet<Hazard>): Budget {
  const isSmallOne = happens({ random, hazards: found }, "budget", 40);
  const fuel = isSmallOne ? BigInt(3000 + random(60_000)) : ampleFuel;
  return {
    ...(random(2) === 0 ? { fuel } : {}),
    ...(random(5) === 0 ? { cpuMs: 600_000 } : {}),
    ...(random(4) === 0 ? { maxHandles: 1000 } : {}),
    ...(random(4) === 0 ? { maxMemoryBytes: 2 ** 20 } : {}),
  };
}
