/**
 * The host's side of the accounts of one instance: what all of its rewritten core modules import. One meter serves as
 * many modules as the instance has.
 *
 * A guest is ended by executing `unreachable`, which it cannot catch, when an account says so; a host that throws can be
 * caught by `catch_all`. So nothing here throws: what ended the instance stands in `exhaustion`, and who called the
 * guest looks there first when a call fails.
 */
import { fuelBlock, fuelCostVersion } from "./fuel-cost.ts";
import { checkReasons, growSpaces, neededFor } from "./injected-functions.ts";
import type { RewrittenModule } from "./rewrite-module.ts";

export interface MeterOptions {
  /** In instructions (fuel-cost.ts) over the life of the instance; no limit if absent. */
  readonly fuel?: bigint;
  /** Of all memories together, in bytes. */
  readonly memoryBytesMax?: number;
  /** Of all tables together. */
  readonly tableElementsMax?: number;
  /** How many calls may stand within each other, for modules that were rewritten with `callDepth`. */
  readonly callDepthMax?: number;
  /**
   * After how much fuel `onSlice` is asked, at the latest, and where a loop has taken a block (fuel-cost.ts) behind that; a
   * function is asked for each slice.
   */
  readonly sliceFuel?: bigint | (() => bigint);
  /** Looks at clocks. What it returns ends the instance. It must not call into the instance, and not throw. */
  readonly onSlice?: () => Exhaustion | undefined;
}

/** What `BudgetExhausted` tells, by the names of `Budget`. */
export interface Exhaustion {
  readonly field: string;
  readonly limit: number | bigint;
  /** With what was asked for last. */
  readonly used: number | bigint;
}

/** A few milliseconds of a guest. */
const defaultSlice = 5_000_000n;

/** So much that it does not end: 2^62 instructions are a century. */
const endless = 1n << 62n;

const depthEndless = 0x7fff_ffff;

/** What an engine gives at most, where a module says nothing (WebAssembly JavaScript interface, limits). */
const engineMaxima = { memoryBytes32: 2 ** 32, memoryBytes64: 2 ** 34, tableElements: 10_000_000 };

export interface AccountImports {
  readonly check: (reason: number) => number;
  readonly grow: (place: number, current: number, delta: number) => number;
  readonly fuel: WebAssembly.Global;
  readonly depth: WebAssembly.Global;
}

interface Account {
  value: unknown;
}

/** Of one call, which began when so much was used. */
interface CallFuel {
  readonly start: bigint;
  readonly limit: bigint;
}

export class Meter {
  readonly #options: MeterOptions;
  /** Globals, as long as there is code that has them. */
  #fuel: Account;
  #depth: Account;
  #exhaustion: Exhaustion | undefined;
  #fuelLimit: bigint | undefined;
  #callFuel: CallFuel | undefined;
  #granted = 0n;
  #fuelUsedAtEnd = 0n;
  readonly #used = { memory: 0, table: 0 };
  /** What was accounted for last, until it is known whether the engine gave it. */
  #pending = 0;

  constructor(options: MeterOptions = {}) {
    this.#options = options;
    this.#fuelLimit = options.fuel;
    this.#fuel = new WebAssembly.Global({ value: "i64", mutable: true }, 0n);
    this.#depth = new WebAssembly.Global({ value: "i32", mutable: true }, options.callDepthMax ?? depthEndless);
    this.#grant();
  }

  /** What ended the instance. */
  get exhaustion(): Exhaustion | undefined {
    return this.#exhaustion;
  }

  /**
   * In instructions, over the life of the instance. It may be over the limit by one region, or by as many calls of short
   * functions as are not asked (fuel-cost.ts).
   */
  get fuelUsed(): bigint {
    return this.#exhaustion === undefined ? this.#granted - this.#balance : this.#fuelUsedAtEnd;
  }

  /** No code of the instance will run any more: what was counted stays to be told, and its globals go. */
  detach(): void {
    this.#fuel = { value: this.#fuel.value };
    this.#depth = { value: this.#depth.value };
  }

  /** Takes back what is left of the slice, so that `onSlice` is asked as early as `sliceFuel` says now. */
  restartSlice(): void {
    const used = this.fuelUsed;
    if (this.#exhaustion !== undefined) return;
    this.#granted = used;
    this.#setBalance(0n);
    this.#grant();
  }

  /** The same where that is earlier: a slice that began anew with each entry would never be over. */
  shortenSlice(): void {
    if (this.#balance > this.#sliceFuel) this.restartSlice();
  }

  get memoryBytes(): number {
    return this.#used.memory;
  }

  get tableElements(): number {
    return this.#used.table;
  }

  get fuelLimit(): bigint | undefined {
    return this.#fuelLimit;
  }

  /** Gives more or less, also while a host function runs that the guest called. */
  set fuelLimit(limit: bigint | undefined) {
    this.#fuelLimit = limit;
    this.restartSlice();
  }

  /** Fuel for one call, within what is left for all. @returns what takes the limit back */
  narrow(limit: bigint): () => void {
    const narrowWith = (callFuel: CallFuel | undefined): void => {
      this.#callFuel = callFuel;
      this.restartSlice();
    };
    const before = this.#callFuel;
    narrowWith({ start: this.fuelUsed, limit });
    return () => narrowWith(before);
  }

  /** The account that code writes, for those who look at it where calls enter and leave. */
  get fuelAccount(): WebAssembly.Global {
    return this.#fuel;
  }

  /** Whether more was used than was granted so far: short functions only pay. */
  get isInDebt(): boolean {
    return this.#balance < 0n;
  }

  /** Pays for what the host does, without a look at clocks. False: it is more than there is left, which ends the instance. */
  spend(instructions: number): boolean {
    if (this.#exhaustion !== undefined) return false;
    this.#setBalance(this.#balance - BigInt(instructions));
    if (this.isInDebt && !this.#grant()) this.end(this.#spent);
    return this.#exhaustion === undefined;
  }

  /** Asks for more, as code does. @param isEntry whether a call begins, which needs some */
  askFuel(isEntry: boolean): number {
    return this.#check(isEntry ? checkReasons.entry : checkReasons.fuel);
  }

  /**
   * How many more calls may stand within each other. A guest leaves its own here: who enters the instance sets it, to
   * `callDepthMax` at the edge, and puts it back where a host function called the guest.
   */
  get callDepthLeft(): number {
    return Number(this.#depth.value);
  }

  set callDepthLeft(calls: number) {
    this.#depth.value = calls;
  }

  /**
   * Ends the guest at its next loop, call or bulk operation: for termination, and for errors of the host that a guest
   * must not catch. The first reason stays.
   */
  end(exhaustion: Exhaustion): void {
    if (this.#exhaustion !== undefined) return;
    this.#fuelUsedAtEnd = this.fuelUsed;
    this.#exhaustion = exhaustion;
    this.#setBalance(-endless);
    this.#depth.value = 0;
  }

  /**
   * Accounts for the memories and tables that an instance of `module` begins with, and for what its constants make. False:
   * they are over the budget, and the module must not be instantiated.
   */
  admit({ memories, tables, constantFuel }: RewrittenModule): boolean {
    if (constantFuel > 0) {
      this.#setBalance(this.#balance - BigInt(constantFuel));
      if (this.isInDebt && this.#check(checkReasons.fuel) !== 0) return false;
    }
    for (const { isImported, minimum, pageSizeLog2 } of memories) {
      if (!isImported && this.#take("memory", minimum * 2 ** pageSizeLog2) !== 0) return false;
    }
    for (const { isImported, minimum } of tables) {
      if (!isImported && this.#take("table", minimum) !== 0) return false;
    }
    return true;
  }

  /**
   * What `module` imports in its namespace.
   * @throws RangeError for a module that was rewritten with another version of the costs
   */
  imports(module: RewrittenModule): AccountImports {
    if (module.fuelCostVersion !== fuelCostVersion) {
      throw new RangeError(`the module counts fuel by version ${module.fuelCostVersion}, not ${fuelCostVersion}`);
    }
    return {
      check: (reason) => this.#check(reason),
      grow: (place, current, delta) => this.#grow(module, place, { current, delta }),
      // Globals: nobody asks for what a new instance imports when it has ended.
      fuel: this.#fuel,
      depth: this.#depth,
    };
  }

  get #balance(): bigint {
    return this.#fuel.value as bigint; // a global of i64
  }

  #setBalance(balance: bigint): void {
    this.#fuel.value = balance;
  }

  #check(reason: number): number {
    if (this.#exhaustion !== undefined) return 1;
    if (reason === checkReasons.depth) {
      const limit = this.#options.callDepthMax ?? depthEndless;
      this.end({ field: "maxCallDepth", limit, used: limit + 1 });
      return 1;
    }
    if (reason === checkReasons.spent) {
      this.end(this.#spent);
      return 1;
    }
    const granted = this.#granted;
    const late = this.#options.onSlice?.();
    // Whoever is asked may have given more fuel, and then there may be no more to give.
    const isRefilled = this.#granted > granted && this.#balance > 0n;
    const needed = neededFor(reason);
    if (late !== undefined) this.end(late);
    else if (needed !== undefined) this.#grant(BigInt(needed.cost + (needed.isBlock ? fuelBlock : 0)));
    else if (isRefilled) return 0;
    else if (!this.#grant() || (reason === checkReasons.entry && this.#balance <= 0n)) this.end(this.#spent);
    return this.#exhaustion === undefined ? 0 : 1;
  }

  /** How much may have been used: over the life of the instance, or by now. */
  get #limit(): bigint | undefined {
    const call = this.#callFuel;
    if (call === undefined) return this.#fuelLimit;
    const limit = call.start + call.limit;
    return this.#fuelLimit !== undefined && this.#fuelLimit < limit ? this.#fuelLimit : limit;
  }

  get #spent(): Exhaustion {
    const call = this.#callFuel;
    const used = this.fuelUsed;
    const isCalls = call !== undefined && this.#limit === call.start + call.limit;
    if (isCalls) return { field: "fuel", limit: call.limit, used: used - call.start };
    return { field: "fuel", limit: this.#fuelLimit ?? 0n, used };
  }

  /**
   * Another slice, or `least`, as long as the limit has one. False: there is none, or too little to pay what is owed.
   */
  #grant(least = 0n): boolean {
    const limit = this.#limit;
    const usual = this.#options.onSlice === undefined ? (limit ?? endless) : this.#sliceFuel;
    const slice = usual < least ? least : usual;
    const balance = this.#balance;
    const wanted = balance < 0n ? slice - balance : slice;
    const left = limit === undefined ? wanted : limit - this.#granted;
    const given = left < wanted ? left : wanted;
    if (given <= 0n) return false;
    this.#granted += given;
    this.#setBalance(balance + given);
    return balance + given >= 0n;
  }

  get #sliceFuel(): bigint {
    const { sliceFuel = defaultSlice } = this.#options;
    return typeof sliceFuel === "bigint" ? sliceFuel : sliceFuel();
  }

  #grow(module: RewrittenModule, place: number, { current, delta }: { current: number; delta: number }): number {
    const space = (place & 1) === growSpaces.memory ? "memory" : "table";
    if (delta < 0) {
      this.#used[space] -= this.#pending;
      this.#pending = 0;
      return 0;
    }
    const { unit, maximum } = sizesAt(module, space, place >> 1);
    this.#pending = 0;
    // Over its own maximum it is refused with -1, as ever.
    if (current + delta > maximum) return 0;
    this.#pending = delta * unit;
    return this.#take(space, this.#pending);
  }

  #take(space: "memory" | "table", amount: number): number {
    const used = this.#used[space] + amount;
    const { memoryBytesMax = Infinity, tableElementsMax = Infinity } = this.#options;
    const limit = space === "memory" ? memoryBytesMax : tableElementsMax;
    if (used > limit) {
      this.end({ field: space === "memory" ? "maxMemoryBytes" : "maxTableElements", limit, used });
      return 1;
    }
    this.#used[space] = used;
    return 0;
  }
}

/** Bytes or elements of a unit of growth, and the maximum in such units. */
function sizesAt({ memories, tables }: RewrittenModule, space: "memory" | "table", index: number) {
  if (space === "table") {
    return { unit: 1, maximum: Math.min(tables[index]?.maximum ?? Infinity, engineMaxima.tableElements) };
  }
  const memory = memories[index];
  const unit = 2 ** (memory?.pageSizeLog2 ?? 16);
  const bytesMax = memory?.is64 === true ? engineMaxima.memoryBytes64 : engineMaxima.memoryBytes32;
  return { unit, maximum: Math.min(memory?.maximum ?? Infinity, bytesMax / unit) };
}
