/** Calls of the host, in the model and in the engine at once. */
import type { CallContext, CallOptions, InstanceHandle } from "../../isorun/index.ts";
import { judgeFailure, judgeResult } from "./judge-call.ts";
import { beginCall, type Call, type Ledger } from "./ledger.ts";
import type { PlannedCall } from "./program.ts";
import type { Steps } from "./steps.ts";
import type { WorldPlan } from "./world-plan.ts";

export interface World {
  readonly plan: WorldPlan;
  readonly ledger: Ledger;
  readonly steps: Steps;
  /** By the instance that made them, what guests gave the host and it has not given away. */
  readonly held: readonly AsyncDisposable[][];
  /** All that it ever had. */
  readonly known: AsyncDisposable[];
}

/** On whose behalf, and with what. */
export interface Circumstances {
  readonly parent?: Call;
  /** Undefined where the engine has to find out whose host function makes it. */
  readonly context?: CallContext | undefined;
  readonly passed?: Passed | undefined;
}

interface Passed {
  readonly resource: AsyncDisposable;
  readonly how: "use" | "give";
}

export async function makeCall(world: World, planned: PlannedCall, circumstances: Circumstances = {}): Promise<number> {
  const { ledger, plan } = world;
  const call = beginCall(ledger, begunBy(planned, circumstances, false));
  const [name, args] = messageOf(call, planned, circumstances);
  try {
    const options = optionsOf(world, call, circumstances);
    const result = await handleOf(world, planned.target).call(name, args, options);
    judgeResult(ledger, call, result);
    return result as number; // which `judgeResult` has compared
  } catch (error) {
    judgeFailure(ledger, call, { error, plan });
    throw error;
  }
}

/** Nothing can wait in it, and nothing limits it. */
export function makeSyncCall(world: World, planned: PlannedCall, circumstances: Circumstances = {}): number {
  const { ledger, plan } = world;
  const call = beginCall(ledger, begunBy(planned, circumstances, true));
  const [name, args] = messageOf(call, planned, circumstances);
  try {
    const result = handleOf(world, planned.target).func(name)(...args);
    judgeResult(ledger, call, result);
    return result as number; // as above
  } catch (error) {
    judgeFailure(ledger, call, { error, plan });
    throw error;
  }
}

const begunBy = ({ target, program, limits }: PlannedCall, { parent }: Circumstances, isSync: boolean) => ({
  target,
  parent,
  isSync,
  canTrap: program.canTrap,
  limits: isSync ? { isAbortable: false } : limits,
});

function messageOf(
  { id }: Call,
  { program }: PlannedCall,
  { passed }: Circumstances,
): [name: string, args: readonly unknown[]] {
  return passed === undefined
    ? ["l#run", [id, program.numbers]]
    : [`l#${passed.how}`, [passed.resource, id, program.numbers]];
}

export function handleOf({ ledger }: World, instance: number): InstanceHandle {
  const known = ledger.instances[instance];
  if (known === undefined) throw new Error(`the plan has no instance ${instance}`);
  return known.handle;
}

function optionsOf({ steps }: World, call: Call, { context }: Circumstances): CallOptions {
  const { fuel, isAbortable } = call.limits;
  return {
    ...(fuel === undefined ? {} : { fuel }),
    ...(context === undefined ? {} : { context }),
    ...(isAbortable ? { signal: signalOf(steps, call) } : {}),
  };
}

function signalOf(steps: Steps, call: Call): AbortSignal {
  const abort = new AbortController();
  steps.add(() => {
    if (call.hasEnded) return;
    call.isAborted = true;
    abort.abort(new Error("the plan aborts it"));
  });
  return abort.signal;
}
