/**
 * One world from its seed to its end: instances are made and linked, calls are made, and when nothing is left to happen,
 * each instance is ended before those that it is linked to, which must have nothing left of it.
 */
import { type Component, type LiveInstance, Runtime } from "../../isorun/index.ts";
import { assemble } from "../components/assemble.ts";
import { randomFrom, seedOf } from "../fuzz/random.ts";
import { guestText } from "./component-text.ts";
import { hostOf, terminate } from "./host-functions.ts";
import { type Endings, emptyLedger, find, isReady, judgeDestroyed, type Ledger } from "./ledger.ts";
import { handleOf, makeCall, makeSyncCall, type World } from "./make-call.ts";
import { plainOperations, sides } from "./operations.ts";
import { callFuelMost, type Weather } from "./program.ts";
import { stepsBy } from "./steps.ts";
import { isSmall, type OuterCall, planWorld } from "./world-plan.ts";

export interface WorldReport {
  /** Of its run. */
  readonly world: number;
  readonly weather: Weather;
  readonly endings: Endings;
  readonly findings: readonly string[];
  readonly trace: readonly string[];
}

/** Guests with no, one and two neighbours: a component is of no runtime, so that all worlds share them. */
export async function loadGuests(): Promise<readonly Component[]> {
  const texts = guestTexts();
  const read = await assemble(texts);
  const runtime = new Runtime();
  return Promise.all(texts.map((text) => runtime.load(read(text))));
}

export const guestTexts = (): readonly string[] => [0, 1, 2].map((count) => guestText(sides.slice(0, count)));

export interface WorldNumber {
  readonly seed: number;
  readonly world: number;
}

export async function runWorld(
  guests: readonly Component[],
  { seed, world: index }: WorldNumber,
): Promise<WorldReport> {
  const own = seedOf(seed, index);
  const plan = planWorld(own);
  const ledger = emptyLedger();
  const steps = stepsBy(randomFrom(seedOf(own, 1)));
  const world: World = { plan, ledger, steps, held: plan.links.map(() => []), known: [] };
  const stopListening = listenForRejections(ledger);
  const runtime = new Runtime();
  try {
    await instantiateAll(world, runtime, guests);
    await live(world);
    // Calls that hang end with it.
    ledger.hasTerminated = true;
    await runtime.close();
    await steps.takeAll();
  } catch (error) {
    find(ledger, error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    stopListening();
  }
  return { world: index, weather: plan.weather, ...ledger };
}

function listenForRejections(ledger: Ledger): () => void {
  const listener = (error: unknown): void => find(ledger, `a promise is rejected that nobody has: ${String(error)}`);
  process.on("unhandledRejection", listener);
  return () => process.off("unhandledRejection", listener);
}

/** Links lead to greater numbers: those come first. */
async function instantiateAll(world: World, runtime: Runtime, guests: readonly Component[]): Promise<void> {
  const { plan, ledger } = world;
  for (const [instance, links] of [...plan.links.entries()].toReversed()) {
    const guest = guests[links.length];
    if (guest === undefined) throw new Error(`there is no guest with ${links.length} neighbours`);
    const budget = plan.budgets[instance] ?? {};
    const builder = runtime.instance(guest).linkHost(hostOf(world, instance));
    if (Object.keys(budget).length > 0) builder.budget(budget);
    for (const [index, neighbour] of links.entries()) builder.linkLocal(sides[index] ?? "", handleOf(world, neighbour));
    const handle: LiveInstance = await builder.instantiate();
    ledger.instances[instance] = { handle, budget, mayHaveEnded: false };
  }
}

async function live(world: World): Promise<void> {
  const { plan, ledger, steps } = world;
  for (const call of plan.calls) {
    if (call.isFirst) callFromOutside(world, call);
    else steps.add(() => callFromOutside(world, call));
  }
  for (const instance of plan.terminations) steps.add(() => void terminate(world, instance));
  for (const instance of plan.disposals) steps.add(() => void dispose(world, world.held[instance]?.pop()));
  await steps.takeAll();
  const waiting = ledger.calls.filter(({ hasEnded }) => !hasEnded);
  // What follows would say no more.
  if (waiting.length > 0) return find(ledger, `calls ${waiting.map(({ id }) => id).join(", ")} hang`);
  await endAll(world);
}

function callFromOutside(world: World, call: OuterCall): void {
  // Failures are judged where calls are made.
  if (call.how === "call") makeCall(world, call).catch(() => undefined);
  else {
    try {
      makeSyncCall(world, call);
    } catch {
      // As above.
    }
  }
}

/** What was given away meanwhile, or whose instance has ended, is left alone by it. */
async function dispose({ ledger }: World, resource: AsyncDisposable | undefined): Promise<void> {
  try {
    await resource?.[Symbol.asyncDispose]();
  } catch (error) {
    const isExplained = ledger.instances.some(({ handle }) => handle.state !== "ready");
    if (!isExplained) find(ledger, `a resource cannot be destroyed: ${String(error)}`);
  }
}

async function endAll(world: World): Promise<void> {
  const { ledger, steps, known } = world;
  const disposals = known.map((resource) => dispose(world, resource));
  await steps.takeAll();
  await Promise.all(disposals);
  judgeStates(ledger);
  for (const instance of ledger.instances.keys()) await endInstance(world, instance);
}

function judgeStates({ instances, ...ledger }: Ledger): void {
  for (const [instance, { handle, budget, mayHaveEnded }] of instances.entries()) {
    if (handle.state === "ready" || mayHaveEnded) continue;
    if (handle.state === "exhausted" && isSmall(budget)) continue;
    find({ instances, ...ledger }, `instance ${instance} is ${handle.state}, and nothing has ended it`);
  }
}

/** Those that are linked to it have ended, and nobody has anything of it. */
async function endInstance(world: World, instance: number): Promise<void> {
  const { ledger, steps } = world;
  const handle = handleOf(world, instance);
  if (isReady(ledger, instance)) await callOnceMore(world, instance);
  if (isReady(ledger, instance)) judgeDestroyed(ledger, instance);
  await handle.terminate();
  await steps.takeAll();
  const { handles } = handle.usage();
  if (handles !== 0) find(ledger, `instance ${instance} has ended, and has ${handles} handles`);
}

/** What lives can be called, and computes more than any call was limited to. */
async function callOnceMore(world: World, instance: number): Promise<void> {
  const { numbers } = isSmall(world.ledger.instances[instance]?.budget ?? {}) ? idle : busy;
  const program = { numbers, canTrap: false };
  const call = makeCall(world, { target: instance, program, limits: { isAbortable: false } });
  const settled = call.then(
    () => true,
    () => true,
  );
  await world.steps.takeAll();
  const isSettled = await Promise.race([settled, Promise.resolve(false)]);
  if (!isSettled) find(world.ledger, `instance ${instance} is ready, and a call of it hangs`);
}

const idle = { numbers: [] };
const busy = { numbers: [plainOperations.spin, callFuelMost] };
