/** What guests import of the host: it keeps the books of the model, answers when the plan says so, and makes calls itself. */
import type { CallContext, Linker } from "../../isorun/index.ts";
import { type Call, callOf, destroy, enter, exit, explain, find, isReady, makeResource } from "./ledger.ts";
import { type Circumstances, handleOf, makeCall, makeSyncCall, type World } from "./make-call.ts";
import { type Side, sides } from "./operations.ts";
import { type Delay, delays, type HostPlan } from "./program.ts";
import type { Steps } from "./steps.ts";

/** What a host function answers with where the call that it made has failed, and it does not care. */
const caught = 3;

export const hostOf =
  (world: World, instance: number) =>
  (linker: Linker): void => {
    const { ledger, plan } = world;
    linker.func("enter", (id: number) => enter(ledger, instance, id));
    linker.func("exit", (id: number) => exit(ledger, instance, id));
    linker.func("made", () => makeResource(ledger, instance));
    linker.func("gone", (representation: number) => destroyed(world, instance, representation));
    linker.func("wait", (id: number, operand: number) => answerOf(world, callOf(ledger, id), operand));
    linker.func("host-run", (id: number, number: number, context: CallContext) =>
      carryOut(world, planOf(world, number), { call: callOf(ledger, id), context }),
    );
    for (const [index, neighbour] of (plan.links[instance] ?? []).entries()) {
      const side = sides[index];
      if (side !== undefined) handOver(world, linker, { side, neighbour });
    }
  };

/** Resources that pass between the host and a guest. */
function handOver(world: World, linker: Linker, { side, neighbour }: { side: Side; neighbour: number }): void {
  const { ledger, held, known, steps } = world;
  linker.func(`take-${side}`, (resource: AsyncDisposable, id: number) => {
    ledger.trace.push(`  ${id} gives the host one of ${neighbour}`);
    held[neighbour]?.push(resource);
    known.push(resource);
    return id % 2 === 0 ? undefined : Promise.resolve();
  });
  linker.func(`lend-${side}`, (resource: AsyncDisposable, id: number, number: number, context: CallContext) =>
    carryOut(world, planOf(world, number), { call: callOf(ledger, id), context, lent: resource }),
  );
  linker.func(`back-${side}`, (id: number) => {
    const resource = held[neighbour]?.pop();
    ledger.trace.push(`  ${id} is given ${resource === undefined ? "none" : "one"} of ${neighbour}`);
    return later(steps, delayBy(id), () => resource);
  });
}

const delayBy = (number: number): Delay => delays[number % delays.length] ?? "none";

/** @returns a promise where there is a delay */
function later<T>(steps: Steps, delay: Delay, make: () => T): T | Promise<T> {
  if (delay === "none") return make();
  return passed(steps, delay).then(make);
}

async function passed(steps: Steps, delay: Delay): Promise<void> {
  if (delay === "step") await steps.next();
  if (delay === "microtasks") for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
}

function answerOf({ ledger, steps }: World, call: Call, operand: number): number | Promise<number> {
  ledger.trace.push(`  ${call.id} asks for ${operand}`);
  if (call.hasEnded) find(ledger, `call ${call.id} asks its host after its end`);
  const answer = operand * 7;
  return later(steps, delayBy(operand + call.id), () => {
    call.sum += answer;
    return answer;
  });
}

function destroyed({ ledger, steps }: World, instance: number, representation: number): void | Promise<void> {
  destroy(ledger, instance, representation);
  // Whatever ends while its destructor waits ends with the call that dropped the resource.
  const look = (): void => {
    if (!isReady(ledger, instance)) explain(ledger, instance);
  };
  // Behind the answer the destructor may still be ended before it goes on.
  return later(steps, delayBy(representation), () => void setImmediate(look));
}

function planOf({ plan }: World, number: number): HostPlan {
  const found = plan.hostPlans[number];
  if (found === undefined) throw new Error(`a guest names a plan ${number} that nobody made`);
  return found;
}

/** Whose host function it is. */
interface Asking {
  readonly call: Call;
  readonly context: CallContext;
  readonly lent?: AsyncDisposable;
}

function carryOut(world: World, plan: HostPlan, asking: Asking): number | Promise<number> {
  const { call } = asking;
  world.ledger.trace.push(`  ${call.id} has its host call ${plan.target}, ${plan.how}`);
  if (plan.throws) call.canTrap = true;
  if (plan.throws) throw new Error("the plan has the host throw");
  if (plan.how === "inside") return callInside(world, plan, call);
  if (plan.how === "later") return callLater(world, plan);
  return callNow(world, plan, asking);
}

function callInside(world: World, plan: HostPlan, call: Call): number {
  try {
    return addTo(call, makeSyncCall(world, plan, { parent: call }));
  } catch (error) {
    if (!plan.catches) throw error;
    return addTo(call, caught);
  }
}

function addTo(call: Call, answer: number): number {
  call.sum += answer;
  return answer;
}

function callLater(world: World, plan: HostPlan): number {
  world.steps.add(() => {
    // Its failure is judged where it is made.
    makeCall(world, plan).catch(() => undefined);
  });
  return 0;
}

async function callNow(world: World, plan: HostPlan, { call, context, lent }: Asking): Promise<number> {
  const { delay, beside, passesContext } = plan;
  if (delay !== "none") await passed(world.steps, delay);
  if (plan.terminates !== undefined) await terminate(world, plan.terminates);
  const circumstances: Circumstances = {
    parent: call,
    context: passesContext || plan.terminates !== undefined ? context : undefined,
    passed: lent === undefined ? givenBy(world, plan) : { resource: lent, how: "use" },
  };
  const main = makeCall(world, plan, circumstances);
  const second = beside === undefined ? undefined : makeCall(world, beside, { parent: call, context });
  const isSettled = second?.catch(() => undefined);
  const answer = await main.catch((error: unknown) => {
    if (!plan.catches) throw error;
    return caught;
  });
  await isSettled;
  return addTo(call, answer);
}

function givenBy({ held }: World, { gives, target }: HostPlan): Circumstances["passed"] {
  const resource = gives ? held[target]?.pop() : undefined;
  return resource === undefined ? undefined : { resource, how: "give" };
}

export async function terminate(world: World, instance: number): Promise<void> {
  const { ledger } = world;
  ledger.trace.push(`instance ${instance} is terminated`);
  ledger.hasTerminated = true;
  explain(ledger, instance);
  await handleOf(world, instance)
    .terminate("by the plan")
    .catch((error: unknown) => find(ledger, `instance ${instance} is terminated, and answers ${String(error)}`));
}
