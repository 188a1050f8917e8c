/**
 * Programs by chance: for an instance, operations that only use neighbours that it has. Where an operation asks the host for
 * something, what the host does is planned too.
 */
import { pick, type Random } from "../fuzz/random.ts";
import { besideSlot, plainOperations, type SideOperation, sideOperation, sides, slotsPerSide } from "./operations.ts";

export interface Program {
  readonly numbers: readonly number[];
  /** Whether it can come to an `unreachable`, also at a neighbour that it is handed on to. */
  readonly canTrap: boolean;
}

export interface CallLimits {
  readonly fuel?: bigint;
  /** There is a step that aborts it, if it comes before the end. */
  readonly isAbortable: boolean;
}

export interface PlannedCall {
  /** Number of the instance. */
  readonly target: number;
  readonly program: Program;
  readonly limits: CallLimits;
}

/** What a host function does before it answers. */
export interface HostPlan extends PlannedCall {
  /**
   * `call` waits for its end; `inside` is a synchronous one by a host function that is synchronous itself; `later` is one
   * that the host makes for itself, when it is its turn, and does not wait for.
   */
  readonly how: "call" | "inside" | "later";
  /** Whether the failure of the call is that of the host function too. */
  readonly catches: boolean;
  readonly throws: boolean;
  /** When it makes the call. */
  readonly delay: Delay;
  /** Without one, the engine knows whose host function runs, as long as there was no delay. */
  readonly passesContext: boolean;
  /** Made at the same time, with the same context. */
  readonly beside: PlannedCall | undefined;
  /** The call gives what the host has of that instance, if it has something. */
  readonly gives: boolean;
  /** An instance that is ended first. */
  readonly terminates: number | undefined;
}

export const delays = ["none", "microtask", "microtasks", "step"] as const;
export type Delay = (typeof delays)[number];

/**
 * `calm`: nothing limits or ends anything, and instances only call those with greater numbers, so that every call must
 * succeed. `ordered`: calls fail in all ways, but never wait for each other. `wild`: the host calls any instance.
 */
export const weathers = ["calm", "ordered", "wild"] as const;
export type Weather = (typeof weathers)[number];

/** What ends calls, or keeps them from waiting. Most worlds have some of them only: in one with all, little lives for long. */
export const hazards = ["trap", "throw", "abort", "fuel", "budget", "synchronous", "terminate"] as const;
export type Hazard = (typeof hazards)[number];

export interface Drafting {
  readonly random: Random;
  readonly hazards: ReadonlySet<Hazard>;
  readonly weather: Weather;
  /** For each instance those that it is linked to, by "l" and "r": their numbers are greater. */
  readonly links: readonly (readonly number[])[];
  /** Which of them can limit the fuel of one call. */
  readonly countsFuel: readonly boolean[];
  readonly hostPlans: HostPlan[];
}

/** In instructions: enough for most programs. */
export const callFuelMost = 20_000;

interface Size {
  /** How often it may be handed on. */
  readonly depth: number;
  readonly operations: number;
}

export const happens = (drafting: Pick<Drafting, "random" | "hazards">, hazard: Hazard, percent: number): boolean =>
  drafting.hazards.has(hazard) && drafting.random(100) < percent;

export function draftProgram(drafting: Drafting, instance: number, { depth, operations }: Size): Program {
  return inOrder(Array.from({ length: operations }, () => draftOperation(drafting, instance, depth)));
}

const inOrder = (programs: readonly Program[]): Program => ({
  numbers: programs.flatMap(({ numbers }) => numbers),
  canTrap: programs.some(({ canTrap }) => canTrap),
});

const plain = (operation: keyof typeof plainOperations, operand: number): Program => ({
  numbers: [plainOperations[operation], operand],
  canTrap: operation === "trap",
});

function draftOperation(drafting: Drafting, instance: number, depth: number): Program {
  const { random, links } = drafting;
  const neighbours = links[instance] ?? [];
  const choice = random(20);
  if (choice < 3) return plain("wait", random(200));
  if (choice < 4) return plain("spin", random(2000));
  if (choice < 6) return draftHostCall(drafting, instance, depth);
  if (choice === 6 && happens(drafting, "trap", 6)) return plain("trap", 0);
  if (neighbours.length === 0) return plain("wait", random(50));
  return draftAtNeighbour(drafting, random(neighbours.length), { neighbours, choice, depth });
}

function draftHostCall(drafting: Drafting, instance: number, depth: number): Program {
  const { random, links } = drafting;
  const target = random(links.length);
  if (depth === 0 || !mayCall(drafting, instance, target)) return plain("wait", random(50));
  return plain("host", draftHostPlan(drafting, target, depth - 1));
}

/** From its host functions; back seldom, since a call that comes back into its own chain ends all of it. */
const mayCall = ({ random, weather }: Drafting, instance: number, target: number): boolean =>
  target > instance || (weather === "wild" && random(3) === 0);

interface AtNeighbour {
  readonly neighbours: readonly number[];
  readonly choice: number;
  readonly depth: number;
}

function draftAtNeighbour(drafting: Drafting, index: number, { neighbours, choice, depth }: AtNeighbour): Program {
  const { random } = drafting;
  const [side = "l", neighbour = 0] = [sides[index], neighbours[index]];
  const slot = random(slotsPerSide);
  const simple = (operation: SideOperation, value = 0): Program => ({
    numbers: [sideOperation(operation, side), besideSlot(slot, value)],
    canTrap: false,
  });
  const handOn = (operation: SideOperation, operations: number): Program => {
    const program = draftProgram(drafting, neighbour, { depth: depth - 1, operations });
    const head = simple(operation, program.numbers.length);
    return { numbers: [...head.numbers, ...program.numbers], canTrap: program.canTrap };
  };
  if (choice < 10 && depth > 0) return handOn("run", 1 + random(3));
  if (choice < 12) return simple("make");
  // Others come to the neighbour meanwhile, so that the end of the resource has to wait for its turn.
  if (choice < 13) return inOrder([simple("make"), plain("wait", random(200)), simple("drop")]);
  if (choice < 14) return depth > 0 ? handOn("use", random(3)) : simple("make");
  if (choice < 16) return simple("drop");
  if (choice < 17) return simple("take");
  if (choice < 18) return depth > 0 ? simple("lend", draftHostPlan(drafting, neighbour, depth - 1)) : simple("drop");
  if (choice < 19 || depth === 0) return simple("back");
  return handOn("give", random(2));
}

/** @returns its number */
function draftHostPlan(drafting: Drafting, target: number, depth: number): number {
  const { random, hostPlans, links } = drafting;
  const delay = pick(random, delays);
  const plan: HostPlan = {
    ...draftCall(drafting, target, depth),
    how: draftHow(drafting),
    catches: random(3) > 0,
    throws: happens(drafting, "throw", 3),
    delay,
    passesContext: delay !== "none" || random(2) === 0,
    // Of what calls this instance, and of a neighbour of it: greater numbers too.
    beside: random(4) === 0 ? draftCall(drafting, draftBeside(drafting, target), depth) : undefined,
    gives: random(5) === 0,
    terminates: happens(drafting, "terminate", 1) ? random(links.length) : undefined,
  };
  hostPlans.push(plan);
  return hostPlans.length - 1;
}

function draftHow(drafting: Drafting): HostPlan["how"] {
  if (happens(drafting, "synchronous", 8)) return "inside";
  return drafting.random(12) === 0 ? "later" : "call";
}

const draftBeside = ({ random, weather, links }: Drafting, target: number): number =>
  weather === "wild" && random(3) === 0 ? random(links.length) : target + random(links.length - target);

/** Of a plan, and from outside. */
export function draftCall(drafting: Drafting, target: number, depth: number): PlannedCall {
  const { random, countsFuel } = drafting;
  const program = draftProgram(drafting, target, { depth, operations: random(depth < 3 ? 4 : 7) });
  const hasFuel = countsFuel[target] === true && happens(drafting, "fuel", 10);
  const fuel = random(4) === 0 ? 0n : BigInt(200 + random(callFuelMost - 200));
  return { target, program, limits: { ...(hasFuel ? { fuel } : {}), isAbortable: happens(drafting, "abort", 12) } };
}
