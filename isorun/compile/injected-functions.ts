/**
 * Functions that are appended to a module, each when code first needs it. They are called from rewritten code only:
 * a module's own indices end before them.
 */
import type { AccountIndices } from "./account-indices.ts";
import { ByteWriter } from "./byte-writer.ts";
import { bulkSizeMaxLog2, bytesPerInstructionLog2, fuelBlock } from "./fuel-cost.ts";

/** Types that are appended, by their place behind the module's own. */
export const injectedTypes: readonly (readonly number[])[] = [
  [0x60, 0, 0], // () → ()
  [0x60, 1, 0x7f, 1, 0x7f], // (i32) → i32
  [0x60, 1, 0x7e, 1, 0x7e], // (i64) → i64
  [0x60, 3, 0x7f, 0x7c, 0x7c, 1, 0x7f], // (i32, f64, f64) → i32
  [0x60, 2, 0x7e, 0x7e, 1, 0x7e], // (i64, i64) → i64
  [0x60, 1, 0x7e, 0], // (i64) → ()
];

const typePlace = { action: 0, pass32: 1, pass64: 2, grow: 3, hold: 4, take64: 5 } as const;

/**
 * Of the imported check: why it is called. `entry` is the host's, for a call that begins. `round` and `block` are for what a
 * round of a loop costs, and for a block behind that: twice the cost is added to them, in units of `costUnit`, rounded up.
 * There may be less than that; then `spent` says that the round is not to be had.
 */
export const checkReasons = { fuel: 0, depth: 1, entry: 2, spent: 3, round: 4, block: 5 } as const;

const costUnitLog2 = 2;
/** So small that slices do not become much longer, and so large that the dearest function has a number of 31 bits. */
const costUnit = 2 ** costUnitLog2;

/** @returns how much fuel a round needs, and whether it is for a block behind it; undefined for other reasons */
export function neededFor(reason: number): { readonly cost: number; readonly isBlock: boolean } | undefined {
  if (reason < checkReasons.round) return undefined;
  const isBlock = (reason - checkReasons.round) % 2 === 1;
  return { cost: Math.floor((reason - checkReasons.round) / 2) * costUnit, isBlock };
}

/** Whose growth is accounted: the lowest bit, below the index. */
export const growSpaces = { memory: 0, table: 1 } as const;

export interface InjectedFunction {
  readonly typePlace: number;
  /** With its locals, without its size. */
  readonly body: Uint8Array;
}

export const checkTypePlace = typePlace.pass32;
export const growTypePlace = typePlace.grow;

const bulkSizeMax = [0x42, ...signedOf(2 ** bulkSizeMaxLog2)]; // i64.const

const block = [0x42, ...signedOf(fuelBlock)]; // i64.const
/** (cost) → twice its units: i64.add, i64.shr_u, i64.shl, i32.wrap_i64. */
const twiceUnits = [0x42, costUnit - 1, 0x7c, 0x42, costUnitLog2, 0x88, 0x42, 1, 0x86, 0xa7];

const unreachableIf = [0x04, 0x40, 0x00, 0x0b];

export class InjectedFunctions {
  readonly functions: InjectedFunction[] = [];
  readonly #accounts: AccountIndices;
  readonly #start: number;
  readonly #indices = new Map<string, number>();

  /** @param start the index of the first: behind all functions of the module */
  constructor(accounts: AccountIndices, start: number) {
    this.#accounts = accounts;
    this.#start = start;
  }

  /** () → (): fuel is short. Returns if the host gave more. */
  outOfFuel(): number {
    return this.#once("out of fuel", () => ({
      typePlace: typePlace.action,
      body: bodyOf([0x41, checkReasons.fuel, 0x10], this.#accounts.check, unreachableIf),
    }));
  }

  /** () → (): never returns. */
  spent(): number {
    return this.#once("spent", () => ({
      typePlace: typePlace.action,
      body: bodyOf([0x41, checkReasons.spent, 0x10], this.#accounts.check, [0x1a, 0x00]),
    }));
  }

  /** (cost) → (): the fuel is less than a round costs. Returns if the host gave enough. */
  payRound(): number {
    return this.#once("round", () => {
      const { fuel, check } = this.#accounts;
      return {
        typePlace: typePlace.take64,
        body: bodyOf(
          [0x20, 0, ...twiceUnits, 0x41, checkReasons.round, 0x6a, 0x10], // i32.add, call
          check,
          [...unreachableIf, 0x23],
          fuel,
          [0x20, 0, 0x53, 0x04, 0x40, 0x10], // i64.lt_s, if, call
          this.spent(),
          [0x0b],
        ),
      };
    });
  }

  /**
   * (all the fuel there is, charged for a round; what that costs) → a block of it, or what there is; the rest is in the
   * global. Returns if the round is paid for. How much it is does not depend on slices.
   */
  holdFuel(): number {
    return this.#once("hold", () => {
      const { fuel, check } = this.#accounts;
      return {
        typePlace: typePlace.hold,
        body: bodyOf(
          [0x20, 0, ...block, 0x53, 0x04, 0x40], // less than a block: i64.lt_s, if
          [0x20, 0, 0x20, 1, 0x7c, 0x24], // the charge is taken back: i64.add, global.set
          fuel,
          [0x20, 1, ...twiceUnits, 0x41, checkReasons.block, 0x6a, 0x10], // i32.add, call
          check,
          [...unreachableIf, 0x23],
          fuel,
          [0x20, 1, 0x53, 0x04, 0x40, 0x10], // less than the round costs: i64.lt_s, if, call
          this.spent(),
          [0x0b, 0x23],
          fuel,
          [0x20, 1, 0x7d, 0x21, 0, 0x0b], // i64.sub, local.set, end
          [0x20, 0, 0x20, 0, ...block, 0x20, 0, ...block, 0x53, 0x1b, 0x22, 1], // the smaller: i64.lt_s, select, local.tee
          [0x7d, 0x24], // i64.sub, global.set
          fuel,
          [0x20, 1],
        ),
      };
    });
  }

  /** () → (): too many calls stand within each other. Never returns. */
  tooDeep(): number {
    return this.#once("too deep", () => ({
      typePlace: typePlace.action,
      body: bodyOf([0x41, checkReasons.depth, 0x10], this.#accounts.check, [0x1a, 0x00]),
    }));
  }

  /** (size) → size: charges for a bulk operation that is about to run. */
  chargeBulk(unit: "bytes" | "elements", is64: boolean): number {
    return this.#once(`${unit} ${is64}`, () => {
      const { fuel } = this.#accounts;
      // Of 64 bits it could be a negative charge, which growth that is refused would leave. i64.lt_u, select
      const extend = is64 ? [...bulkSizeMax, 0x20, 0, ...bulkSizeMax, 0x54, 0x1b] : [0xad];
      const divide = unit === "bytes" ? [0x42, bytesPerInstructionLog2, 0x88] : [];
      const charge = [0x7d, 0x24]; // i64.sub, global.set
      const ask = [0x42, 0, 0x53, 0x04, 0x40, 0x10]; // i64.const 0, i64.lt_s, if, call
      return {
        typePlace: is64 ? typePlace.pass64 : typePlace.pass32,
        body: bodyOf(
          [0x23],
          fuel,
          [0x20, 0, ...extend, ...divide, ...charge],
          fuel,
          [0x23],
          fuel,
          ask,
          this.outOfFuel(),
          [0x0b, 0x20, 0],
        ),
      };
    });
  }

  /** (delta) → delta: charges for the table that is about to grow, without asking. Engines copy all of it. */
  chargeTable(index: number, is64: boolean): number {
    return this.#once(`table ${index}`, () => {
      const { fuel } = this.#accounts;
      const extend = is64 ? [] : [0xad]; // i64.extend_i32_u
      return {
        typePlace: is64 ? typePlace.pass64 : typePlace.pass32,
        body: bodyOf([0x23], fuel, [0xfc, 0x10], index, [...extend, 0x7d, 0x24], fuel, [0x20, 0]),
      };
    });
  }

  /** (delta) → delta: accounts for growth that is about to be tried. */
  reserve(space: keyof typeof growSpaces, index: number, is64: boolean): number {
    return this.#once(`reserve ${space} ${index}`, () => {
      const size = space === "memory" ? [0x3f] : [0xfc, 0x10];
      const convert = is64 ? 0xba : 0xb8; // f64.convert_i64_u, f64.convert_i32_u
      return {
        typePlace: is64 ? typePlace.pass64 : typePlace.pass32,
        body: bodyOf(
          [0x41],
          signedOf(index * 2 + growSpaces[space]),
          size,
          index,
          [convert, 0x20, 0, convert, 0x10],
          this.#accounts.grow,
          [...unreachableIf, 0x20, 0],
        ),
      };
    });
  }

  /** (size before, or −1) → the same: takes the account back if the growth was refused. */
  settle(space: keyof typeof growSpaces, index: number, is64: boolean): number {
    return this.#once(`settle ${space} ${index}`, () => {
      const isRefused = is64 ? [0x42, 0x7f, 0x51] : [0x41, 0x7f, 0x46]; // const −1, eq
      const nothing = [0x44, 0, 0, 0, 0, 0, 0, 0, 0]; // f64.const 0
      const takeBack = [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf]; // f64.const −1
      return {
        typePlace: is64 ? typePlace.pass64 : typePlace.pass32,
        body: bodyOf(
          [0x20, 0, ...isRefused, 0x04, 0x40, 0x41],
          signedOf(index * 2 + growSpaces[space]),
          [...nothing, ...takeBack, 0x10],
          this.#accounts.grow,
          [...unreachableIf, 0x0b, 0x20, 0],
        ),
      };
    });
  }

  #once(key: string, make: () => InjectedFunction): number {
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const made = make(); // which may append another one
    const index = this.#start + this.functions.length;
    this.functions.push(made);
    this.#indices.set(key, index);
    return index;
  }
}

/** Bytes stand as they are, a number is an index. */
function bodyOf(...parts: readonly (readonly number[] | Uint8Array | number | undefined)[]): Uint8Array {
  const writer = new ByteWriter(64);
  writer.byte(0); // no locals
  for (const part of parts) {
    if (typeof part === "number") writer.unsigned(part);
    else writer.append(part ?? []);
  }
  writer.byte(0x0b);
  return writer.taken();
}

function signedOf(value: number): Uint8Array {
  const writer = new ByteWriter(8);
  writer.natural(value);
  return writer.taken();
}
