/**
 * Where fuel is charged, and how much. A region is code that is paid for at one place: its charge stands in front of it,
 * and nothing of it runs without having passed there. Regions begin
 * - at a function's entry and where a loop begins a turn, where fuel is also asked for: a loop's body or a function runs
 *   only if the fuel covers it (a call-free, loop-free, short function excepted, and so its caller asks now and then);
 * - at the first instruction that only a branch leads to (a case of a switch);
 * - where a region has gone on for `conditionalInstructionsMax` instructions behind its first branch.
 * What stands behind the end of a block belongs to the region in which the block began. So a program never pays less
 * than it runs, and at most that many instructions more for each region that it enters.
 *
 * Loops pay from the global that has the instance's fuel, or from a local that holds a part of it (held-fuel.ts).
 *
 * A charge is written before its region is known, and before it is known what its loop pays from: it has room for both,
 * which is filled in when the function has ended.
 */
import { writePadded } from "./byte-writer.ts";
import { conditionalInstructionsMax, instructionCost, uncheckedCallsMax } from "./fuel-cost.ts";
import { HeldFuel, noLoop } from "./held-fuel.ts";
import type { LabelFrames, MeteredLoop } from "./label-frames.ts";
import { globalGet, globalSet, localGet, localSet, localTee, subtract } from "./loop-code.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import type { SplicedOutput } from "./spliced-output.ts";

/** The first region, of a function's entry: its charge is written last. */
export const entryRegion = 0;

const noRegion = -1;
const toOuterLoopIfLess = Uint8Array.of(0x53, 0x0d, 0x01); // i64.lt_s, br_if
const again = Uint8Array.of(0x0c, 0); // br
/** i64.const 0, i64.ge_s, br_if to the inner loop, br to the outer one. */
const againUnlessNegative = Uint8Array.of(0x42, 0, 0x59, 0x0d, 0, 0x0c, 1);
const ifNegativeCall = Uint8Array.of(0x42, 0, 0x53, 0x04, 0x40, 0x10); // i64.const 0, i64.lt_s, if, call
/** A loop with a latch is a block to leave, two loops, a block whose end is the latch, and one that is the body. */
const latchedLabels = 4;
const untilLatch = Uint8Array.of(0x02, 0x40, 0x02); // block, block
const leaveLatched = Uint8Array.of(0x0b, 0x0c, 3, 0x0b); // end of the body, br, end of the block in front of the latch
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
  readonly held: HeldFuel;
  readonly #output: SplicedOutput;
  readonly #frames: LabelFrames;
  readonly #fuel: number;
  readonly #plan: RewritePlan;
  /** Of the region that is being written; those of others are in the lists. */
  #current = noRegion;
  #cost = 0;
  #allowance = 0;
  /** The next instruction begins a region. */
  #isPending = false;
  /** How many calls stood so far. */
  #calls = 0;
  #numberWidth: number = shortWidth;
  /** The function that is being written turned out to need the widest numbers. */
  #isWide = false;
  #total = 0;
  /** By region: cost, and what may still follow behind a branch. */
  readonly #costs: number[] = [];
  readonly #allowances: number[] = [];
  /** By place where a cost is written: the region, and the loop in which it is. */
  readonly #places: number[] = [];
  readonly #placeRegions: number[] = [];
  readonly #placeLoops: number[] = [];

  constructor(output: SplicedOutput, plan: RewritePlan, { fuel, frames }: { fuel: number; frames: LabelFrames }) {
    this.#output = output;
    this.#frames = frames;
    this.#fuel = fuel;
    this.#plan = plan;
    this.held = new HeldFuel(output, plan, { fuel, frames });
  }

  get current(): number {
    return this.#isPending ? noRegion : this.#current;
  }

  /**
   * @param byteCount of the body, by which it is guessed how much room a charge needs
   * @param local where its loops may hold fuel
   */
  beginFunction(byteCount: number, local: number | undefined): void {
    this.held.beginFunction(local);
    this.#costs.length = 0;
    this.#allowances.length = 0;
    this.#places.length = this.#placeRegions.length = this.#placeLoops.length = 0;
    this.#numberWidth = this.#isWide ? widestWidth : byteCount < shortBytesMax ? shortWidth : longWidth;
    this.#current = noRegion;
    this.#isPending = false;
    this.#calls = this.#frames.asked = 0;
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

  /**
   * Behind a call that ends at `offset`, and may have been of a function that does not ask: in a row of calls somebody has
   * to. What is asked within a block, a way around it may pass by.
   */
  called(offset: number): void {
    this.held.share();
    this.#calls += 1;
    if (this.#calls - this.#frames.asked < uncheckedCallsMax) return;
    this.#frames.asked = this.#calls;
    this.#output.copyTo(offset);
    this.#ask();
  }

  /** Whether more was used than there was. */
  #ask(): void {
    const output = this.#output;
    output.byte(globalGet);
    output.unsigned(this.#fuel);
    output.append(ifNegativeCall);
    output.unsigned(this.#plan.injected.outOfFuel());
    output.byte(0x0b);
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
   * With a latch the inner loop asks behind its body, where all branches back lead, and not at its head: the question is
   * the branch back. The body stands in a block of the loop's type, so that what it leaves is checked. A loop whose type
   * is an index may have parameters, which a latch would have to hand on: it asks at its head.
   */
  loopHead(offset: number, { typeEnd, hasLatch }: { typeEnd: number; hasLatch: boolean }): MeteredLoop {
    const output = this.#output;
    output.copyTo(offset);
    this.#open();
    const head = this.#current;
    const typeLength = typeEnd - offset - 1;
    this.held.openLoop(head, { typeLength, hasLatch });
    output.copyTo(typeEnd);
    if (hasLatch) {
      const type = output.length - typeLength;
      output.append(untilLatch);
      output.appendSpan(output.bytes, type, type + typeLength);
    } else {
      this.held.landAtHead();
      this.#fuelAndCost(head);
      output.append(toOuterLoopIfLess);
      this.#charge(head);
    }
    return { head, labels: hasLatch ? latchedLabels : 1, hasLatch };
  }

  /** In front of the end of the innermost loop, which ends the outermost of what it became. */
  loopEnd(head: number, hasLatch: boolean): void {
    const output = this.#output;
    if (hasLatch) {
      output.append(leaveLatched);
      this.held.land(this.#frames.depth - 1);
      this.#latch(head);
      output.byte(0x0b);
    }
    output.byte(0x0b);
  }

  /** What is held is charged first, so that the engine keeps one number and not two. */
  #latch(head: number): void {
    const output = this.#output;
    this.#fuelAndCost(head);
    if (this.held.holds(this.#frames.loop)) {
      output.byte(subtract);
      this.#access(localTee);
      output.append(againUnlessNegative);
    } else {
      output.append(toOuterLoopIfLess);
      this.#charge(head);
      output.append(again);
    }
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

  /**
   * Fills in what its regions cost, which have room, and what its loops pay from.
   * @returns the cost of the entry's region, and of all; how many bytes of the body will be left out
   */
  endFunction(): { readonly entry: number; readonly total: number; readonly leftOut: number } {
    const { bytes } = this.#output;
    const { held } = this;
    const width = this.#numberWidth;
    for (let index = 0; index < this.#places.length; index += 1) {
      const place = this.#places[index] ?? 0;
      const value = this.#costs[this.#placeRegions[index] ?? 0] ?? 0;
      writePadded(bytes, place, { value, width });
      const loop = this.#placeLoops[index] ?? noLoop;
      if (loop === noLoop) continue;
      const isHeld = held.holds(loop);
      held.writeAccess(place - 2 - held.indexWidth, isHeld ? localGet : globalGet, loop);
      if (bytes[place + width] !== subtract) continue;
      const set = bytes[place + width + 1] === localTee ? localTee : isHeld ? localSet : globalSet;
      held.writeAccess(place + width + 1, set, loop);
    }
    return { entry: this.#costs[entryRegion] ?? 0, total: this.#total, leftOut: held.endFunction(this.#costs) };
  }

  #openAt(offset: number): void {
    this.#output.copyTo(offset);
    this.#open();
    if (this.#frames.loop === noLoop) this.#charge(this.#current);
    else this.held.charge(this.#current);
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

  #charge(region: number): void {
    this.#fuelAndCost(region);
    this.#output.byte(subtract);
    this.#access(globalSet);
  }

  #fuelAndCost(region: number): void {
    const output = this.#output;
    this.#access(globalGet);
    output.byte(0x42); // i64.const
    this.#places.push(output.length);
    this.#placeRegions.push(region);
    this.#placeLoops.push(this.#frames.loop);
    output.reserve(this.#numberWidth);
    output.length += this.#numberWidth;
  }

  /** Within a loop there is room, for what it will pay from. */
  #access(code: number): void {
    const output = this.#output;
    output.byte(code);
    if (this.#frames.loop === noLoop) return output.unsigned(this.#fuel);
    const { indexWidth } = this.held;
    output.reserve(indexWidth);
    output.length += indexWidth;
  }
}
