/**
 * Where fuel is charged. A region is code that is paid for at one place: its charge stands in front of it, and nothing
 * of it runs without having passed there. Regions begin
 * - at a function's entry and where a loop begins a turn, where fuel is also asked for: a loop's body or a function runs
 *   only if the fuel covers it (a call-free, loop-free, short function excepted);
 * - at the first instruction that only a branch leads to (a case of a switch);
 * - where a region has gone on for `conditionalInstructionsMax` instructions behind its first branch.
 * What stands behind the end of a block belongs to the region in which the block began. So a program never pays less
 * than it runs, and at most that many instructions more for each region that it enters.
 *
 * Within loops the fuel stands in a local too, which every charge writes with the global: what is asked and taken is
 * not read from memory that was written a moment before. What has charged meanwhile, a call or a bulk operation, is
 * followed by a load. An exception comes out of calls without one, so that functions with handlers have no such local.
 *
 * A charge is written before its region is known: it has room for its number, which is filled in at the region's end.
 */
import { writePadded } from "./byte-writer.ts";
import { conditionalInstructionsMax, instructionCost } from "./fuel-cost.ts";
import type { MeteredLoop } from "./label-frames.ts";
import type { SplicedOutput } from "./spliced-output.ts";

/** The first region, of a function's entry: its charge is written last. */
export const entryRegion = 0;

const noRegion = -1;
const ifCall = Uint8Array.of(0x04, 0x40, 0x10); // if, call
const toOuterLoop = Uint8Array.of(0x0d, 0x01); // br_if
const block = 0x02;
const loop = 0x03;
/** A loop with a latch is a block to leave, two loops, a block whose end is the latch, and one that is the body. */
const latchedLabels = 4;
const untilLatch = Uint8Array.of(block, 0x40);
const leaveLatched = Uint8Array.of(0x0b, 0x0c, 3, 0x0b); // end of the body, br, end of the block in front of the latch
const againAndEnds = Uint8Array.of(0x0c, 0, 0x0b, 0x0b); // br, ends of both loops
const roomMax = 2 ** 30;
/** In bytes, of numbers in charges: by how long the body is, and for what is dearer than its length tells. */
const shortWidth = 3;
const longWidth = 5;
const widestWidth = 8;
const shortBytesMax = 8192;
/** Smaller numbers have room in as many bytes, one bit of which is the sign. */
const shortEnd = 2 ** (7 * shortWidth - 1);
const longEnd = 2 ** (7 * longWidth - 1);

export class FuelRegions {
  readonly #output: SplicedOutput;
  /** Where loops keep the fuel, which the global has as well; undefined in a function that has no such local. */
  #local: number | undefined;
  #loopDepth = 0;
  readonly #globals: { readonly fuel: number };
  /** Of the region that is being written; those of others are in the lists. */
  #current = noRegion;
  #cost = 0;
  #allowance = 0;
  /** The next instruction begins a region. */
  #isPending = false;
  #numberWidth: number = shortWidth;
  /** The function that is being written turned out to need the widest numbers. */
  #isWide = false;
  #total = 0;
  /** By region: cost, what may still follow behind a branch, and the places where the cost is written. */
  readonly #costs: number[] = [];
  readonly #allowances: number[] = [];
  readonly #places: number[] = [];
  readonly #placeRegions: number[] = [];

  constructor(output: SplicedOutput, globals: { readonly fuel: number }) {
    this.#output = output;
    this.#globals = globals;
  }

  get current(): number {
    return this.#isPending ? noRegion : this.#current;
  }

  /** @param byteCount of the body, by which it is guessed how much room a charge needs. */
  beginFunction(byteCount: number, local: number | undefined): void {
    this.#local = local;
    this.#loopDepth = 0;
    this.#costs.length = 0;
    this.#allowances.length = 0;
    this.#places.length = 0;
    this.#placeRegions.length = 0;
    this.#numberWidth = this.#isWide ? widestWidth : byteCount < shortBytesMax ? shortWidth : longWidth;
    this.#current = noRegion;
    this.#isPending = false;
    this.#open();
  }

  /** What is no instruction of the function, and paid for with its first region. */
  enter(cost: number): void {
    this.#cost += cost;
  }

  /** An instruction that begins at `offset` of the source. */
  spend(offset: number, cost: number): void {
    if (this.#isPending || this.#allowance <= 0) this.#openAt(offset);
    this.#cost += cost;
    this.#allowance -= 1;
  }

  /** How many instructions may be spent at once. */
  room(): number {
    return this.#isPending || this.#allowance <= 0 ? 0 : this.#allowance;
  }

  /** Of which there was room for. */
  spendRun(count: number): void {
    this.#cost += count * instructionCost;
    this.#allowance -= count;
  }

  /** From here on the region runs only if no branch was taken. */
  branch(): void {
    if (this.#allowance > conditionalInstructionsMax) this.#allowance = conditionalInstructionsMax;
  }

  /** What follows is reached by branches only. */
  interrupt(): void {
    this.#isPending = true;
  }

  /** Back in the region in which a block began. */
  resume(region: number): void {
    if (region === noRegion) {
      this.#isPending = true;
      return;
    }
    this.#switchTo(region);
    this.branch();
  }

  /**
   * The head of a loop whose instruction begins at `offset`, behind what it costs to come here; `typeEnd` is where its
   * block type ends. Written are two loops, because an engine keeps all that lives across a call in memory: the inner
   * one asks for fuel and leaves for the outer one if there is too little, and only the outer one calls.
   *
   * With a latch the inner loop asks behind its body, where all branches back lead, and not at its head: what a round
   * begins with is the guest's own. The body stands in a block of the loop's type, so that what it leaves is checked. A
   * loop whose type is an index may have parameters, which a latch would have to hand on: it asks at its head.
   */
  loopHead(
    offset: number,
    { typeEnd, hasLatch, spend }: { typeEnd: number; hasLatch: boolean; spend: number },
  ): MeteredLoop {
    const output = this.#output;
    output.copyTo(typeEnd);
    const type = { from: output.length - (typeEnd - offset) + 1, to: output.length };
    if (hasLatch) {
      output.bytes[type.from - 1] = block; // which the loop's end leaves
      this.#block(loop, type);
    }
    this.#open();
    const head = this.#current;
    this.#loopDepth += 1;
    if (this.#loopDepth === 1) this.reload();
    this.#lessThanCost(head);
    output.append(ifCall);
    output.unsigned(spend);
    this.reload();
    output.byte(0x0b);
    if (hasLatch) this.#charge(head);
    this.#block(loop, type);
    if (hasLatch) {
      output.append(untilLatch);
      this.#block(block, type);
    } else {
      this.#askAndCharge(head);
    }
    return { head, labels: hasLatch ? latchedLabels : 1, hasLatch };
  }

  /** In front of the end of a loop that had a head, which is the outermost of what it became. */
  loopEnd(head: number, hasLatch: boolean): void {
    const output = this.#output;
    if (hasLatch) {
      output.append(leaveLatched);
      this.#askAndCharge(head);
      output.append(againAndEnds);
    } else {
      output.byte(0x0b);
    }
    this.#loopDepth -= 1;
  }

  /** In the inner loop. */
  #askAndCharge(region: number): void {
    this.#lessThanCost(region);
    this.#output.append(toOuterLoop);
    this.#charge(region);
  }

  #block(opcode: number, { from, to }: { readonly from: number; readonly to: number }): void {
    this.#output.byte(opcode);
    this.#output.appendSpan(this.#output.bytes, from, to);
  }

  /** Behind what has charged by itself, a call above all, and ends at `offset`. */
  reloadAt(offset: number): void {
    if (this.#isInLocal) {
      this.#output.copyTo(offset);
      this.reload();
    }
  }

  /** The same behind what is written already: global.get $fuel, local.set */
  reload(): void {
    if (!this.#isInLocal) return;
    const output = this.#output;
    output.byte(0x23);
    output.unsigned(this.#globals.fuel);
    output.byte(0x21);
    output.unsigned(this.#local ?? 0);
  }

  get #isInLocal(): boolean {
    return this.#local !== undefined && this.#loopDepth > 0;
  }

  /**
   * To be asked at the end of a function. True: some instructions cost more than their bytes let expect, so that a charge
   * may have no room for its number. The function has to be written once more, with wider ones.
   */
  isTooNarrow(): boolean {
    this.#switchTo(entryRegion);
    let total = 0;
    for (const cost of this.#costs) total += cost;
    this.#total = total;
    const width = this.#numberWidth;
    this.#isWide = width !== widestWidth && total >= (width === shortWidth ? shortEnd : longEnd);
    return this.#isWide;
  }

  /** Fills in what its regions cost, which have room. @returns the cost of the entry's region, and of all. */
  endFunction(): { readonly entry: number; readonly total: number } {
    const { bytes } = this.#output;
    for (let index = 0; index < this.#places.length; index += 1) {
      const value = this.#costs[this.#placeRegions[index] ?? 0] ?? 0;
      writePadded(bytes, this.#places[index] ?? 0, { value, width: this.#numberWidth });
    }
    return { entry: this.#costs[entryRegion] ?? 0, total: this.#total };
  }

  #openAt(offset: number): void {
    this.#output.copyTo(offset);
    this.#open();
    this.#charge(this.#current);
  }

  #open(): void {
    this.#costs.push(0);
    this.#allowances.push(roomMax);
    this.#switchTo(this.#costs.length - 1);
  }

  #switchTo(region: number): void {
    if (this.#current !== noRegion) {
      this.#costs[this.#current] = this.#cost;
      this.#allowances[this.#current] = this.#allowance;
    }
    this.#current = region;
    this.#cost = this.#costs[region] ?? 0;
    this.#allowance = this.#allowances[region] ?? 0;
    this.#isPending = false;
  }

  /** The fuel, i64.const cost, i64.lt_s */
  #lessThanCost(region: number): void {
    this.#fuelAndCost(region);
    this.#output.byte(0x53);
  }

  #charge(region: number): void {
    const output = this.#output;
    this.#fuelAndCost(region);
    output.byte(0x7d); // i64.sub
    if (this.#isInLocal) {
      output.byte(0x22);
      output.unsigned(this.#local ?? 0);
    }
    output.byte(0x24);
    output.unsigned(this.#globals.fuel);
  }

  #fuelAndCost(region: number): void {
    const output = this.#output;
    const isLocal = this.#isInLocal;
    output.byte(isLocal ? 0x20 : 0x23);
    output.unsigned(isLocal ? (this.#local ?? 0) : this.#globals.fuel);
    output.byte(0x42);
    this.#places.push(output.length);
    this.#placeRegions.push(region);
    output.reserve(this.#numberWidth);
    output.length += this.#numberWidth;
  }
}
