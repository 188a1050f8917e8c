/**
 * The model: what guests and the host tell of themselves, from which follows what may happen. An instance has one call at a
 * time; frames are left in reverse order; a resource is destroyed once, where it was made; and a call comes to the sum of
 * what its operations came to.
 */
import type { Budget, InstanceHandle } from "../../isorun/index.ts";
import type { CallLimits } from "./program.ts";

/** A call that the host made. */
export interface Call {
  readonly id: number;
  readonly target: number;
  /** Whose host function made it, and handed its context on. */
  readonly parent: Call | undefined;
  readonly limits: CallLimits;
  readonly isSync: boolean;
  /** Instances that it is in, outermost first. */
  readonly frames: number[];
  /** What it has to answer with, so far. */
  sum: number;
  /** One of its programs has an `unreachable`, or a host function of its threw. */
  canTrap: boolean;
  isAborted: boolean;
  hasEnded: boolean;
}

export interface Instance {
  readonly handle: InstanceHandle;
  readonly budget: Budget;
  /** What explains that it is not ready any more. */
  mayHaveEnded: boolean;
}

interface Resource {
  readonly maker: number;
  destroyed: number;
}

/** What calls came to, in the words of the scoreboard. */
export type Endings = Record<string, number>;

export interface Ledger {
  readonly instances: Instance[];
  readonly calls: Call[];
  /** By their numbers, less one. */
  readonly resources: Resource[];
  readonly endings: Endings;
  readonly findings: string[];
  /** All that happened, in order: the same for the same seed. */
  readonly trace: string[];
  hasTerminated: boolean;
}

export const emptyLedger = (): Ledger => ({
  instances: [],
  calls: [],
  resources: [],
  endings: {},
  findings: [],
  trace: [],
  hasTerminated: false,
});

export function find(ledger: Ledger, what: string): void {
  ledger.trace.push(`FINDING ${what}`);
  ledger.findings.push(what);
}

export const isReady = ({ instances }: Ledger, instance: number): boolean =>
  instances[instance]?.handle.state === "ready";

/** Its end is explained. */
export function explain({ instances }: Ledger, instance: number): void {
  const known = instances[instance];
  if (known !== undefined) known.mayHaveEnded = true;
}

export type Begun = Pick<Call, "target" | "parent" | "limits" | "isSync" | "canTrap">;

export function beginCall(ledger: Ledger, begun: Begun): Call {
  const call: Call = {
    ...begun,
    id: ledger.calls.length,
    frames: [],
    sum: 0,
    isAborted: false,
    hasEnded: false,
  };
  ledger.calls.push(call);
  const { id, target, parent } = call;
  ledger.trace.push(`call ${id} to ${target}${parent === undefined ? "" : ` for ${parent.id}`}`);
  return call;
}

/** Of this number. @throws Error where a guest makes one up */
export function callOf({ calls }: Ledger, id: number): Call {
  const call = calls[id];
  if (call === undefined) throw new Error(`a guest names a call ${id} that nobody made`);
  return call;
}

/** A guest begins to work for a call. */
export function enter(ledger: Ledger, instance: number, id: number): void {
  const call = callOf(ledger, id);
  ledger.trace.push(`  ${id} enters ${instance}`);
  const other = ledger.calls.find((each) => each !== call && !each.hasEnded && each.frames.includes(instance));
  if (other !== undefined) find(ledger, `call ${id} enters ${instance}, where call ${other.id} is`);
  if (call.hasEnded) find(ledger, `call ${id} enters ${instance} after its end`);
  if (call.frames.includes(instance)) find(ledger, `call ${id} enters ${instance} twice`);
  call.frames.push(instance);
}

export function exit(ledger: Ledger, instance: number, id: number): void {
  ledger.trace.push(`  ${id} exits ${instance}`);
  const left = callOf(ledger, id).frames.pop();
  if (left !== instance) find(ledger, `call ${id} leaves ${instance}, and was in ${left ?? "none"}`);
}

/** @returns what it is known by */
export function makeResource(ledger: Ledger, instance: number): number {
  ledger.resources.push({ maker: instance, destroyed: 0 });
  return ledger.resources.length;
}

export function destroy(ledger: Ledger, instance: number, representation: number): void {
  ledger.trace.push(`  ${instance} destroys ${representation}`);
  const resource = ledger.resources[representation - 1];
  if (resource === undefined) return find(ledger, `instance ${instance} destroys ${representation}, which nobody made`);
  resource.destroyed += 1;
  if (resource.maker !== instance) find(ledger, `instance ${instance} destroys ${representation} of ${resource.maker}`);
  if (resource.destroyed > 1) find(ledger, `resource ${representation} of ${instance} is destroyed again`);
}

/** Of an instance that lives on when nobody has any of them. */
export function judgeDestroyed(ledger: Ledger, instance: number): void {
  const left = ledger.resources.flatMap(({ maker, destroyed }, index) =>
    maker === instance && destroyed === 0 ? [index + 1] : [],
  );
  if (left.length > 0) find(ledger, `instance ${instance} never destroys ${left.join(", ")}`);
}
