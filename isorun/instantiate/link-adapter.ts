/** Links an adapter: a core function of one instance that calls the core function of another. */
import { type Adapter, adapterOf } from "../adapter/adapter-of.ts";
import {
  type BorrowScope,
  type Handle,
  type HandleTable,
  makeHandle,
  type RuntimeResource,
} from "../call/handle-table.ts";
import { numberReturning } from "../call/returned-calls.ts";
import { askSeldom, endAsked } from "../call/time-left.ts";
import { TrapError } from "../errors/errors.ts";
import type { FuncType } from "../types/component-types.ts";
import { flattenFunc } from "../types/flatten.ts";
import type { CanonicalOptions } from "../validate/canon-options.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { dropBehindEnd } from "./drop-foreign.ts";
import { trapFunc } from "./guarded-func.ts";
import { LinkAccount } from "./link-account.ts";
import { returningLink } from "./returned-call.ts";
import { absent, type CoreItem, type LiftedFunc, type RuntimeScope } from "./runtime-scope.ts";
import { turnImports } from "./turn-imports.ts";

export interface Adapted {
  readonly type: FuncType;
  readonly options: CanonicalOptions;
  readonly lifted: LiftedFunc;
}

/** @throws UnsupportedError for values of the asynchronous ABI */
export function adaptedFunc(scope: RuntimeScope, { type, options, lifted }: Adapted): CoreItem {
  const callee = lifted.scope.instance;
  const entering = callee.enteringFrom(scope.instance);
  const isLink = callee.root !== scope.instance.root;
  if (isLink) scope.instance.root.links.add(callee.root);
  // Who calls pays for what it wants to be copied; else who is called, so that a limit of anybody's is kept.
  const fuel = scope.instance.root.fuel ?? callee.root.fuel;
  const { module, handles } = adapterOf({
    type,
    caller: sideOf(scope, options),
    callee: { ...sideOf(lifted.scope, lifted.options), hasPostReturn: lifted.post !== undefined },
    entered: entering.length,
    isLink,
    isPaid: fuel !== undefined,
  });
  const passing = new Passing(scope.instance, callee);
  const imports: Record<string, unknown> = {
    ...coreImports(scope, { type, options, lifted }, passing),
    ...hostImports({ handles, scope, passing }),
    ...turnImports(scope.instance.states, callee),
    ...(fuel && { fuel: fuel.account, short: fuel.shortOfCopy }),
    state: scope.instance.states.memory,
    caller: scope.instance.place,
    "callee-place": callee.place,
    ...(isLink && { link: BigInt.asUintN(32, BigInt(numberReturning(returningLink(scope.instance, lifted)))) }),
  };
  for (const [index, instance] of entering.entries()) imports[`entered${index}`] = instance.place;
  const { exports } = new WebAssembly.Instance(module, { "": imports as Record<string, CoreItem> });
  return exports["f"] as CoreItem; // what an adapter exports
}

const sideOf = ({ instance }: RuntimeScope, { encoding, memory, realloc }: CanonicalOptions) => ({
  encoding,
  hasMemory: memory !== undefined,
  hasRealloc: realloc !== undefined,
  hasContext: instance.hasContext,
});

function coreImports(
  scope: RuntimeScope,
  { type, options, lifted }: Adapted,
  passing: Passing,
): Record<string, unknown> {
  const at = (space: readonly CoreItem[], index: number | undefined) =>
    index === undefined ? undefined : space[index];
  const account = new LinkAccount(scope.instance, lifted.scope.instance, passing);
  const flat = flattenFunc(type, { role: "lift", isAsync: false, hasCallback: false });
  const [toCaller, toCallee] = [
    at(scope.coreFuncs, options.realloc),
    at(lifted.scope.coreFuncs, lifted.options.realloc),
  ];
  return {
    callee: account.callee(lifted.core, flat),
    post: lifted.post && account.inCallee(lifted.post, { params: flat.results, results: [] }),
    "realloc-caller": toCaller && account.allocator(toCaller, "out"),
    "realloc-callee": toCallee && account.allocator(toCallee, "in"),
    "memory-caller": at(scope.coreMemories, options.memory),
    "memory-callee": at(lifted.scope.coreMemories, lifted.options.memory),
  };
}

interface HostParts {
  readonly handles: Adapter["handles"];
  readonly scope: RuntimeScope;
  readonly passing: Passing;
}

/** What an adapter asks of the host. None of it throws: a guest could catch that. */
function hostImports({ handles, scope, passing }: HostParts): Record<string, unknown> {
  const { lending } = passing;
  const { states } = passing.caller;
  const imports: Record<string, unknown> = {
    trap: trapFunc(states),
    refuse: (code: number): void => {
      trapFunc(states)(code);
      passing.stop("in");
    },
    reject: (code: number): void => {
      trapFunc(states)(code);
      passing.stop("out");
    },
    "begin-passing": (): void => passing.begin(),
    left: (): void => passing.callee.root.leaveAll(),
    "end-lending": (count: number): void => {
      try {
        lending.end(count);
      } catch (error) {
        states.scheduler.fail(error);
      }
    },
  };
  for (const [index, handle] of handles.entries()) {
    const { resource: id } = handle;
    const resource = scope.resources.get(id) ?? absent("the resource", id.id);
    imports[`handle${index}`] = passHandle(passing, { ...handle, resource });
  }
  return imports;
}

type PassHandle = (handle: number, lent: number) => number;

interface PassedKind {
  readonly kind: "own" | "borrow";
  readonly resource: RuntimeResource;
  readonly direction: "in" | "out";
}

/** Takes an index of the giver's table, and how many were lent before; answers with one of the other's. */
function passHandle(passing: Passing, { kind, resource, direction }: PassedKind): PassHandle {
  const { caller, callee, lending } = passing;
  const { scheduler } = caller.states;
  const [from, to] = direction === "in" ? [caller.handles, callee.handles] : [callee.handles, caller.handles];
  return (handle, lent) => {
    const end = passing.look();
    if (end !== undefined) {
      // Code of the host may run in between, and a call that it makes of anybody would take the trap: that is asked for last.
      scheduler.leaveReason(end.reason);
      passing.stop(direction);
      scheduler.fail(end.reason);
      return 0;
    }
    try {
      const gives = kind === "own";
      const passed = gives ? give(handle, { from, to, resource }) : lending.lend(handle, { lent, resource });
      if (direction === "in") passing.add({ kind, resource, index: passed });
      return passed;
    } catch (error) {
      // What is full is the other one's table.
      if (error instanceof TrapError) passing.blame(direction);
      else if (direction === "out") passing.reject();
      scheduler.fail(passing.reasonOf(error, direction));
      return 0;
    }
  };
}

/** After so many clocks are looked at, and who may interrupt is asked: some hundred microseconds. */
const unseenMax = 1024;

/** A handle that has come to the callee in a call that has not come to it yet. */
interface Passed {
  readonly kind: "own" | "borrow";
  readonly resource: RuntimeResource;
  readonly index: number;
}

/**
 * What a call through a link has passed before it comes to the callee. Where the caller is at fault, nothing of the callee is
 * on the stack yet, and that one is as if nobody had called. Within one root all end together.
 */
class Passing {
  readonly caller: ComponentInstance;
  readonly callee: ComponentInstance;
  readonly lending: Lending;
  readonly #passed: Passed[] = [];
  readonly #isLink: boolean;
  /** Since clocks were looked at. */
  #unseen = 0;

  constructor(caller: ComponentInstance, callee: ComponentInstance) {
    this.caller = caller;
    this.callee = callee;
    this.lending = new Lending(caller, callee);
    this.#isLink = caller.root !== callee.root;
  }

  begin(): void {
    this.#passed.length = 0;
  }

  add(passed: Passed): void {
    if (this.#isLink) this.#passed.push(passed);
  }

  /** What is passed in this direction is wrong, or too much for who gives it: of results, that is the callee. */
  blame(giver: "in" | "out"): void {
    if (giver === "in") this.refuse();
    else if (this.#isLink) {
      const { running } = this.caller.states.scheduler;
      if (running !== undefined) this.callee.root.holder = running.id;
      this.caller.mayLeave = true;
    }
  }

  /**
   * The call ends for the reason that was left, while something is passed in this direction: it is the caller's, or of
   * somebody further out, unless a limit of the callee was met, or who guards that has interrupted.
   */
  stop(direction: "in" | "out"): void {
    const { root, states } = this.callee;
    const left = states.scheduler.running?.reason?.reason;
    const isCallees = root.hasRunOut || (left !== undefined && left === root.interruption);
    if (isCallees && direction === "out") this.blame("out");
    else if (!isCallees && direction === "in") this.refuse();
    else if (!isCallees) this.reject();
  }

  /**
   * For each of many that the host is told of, which take it longer than they are paid for.
   * @returns why the call has to end, as `stop` has to be told
   */
  look(): { readonly reason: unknown } | undefined {
    this.#unseen += 1;
    if (this.#unseen < unseenMax) return undefined;
    this.#unseen = 0;
    return endAsked(this.caller.states.scheduler, askSeldom);
  }

  /** The same for allocations. */
  mustStop(direction: "in" | "out"): boolean {
    const end = this.look();
    if (end === undefined) return false;
    this.caller.states.scheduler.leaveReason(end.reason);
    this.stop(direction);
    return true;
  }

  /** The tables of a callee are emptied that is ended while it gives what it has returned, when nobody is stopped in it. */
  reasonOf(error: unknown, direction: "in" | "out"): unknown {
    const { state } = this.callee.root;
    if (direction === "in" || state === "ready" || !(error instanceof TrapError)) return error;
    return new TrapError(`the results of an instance that is ${state} cannot be passed on`, {
      code: "terminated",
      cause: error,
    });
  }

  /** The caller cannot take what the callee, which has returned, gives: as if its allocator had failed. */
  reject(): void {
    this.caller.mayLeave = false;
  }

  /** What runs here of the host, as something ends or is dropped, may call: no trap is asked for yet. */
  refuse(): void {
    if (!this.#isLink) return;
    const { caller, callee } = this;
    // Its allocator may have been about to run.
    callee.mayLeave = true;
    // What had come to one that has ended meanwhile was dropped there.
    if (callee.root.state === "ready") this.#takeBack();
    this.begin();
    for (const instance of callee.enteringFrom(caller)) instance.mayEnter = true;
    // The end of the call does not find it any more.
    callee.root.leaveAll();
    if (caller.root.state !== "ready") dropBehindEnd(caller);
  }

  #takeBack(): void {
    const { caller, callee, lending } = this;
    for (const { kind, resource, index } of this.#passed.reverse()) {
      if (kind === "own") caller.handles.add(callee.handles.remove(index, resource));
      else lending.takeBack(index, resource);
    }
    if (this.#passed.some(({ kind }) => kind === "borrow")) lending.forgetScope();
  }
}

interface Gift {
  readonly from: HandleTable;
  readonly to: HandleTable;
  readonly resource: RuntimeResource;
}

/** `lift_own`, `lower_own`: the same handle, in another table. @throws TrapError, BudgetExhausted */
function give(index: number, { from, to, resource }: Gift): number {
  const handle = from.remove(index, resource);
  if (!handle.isOwn) throw new TrapError("cannot lift a borrowed handle as an owned one");
  try {
    return to.add(handle);
  } catch (error) {
    // Whose table is full ends, and has dropped what was on its way.
    to.send(handle);
    throw error;
  }
}

/** What the calls of one adapter lend. A call ends before the one that it interrupts goes on, so the last ones are its own. */
class Lending {
  readonly #lenders: Handle[] = [];
  readonly #scopes: BorrowScope[] = [];
  readonly #from: HandleTable;
  readonly #callee: ComponentInstance;

  constructor(caller: ComponentInstance, callee: ComponentInstance) {
    this.#from = caller.handles;
    this.#callee = callee;
  }

  /**
   * `lift_borrow`, `lower_borrow`: who defines a resource is given the representation itself.
   * @param lent how many the call has lent so far. @throws TrapError
   */
  lend(index: number, { lent, resource }: { readonly lent: number; readonly resource: RuntimeResource }): number {
    const lender = this.#from.get(index, resource);
    const { representation } = lender;
    if (lent === 0) this.#scopes.push({ borrows: 0 });
    lender.lends += 1;
    this.#lenders.push(lender);
    if (resource.owner === this.#callee) return representation;
    const scope = this.#scopes.at(-1) ?? absent("the scope of", "a call");
    scope.borrows += 1;
    return this.#callee.handles.add(makeHandle({ resource, representation, scope, lender }));
  }

  /** Of a call that does not come to the callee. */
  forgetScope(): void {
    this.#scopes.pop();
  }

  /** The last one that was lent. */
  takeBack(index: number, resource: RuntimeResource): void {
    const lender = this.#lenders.pop();
    if (lender !== undefined) lender.lends -= 1;
    if (resource.owner !== this.#callee) this.#callee.handles.remove(index, resource);
  }

  /** @throws TrapError if the callee keeps what it was lent */
  end(count: number): void {
    const scope = this.#scopes.pop();
    if (scope !== undefined && scope.borrows > 0) {
      throw new TrapError("borrow handles still remain at the end of the call");
    }
    for (let left = count; left > 0; left -= 1) {
      const lender = this.#lenders.pop();
      if (lender !== undefined) lender.lends -= 1;
    }
  }
}
