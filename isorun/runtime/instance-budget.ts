/**
 * The budget of one instance: its core modules are rewritten so that they count what the budget limits, and all of them
 * are accounted to one meter. Without a budget nothing is rewritten.
 */
import type { Budget } from "../../core/budget/budget.ts";
import { fuelWants } from "../adapter/fuel-check.ts";
import type { HostSide } from "../call/edge.ts";
import type { Interrupt } from "../call/root-limits.ts";
import type { Root, Task } from "../call/task.ts";
import { TimeAccount } from "../call/time-account.ts";
import { endAsked, timeLeftOf } from "../call/time-left.ts";
import { type Exhaustion, Meter } from "../compile/meter.ts";
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import { BudgetExhausted, UnsupportedError } from "../errors/errors.ts";
import type { InstanceStates } from "../instantiate/instance-states.ts";
import type { ModuleAccount, ModuleItem } from "../instantiate/runtime-scope.ts";
import { compileNow, importedMemoriesOf } from "./compile-modules.ts";
import type { ComponentParts, MeteredModules } from "./component.ts";
import type { WriteOutput } from "./linker.ts";
import { Metering } from "./metered-modules.ts";

/** What an instance has used so far. */
export interface Usage {
  readonly memoryBytes: number;
  readonly tableElements: number;
  /** In instructions. */
  readonly fuel: bigint;
  /** Calls of the host into it. */
  readonly calls: number;
  /** Of the thread, while it worked for this instance; counted with a limit of it. */
  readonly cpuMs: number;
  /** From entry to exit of each call and start function, also while it was suspended; counted with a limit of time. */
  readonly wallMs: number;
  /** That it has now. */
  readonly handles: number;
  /** Of components: itself, and those in it that have core code; of the first 1,024 others 64 are one. */
  readonly instances: number;
}

interface InstanceBudgetOptions {
  readonly states: InstanceStates;
  /** Of the instance. */
  readonly name: string;
  readonly interrupt: Interrupt | undefined;
}

/** Those that count calls or fuel: an instance may export functions of another one again. */
const counting = new WeakMap<Root, InstanceBudget>();

export class InstanceBudget {
  readonly #budget: Budget;
  readonly #states: InstanceStates;
  readonly #meter: Meter;
  readonly #metering: Metering;
  /** What it pays for. */
  readonly root: Root;
  /** Why a guest that computes was ended, if it was not the meter's own account. */
  #late: { readonly reason: unknown } | undefined;
  #spaces = { memory: 0, table: 0 };
  #fuelAtStart = 0n;
  /** The slice is long, since nobody's time was limited when it began. */
  #isUnwatched = false;
  /** When the call had to end that ran when the slice was measured. */
  #slicedForMs = Infinity;
  #outputBytes = 0;
  /** Of memories that were shown, when the instance had to give them back. */
  #shownAtEnd: number | undefined;

  /** @throws UnsupportedError for processor time where nothing measures it */
  constructor(budget: Budget, { states, name, interrupt }: InstanceBudgetOptions) {
    const { fuel, maxMemoryBytes, maxTableElements, maxCallDepth, cpuMs, wallMs } = budget;
    this.#budget = budget;
    this.#states = states;
    const hasClock = cpuMs !== undefined || wallMs !== undefined;
    this.root = states.makeRoot(name, {
      handles: budget.maxHandles,
      instances: budget.maxInstances,
      messageBytes: budget.maxMessageBytes,
      memoryBytes: maxMemoryBytes,
      time: hasClock ? new TimeAccount({ cpuMs, wallMs }) : undefined,
    });
    this.root.interrupt = interrupt;
    if (interrupt !== undefined) TimeAccount.isUsed = true;
    this.root.onceGone(() => {
      this.#shownAtEnd = this.#shownBytes;
      this.#meter.detach();
    });
    this.#metering = new Metering(budget, interrupt !== undefined);
    if (maxCallDepth !== undefined || this.#countsFuel) {
      this.root.onEnter = () => this.enter();
      counting.set(this.root, this);
    }
    this.#meter = new Meter({
      ...(fuel === undefined ? {} : { fuel }),
      ...(maxMemoryBytes === undefined ? {} : { memoryBytesMax: maxMemoryBytes }),
      ...(maxTableElements === undefined ? {} : { tableElementsMax: maxTableElements }),
      ...(maxCallDepth === undefined ? {} : { callDepthMax: maxCallDepth }),
      sliceFuel: () => this.#slice(),
      onSlice: () => this.#look(),
    });
    if (this.#countsFuel) {
      const short = (wanted: number): number => this.#told(this.#meter.askFuel(wanted === fuelWants.some));
      const spend = (instructions: number): void => {
        if (!this.#meter.spend(instructions)) throw this.#endReason;
      };
      this.root.fuel = { account: this.#meter.fuelAccount, short, shortOfCopy: () => this.#shortOfCopy(), spend };
    }
  }

  get #countsFuel(): boolean {
    return this.#metering.options.fuel === true;
  }

  /** Whose limits it has to keep: fuel is given while a call waits too, and nothing is measured anew when that goes on. */
  get #limiting(): Task | undefined {
    const { running } = this.#states.scheduler;
    return this.root.mayEnter ? running : (this.root.heldBy ?? running);
  }

  /** Shorter and shorter towards a limit of time: at the speed of an interpreter it is met within milliseconds. */
  #slice(): bigint {
    const task = this.#limiting;
    const leftMs = task === undefined ? (this.root.time?.leftMs ?? Infinity) : timeLeftOf(task);
    this.#isUnwatched = leftMs === Infinity && !TimeAccount.isUsed;
    this.#slicedForMs = task?.deadlineMs ?? Infinity;
    if (this.#isUnwatched) return sliceFuelUnwatched;
    return BigInt(Math.floor(Math.min(Math.max(leftMs * slowInstructionsPerMs, sliceFuelMin), sliceFuelMax)));
  }

  /** A guest that computes without end sees only clocks, and what its own thread did. */
  #look(): Exhaustion | undefined {
    this.#late = endAsked(this.#states.scheduler);
    return this.#late === undefined ? undefined : { field: "wallMs", limit: 0, used: 0 };
  }

  /** Adapters trap by themselves: the meter, which is the callee's where that one pays, ends with its own fuel alone. */
  #shortOfCopy(): number {
    const end = endAsked(this.#states.scheduler);
    if (end === undefined) return this.#told(this.#meter.spend(0) ? 0 : 1);
    this.#states.scheduler.leaveReason(end.reason);
    return 1;
  }

  get usage(): Usage {
    const { tableElements, fuelUsed } = this.#meter;
    const { calls, instances, handles, time } = this.root;
    return {
      memoryBytes: Math.max(this.#meter.memoryBytes, this.#shownAtEnd ?? this.#shownBytes),
      tableElements,
      fuel: fuelUsed,
      calls,
      cpuMs: time?.cpuMs ?? 0,
      wallMs: time?.wallMs ?? 0,
      handles: handles.used,
      instances: Math.floor(instances),
    };
  }

  get #shownBytes(): number {
    return [...this.root.memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  }

  /**
   * @returns what narrows fuel for one call, and answers with what takes the limit back
   * @throws UnsupportedError for an instance that counts no fuel, BudgetExhausted for a call that is given none
   */
  static narrowing(root: Root, fuel: bigint): () => () => void {
    const budget = counting.get(root);
    if (budget === undefined || !budget.#countsFuel) {
      throw new UnsupportedError("fuel for one call of an instance without a budget of fuel");
    }
    // No code of the guest has to be stopped for it: nothing ends but the call.
    if (fuel === 0n) throw new BudgetExhausted({ field: "fuel", limit: 0n, used: 0n });
    return () => budget.#meter.narrow(fuel);
  }

  /** What a handle does around calls into that instance. */
  static entering(root: Root): Pick<HostSide, "begin" | "countsCalls"> {
    const budget = counting.get(root);
    return { begin: () => budget?.enter(), countsCalls: budget?.countsCalls === true };
  }

  /** @throws UnsupportedError for an instance without a limit of fuel */
  refillFuel(fuel: bigint): void {
    const { fuelLimit } = this.#meter;
    if (fuelLimit === undefined) throw new UnsupportedError("a refill of an instance without a budget of fuel");
    this.#meter.fuelLimit = fuelLimit + fuel;
  }

  /** Only a start function is the instance's: what is compiled and made is not its time. */
  #beginStart(): void {
    this.#fuelAtStart = this.#meter.fuelUsed;
    this.root.time?.enter();
    this.root.time?.run();
  }

  /** What a start function has used, if there was one: short ones do not ask. @throws BudgetExhausted, TrapError */
  #endStart(): void {
    const { time } = this.root;
    if (!this.#countsFuel || this.#meter.fuelUsed === this.#fuelAtStart) {
      time?.forgive();
      return;
    }
    time?.pause();
    time?.leave();
    const over = this.root.time?.overtime;
    if (over !== undefined) throw this.root.exhausted(over);
    if (this.#meter.isInDebt && this.#meter.askFuel(false) !== 0) throw this.#endReason;
  }

  readonly writeOutput: WriteOutput = (bytes, write) => {
    const { maxOutputBytes: limit = Infinity } = this.#budget;
    this.#outputBytes += bytes.length;
    const over = Math.max(this.#outputBytes - limit, 0);
    const fitting = bytes.subarray(0, Math.max(bytes.length - over, 0));
    // What does not fit is no reason to write nothing: the beginning of an output is worth having.
    if (over === 0 || fitting.length > 0) write(fitting);
    if (over > 0) throw this.root.exhausted({ field: "maxOutputBytes", limit, used: this.#outputBytes });
  };

  /** A module as the instance uses it; `parts` are those of the component that it stands in, or that it was given to. */
  moduleOf(parts: ComponentParts, core: CoreModule): ModuleItem {
    // What a host gives may do what it likes with the memories that it is given.
    if (!parts.cores.has(core)) this.#states.leaseOf(this.root).isShared = true;
    const { module, account } = this.#moduleOf(parts, core);
    const memories = importedMemoriesOf(module);
    return { kind: "core module", core, root: this.root, module, memories, ...(account && { account }) };
  }

  #moduleOf(parts: ComponentParts, core: CoreModule): Pick<ModuleItem, "module" | "account"> {
    if (!this.#metering.isNeeded) return { module: compiled(core, parts) };
    const { key } = this.#metering;
    const known: MeteredModules = parts.metered.get(key) ?? new WeakMap();
    parts.metered.set(key, known);
    const made = known.get(core) ?? this.#metering.make(core, parts.kept);
    known.set(core, made);
    return { module: made.module, account: this.#accountOf(made.rewritten) };
  }

  /** @throws UnsupportedError for a module whose memory the limit would not see */
  #accountOf(rewritten: RewrittenModule): ModuleAccount {
    if (rewritten.heapObjects !== undefined && this.#budget.maxMemoryBytes !== undefined) {
      const why = "the engine's garbage collector keeps them, and nobody can count them";
      throw new UnsupportedError(`'maxMemoryBytes' for a core module with ${rewritten.heapObjects} (${why})`);
    }
    const { check, grow, fuel, depth } = this.#meter.imports(rewritten);
    this.root.indexShift = rewritten.accounts.filter((name) => name === "check" || name === "grow").length;
    return {
      admit: () => {
        this.#admitSpaces(rewritten);
        if (!this.#meter.admit(rewritten)) throw this.#endReason;
        this.#beginStart();
      },
      settle: () => this.#endStart(),
      imports: {
        [rewritten.namespace]: {
          check: (reason: number) => this.#told(check(reason)),
          grow: (place: number, current: number, delta: number) => this.#told(grow(place, current, delta)),
          fuel,
          depth,
        },
      },
    };
  }

  /** What ends the guest has to come out with its trap. */
  #told(verdict: number): number {
    if (verdict !== 0) this.#states.scheduler.leaveReason(this.#endReason);
    return verdict;
  }

  get #endReason(): unknown {
    return this.#late === undefined ? this.#exhausted() : this.#late.reason;
  }

  /** How many memories and tables there are. @throws BudgetExhausted */
  #admitSpaces({ memories, tables }: RewrittenModule): void {
    const { maxMemories = Infinity, maxTables = Infinity } = this.#budget;
    const own = (spaces: readonly { readonly isImported: boolean }[]): number =>
      spaces.filter(({ isImported }) => !isImported).length;
    this.#spaces = { memory: this.#spaces.memory + own(memories), table: this.#spaces.table + own(tables) };
    const { memory, table } = this.#spaces;
    if (memory > maxMemories) throw this.root.exhausted({ field: "maxMemories", limit: maxMemories, used: memory });
    if (table > maxTables) throw this.root.exhausted({ field: "maxTables", limit: maxTables, used: table });
  }

  #exhausted(): BudgetExhausted {
    const { exhaustion } = this.#meter;
    return this.root.exhausted(exhaustion ?? { field: "fuel", limit: this.#budget.fuel ?? 0n, used: 0n });
  }

  /** Whether `enter` has something to do for calls that have no deadline. */
  get countsCalls(): boolean {
    return this.#budget.maxCallDepth !== undefined;
  }

  /** Calls of the host begin at the edge. Links enter for each item of a list, so that clocks are looked at once a deadline. */
  enter(): void {
    if (this.#budget.maxCallDepth !== undefined) this.#meter.callDepthLeft = this.#budget.maxCallDepth;
    // What was left of a slice may have been measured by other limits.
    const deadlineMs = this.#states.scheduler.running?.deadlineMs ?? Infinity;
    const isLimited = deadlineMs !== Infinity && deadlineMs !== this.#slicedForMs;
    if (this.#countsFuel && (isLimited || (this.#isUnwatched && TimeAccount.isUsed))) this.#meter.shortenSlice();
  }
}

/** Of code that is not compiled yet, on a busy machine. */
const slowInstructionsPerMs = 10_000;

/** Two milliseconds at that speed; microseconds of compiled code, beside which a look at the clock is still little. */
const sliceFuelMin = 20_000;
/** Some hundred microseconds of compiled code. */
const sliceFuelMax = 1_000_000;
/**
 * Some tenths of a second, where nobody's time is limited: whoever stops a call from within, in a host function or where a
 * value is read, is heeded before the guest runs on. A limit that a later call brings begins a slice of its own (`enter`).
 */
const sliceFuelUnwatched = 1n << 30n;

/** Those that were not compiled by who loaded the component are when they are first needed. */
function compiled(core: CoreModule, { modules, cores }: ComponentParts): WebAssembly.Module {
  const module = modules.get(core) ?? compileNow(core.bytes);
  // One that a host gave is another object for each instance.
  if (cores.has(core)) modules.set(core, module);
  return module;
}
