/** What a call may come to. Each kind of failure needs a cause in the plan that has happened; and has ends of its own. */
import { BudgetExhausted, DeadlockError, TrapError } from "../../isorun/index.ts";
import { type Call, explain, find, isReady, type Ledger } from "./ledger.ts";
import { isSmall, type WorldPlan } from "./world-plan.ts";

export function judgeResult(ledger: Ledger, call: Call, result: unknown): void {
  const { id, sum, frames } = call;
  call.hasEnded = true;
  ledger.trace.push(`call ${id} answers ${String(result)}`);
  count(ledger, call.isSync ? "value, synchronous" : "value");
  if (frames.length > 0) find(ledger, `call ${id} has answered, and is in ${frames.join(", ")}`);
  if (result !== sum >>> 0) find(ledger, `call ${id} answers ${String(result)}, not ${sum >>> 0}`);
}

function count({ endings }: Ledger, ending: string): void {
  endings[ending] = (endings[ending] ?? 0) + 1;
}

export function judgeFailure(ledger: Ledger, call: Call, { error, plan }: Failure): void {
  const ending = endingOf(error);
  const { id, frames } = call;
  call.hasEnded = true;
  ledger.trace.push(`call ${id} fails in [${frames.join()}]: ${ending}`);
  count(ledger, `${ending}${call.isSync ? ", synchronous" : ""}`);
  const wrong = whyNot(ledger, call, { error, plan });
  if (wrong !== undefined) find(ledger, `call ${id} fails in [${frames.join()}], ${wrong}: ${wordsOf(error)}`);
  // All that it is in end with it, and none else do.
  for (const instance of frames) {
    explain(ledger, instance);
    if (isReady(ledger, instance))
      find(ledger, `call ${id} fails in ${instance}, which stays ready: ${wordsOf(error)}`);
  }
}

interface Failure {
  readonly error: unknown;
  readonly plan: WorldPlan;
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function endingOf(error: unknown): string {
  if (error instanceof BudgetExhausted) return `out of ${error.field}`;
  if (error instanceof TrapError || error instanceof DeadlockError) return error.code;
  return error instanceof Error ? error.name : "a value that is no error";
}

function whyNot(ledger: Ledger, call: Call, { error, plan }: Failure): string | undefined {
  if (plan.weather === "calm") return "though nothing ends calls";
  if (error instanceof DeadlockError)
    return plan.weather === "wild" ? undefined : "though no calls wait for each other";
  if (error instanceof BudgetExhausted)
    return error.field === "fuel" ? whyNotFuel(ledger, call, plan) : "of a limit that is far";
  // What it was lent is over where the call that it was lent for is.
  if (error instanceof TypeError)
    return call.parent?.hasEnded === true ? undefined : "though it was given what it takes";
  if (!(error instanceof TrapError)) return "by no error of the engine";
  return whyNotTrap(ledger, call, { error, plan });
}

/** Its own limit, that of a call which it made, or an instance that had little, and that one of these came to. */
function whyNotFuel(ledger: Ledger, call: Call, { links }: WorldPlan): string | undefined {
  const made = madeBy(ledger, call);
  const within = new Set(made.flatMap(({ target }) => [...linkedTo(links, target)]));
  const isLimited = made.some(({ limits }) => limits.fuel !== undefined);
  const isSpent = ledger.instances.some(
    ({ budget, handle }, instance) => within.has(instance) && isSmall(budget) && handle.state !== "ready",
  );
  return isLimited || isSpent ? undefined : "though nobody limits it";
}

/** Itself too. */
const linkedTo = (links: WorldPlan["links"], instance: number): ReadonlySet<number> =>
  new Set([instance, ...(links[instance] ?? []).flatMap((neighbour) => [...linkedTo(links, neighbour)])]);

interface Trapped {
  readonly error: TrapError;
  readonly plan: WorldPlan;
}

function whyNotTrap(ledger: Ledger, call: Call, { error, plan }: Trapped): string | undefined {
  const made = madeBy(ledger, call);
  const chain = [...made, ...ancestorsOf(call)];
  switch (error.code) {
    case "trap":
      return whyNotItself(ledger, call, { error, plan });
    case "cancelled":
      return chain.some(({ isAborted }) => isAborted) ? undefined : "though nobody aborted it";
    case "terminated":
      return ledger.hasTerminated ? undefined : "though nothing was terminated";
    case "cannot-block":
      return chain.some(({ isSync }) => isSync) ? undefined : "though it can wait";
    case "cannot-enter":
      return whyNotEnter(ledger, { error, plan });
    default:
      return "by what the plan does not have";
  }
}

/** What a host function may have failed with that is judged as the failure of a call is. */
const causes = [TrapError, BudgetExhausted, DeadlockError, TypeError] as const;

/** By its own code, or by what its host function failed with, be it a call that this made. */
function whyNotItself(ledger: Ledger, call: Call, { error, plan }: Trapped): string | undefined {
  const { cause } = error;
  if (causes.some((known) => cause instanceof known)) return whyNot(ledger, call, { error: cause, plan });
  return madeBy(ledger, call).some(({ canTrap }) => canTrap) ? undefined : "though nothing of it traps";
}

/** Into what has ended, or, where instances call each other in circles, back into its own chain. */
function whyNotEnter({ instances }: Ledger, { error, plan }: Trapped): string | undefined {
  if (error.message.includes("its own call comes back")) {
    return plan.weather === "wild" ? undefined : "though nobody calls back";
  }
  return instances.some(({ handle }) => handle.state !== "ready") ? undefined : "though all instances are ready";
}

function ancestorsOf({ parent }: Call): readonly Call[] {
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

/** The call, and all that its host functions made, which it may fail with. */
const madeBy = ({ calls }: Ledger, call: Call): readonly Call[] =>
  calls.filter((each) => each === call || ancestorsOf(each).includes(call));
