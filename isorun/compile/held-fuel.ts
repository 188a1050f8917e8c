/**
 * Which loops hold fuel in a local. A loop in which nothing else charges (no call, no bulk operation, no growth, no throw)
 * takes a block of fuel from the global before it begins, pays from that, and gives back what is left where it is left.
 * So a round writes no memory, and what it asks was not written a moment before. Loops within such a loop pay from the
 * same block. Other loops pay from the global.
 *
 * A trap leaves without giving back: it costs the rest of the block, so that what ran is paid for, and on every engine
 * the same.
 *
 * Whether a loop holds fuel is known when the function has been walked over, and how it is left earlier. So room is kept
 * for what may have to stand there (a site), and what turns out not to be needed is left out when the body is moved to
 * its place. Ways out of a loop:
 * - over its end, `return`, `br`: the fuel is given back there;
 * - conditional branches and tables, which may not be taken: behind the end of the block that they lead to, or where the
 *   loop that they lead to begins a turn (a landing). Other ways lead there too, with a local of zero, which gives nothing.
 *   Behind the function's own end nothing can stand: a loop that has such a branch to it holds no fuel.
 */
import { type LabelFrames, resized } from "./label-frames.ts";
import { chargeRoom, giveBackRoom, LoopCode, loopBeginRoom, loopModes } from "./loop-code.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import type { SplicedOutput } from "./spliced-output.ts";

/** Where code is in no loop. */
export const noLoop = -1;

const noWay = -1;

const siteKinds = { begin: 0, charge: 1, end: 2, leave: 3, landing: 4 } as const;

/**
 * Its room begins at `start`, and when it is filled, what is left out; `owner` is a loop, or a landing. `detail` is the
 * loop that `leave` leads to, the region that is charged, or of a beginning how long the loop's type is, and whether it
 * has a latch (`beginDetail`).
 */
const siteField = { kind: 0, start: 1, end: 2, owner: 3, detail: 4 } as const;
const siteFields = 5;
const beginDetail = (typeLength: number, hasLatch: boolean): number => typeLength * 2 + (hasLatch ? 1 : 0);

export class HeldFuel {
  readonly #output: SplicedOutput;
  readonly #frames: LabelFrames;
  readonly #code: LoopCode;
  readonly #fuel: number;
  /** Zero wherever no fuel is held; undefined in a function that has no such local. */
  #local: number | undefined;
  #indexWidth = 1;
  /** By loop, in the order in which they begin: the one around it, the region of its head, whether something else charges. */
  readonly #outer: number[] = [];
  readonly #heads: number[] = [];
  readonly #areShared: boolean[] = [];
  /** In the order in which they stand, `siteFields` numbers each. */
  #sites = new Int32Array(64 * siteFields);
  /** How many numbers of them are used. */
  #sitesEnd = 0;
  /** By landing: the loop in which it is, and the last way that leads there. */
  readonly #landingLoops: number[] = [];
  readonly #landingWays: number[] = [];
  /** By conditional way out: the loop that it leaves, and the way before it to the same landing. */
  readonly #wayLoops: number[] = [];
  readonly #wayBefore: number[] = [];

  constructor(output: SplicedOutput, plan: RewritePlan, { fuel, frames }: { fuel: number; frames: LabelFrames }) {
    this.#output = output;
    this.#frames = frames;
    this.#fuel = fuel;
    this.#code = new LoopCode(output, plan, fuel);
  }

  beginFunction(local: number | undefined): void {
    this.#local = local;
    this.#code.local = local ?? 0;
    this.#indexWidth = Math.max(unsignedWidth(this.#fuel), unsignedWidth(local ?? 0));
    this.#frames.loop = noLoop;
    if (this.#outer.length === 0) return;
    this.#sitesEnd = 0;
    this.#outer.length = this.#heads.length = this.#areShared.length = 0;
    this.#landingLoops.length = this.#landingWays.length = 0;
    this.#wayLoops.length = this.#wayBefore.length = 0;
  }

  /**
   * The innermost block is a loop whose head has this region. Here it begins; its inner loop is to follow at once, whose
   * type takes as many bytes.
   */
  openLoop(head: number, { typeLength, hasLatch }: { typeLength: number; hasLatch: boolean }): void {
    const frames = this.#frames;
    const loop = this.#outer.length;
    this.#outer.push(frames.loop);
    this.#heads.push(head);
    this.#areShared.push(false);
    frames.loop = frames.loops[frames.depth - 1] = loop;
    this.#site(siteKinds.begin, loop, loopBeginRoom + 2 * typeLength);
    this.#sites[this.#sitesEnd - siteFields + siteField.detail] = beginDetail(typeLength, hasLatch);
  }

  /** Behind its end. */
  closeLoop(): void {
    const { loop } = this.#frames;
    const outer = this.#outer[loop] ?? noLoop;
    if (this.holds(loop)) {
      // Whether the outer one does is not known yet.
      if (this.holds(outer)) this.#site(siteKinds.end, loop, giveBackRoom);
      else this.#code.giveBack();
    } else if (outer !== noLoop) this.#areShared[outer] = true;
    this.#frames.loop = outer;
  }

  /** Of the function, so far. */
  get loopCount(): number {
    return this.#outer.length;
  }

  /** In the innermost loop a region begins that is paid for without asking. */
  charge(region: number): void {
    this.#site(siteKinds.charge, this.#frames.loop, chargeRoom);
    this.#sites[this.#sitesEnd - siteFields + siteField.detail] = region;
  }

  /** The next instruction may charge by itself, or leave the function without a way on which fuel is given back. */
  share(): void {
    const { loop } = this.#frames;
    if (loop !== noLoop) this.#areShared[loop] = true;
  }

  /** In front of an instruction that begins at `offset` and always leads to where the innermost loop is `target`. */
  leave(offset: number, target: number): void {
    const { loop } = this.#frames;
    if (loop === target || !this.holds(loop)) return;
    this.#output.copyTo(offset);
    this.#site(siteKinds.leave, loop, giveBackRoom);
    this.#sites[this.#sitesEnd - siteFields + siteField.detail] = target;
  }

  /** An instruction may lead to the label of the block at this depth. */
  branch(depth: number): void {
    const { loop, loops, landings } = this.#frames;
    if (loop === loops[depth] || !this.holds(loop)) return;
    if (depth === 0) return this.share();
    const known = landings[depth] ?? 0;
    const landing = (known > 0 ? known : this.#openLanding(depth)) - 1;
    const before = this.#landingWays[landing] ?? noWay;
    if (before !== noWay && this.#wayLoops[before] === loop) return;
    this.#wayBefore.push(before);
    this.#landingWays[landing] = this.#wayLoops.push(loop) - 1;
  }

  /** Here the ways end that lead to the label of the block at this depth, and out of loops that have ended. */
  land(depth: number): void {
    const landing = (this.#frames.landings[depth] ?? 0) - 1;
    if (landing < 0 || !this.#mayHold(landing)) return;
    // Whether the loop around it does is not known yet.
    if (this.holds(this.#landingLoops[landing] ?? noLoop)) this.#site(siteKinds.landing, landing, giveBackRoom);
    else this.#code.giveBack();
  }

  /** The same at the head of the innermost loop: the branches that lead there are still to come. */
  landAtHead(): void {
    const depth = this.#frames.depth - 1;
    this.#site(siteKinds.landing, this.#openLanding(depth) - 1, giveBackRoom);
  }

  /** @returns its number, from 1 on */
  #openLanding(depth: number): number {
    const frames = this.#frames;
    this.#landingWays.push(noWay);
    const landing = this.#landingLoops.push(frames.loops[depth] ?? noLoop);
    frames.landings[depth] = landing;
    return landing;
  }

  /** How many bytes the index of what a loop pays from takes, which is known when the function has ended. */
  get indexWidth(): number {
    return this.#indexWidth;
  }

  /** Whether a loop does, when it has ended; before, whether it may. */
  holds(loop: number): boolean {
    return loop !== noLoop && this.#local !== undefined && this.#areShared[loop] === false;
  }

  /** When the function has ended: writes at `at` an instruction with that index. */
  writeAccess(at: number, code: number, loop: number): void {
    const { bytes } = this.#output;
    bytes[at] = code;
    let rest = this.holds(loop) ? (this.#local ?? 0) : this.#fuel;
    const last = at + this.#indexWidth;
    for (let index = at + 1; index < last; index += 1) {
      bytes[index] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[last] = rest;
  }

  /** Fills the sites. @param costs by region @returns how many bytes of the function's body will be left out */
  endFunction(costs: readonly number[]): number {
    const output = this.#output;
    const end = output.length;
    const sites = this.#sites;
    let leftOut = 0;
    for (let site = 0; site < this.#sitesEnd; site += siteFields) {
      output.length = sites[site + siteField.start] ?? 0;
      this.#fill(site, costs);
      sites[site + siteField.start] = output.length;
      leftOut += (sites[site + siteField.end] ?? 0) - output.length;
    }
    output.length = end;
    return leftOut;
  }

  /** Appends the body that stands from `start` to `end`, without what is left out. */
  appendBody(start: number, end: number): void {
    const output = this.#output;
    const sites = this.#sites;
    let from = start;
    for (let site = 0; site < this.#sitesEnd; site += siteFields) {
      output.appendSpan(output.bytes, from, sites[site + siteField.start] ?? from);
      from = sites[site + siteField.end] ?? from;
    }
    output.appendSpan(output.bytes, from, end);
  }

  #site(kind: number, owner: number, room: number): void {
    const output = this.#output;
    const site = this.#sitesEnd;
    this.#sitesEnd = site + siteFields;
    if (this.#sitesEnd > this.#sites.length) this.#sites = resized(new Int32Array(this.#sitesEnd * 2), this.#sites);
    const sites = this.#sites;
    sites[site + siteField.kind] = kind;
    sites[site + siteField.start] = output.length;
    sites[site + siteField.owner] = owner;
    output.reserve(room);
    output.length += room;
    sites[site + siteField.end] = output.length;
  }

  /** Whether a way leads there out of a loop that holds fuel. */
  #mayHold(landing: number): boolean {
    let way = this.#landingWays[landing] ?? noWay;
    while (way !== noWay && !this.holds(this.#wayLoops[way] ?? noLoop)) way = this.#wayBefore[way] ?? noWay;
    return way !== noWay;
  }

  /** Whether a way from one loop to another leads out of one that holds fuel. */
  #isWayOut(from: number, to: number): boolean {
    return this.holds(from) && !this.holds(to);
  }

  #fill(site: number, costs: readonly number[]): void {
    const sites = this.#sites;
    const kind = sites[site + siteField.kind] ?? 0;
    const owner = sites[site + siteField.owner] ?? noLoop;
    const detail = sites[site + siteField.detail] ?? 0;
    if (kind === siteKinds.begin) {
      const type = { start: (sites[site + siteField.end] ?? 0) + 1, length: detail >> 1 };
      const mode = !this.holds(owner)
        ? loopModes.global
        : this.holds(this.#outer[owner] ?? noLoop)
          ? loopModes.inner
          : loopModes.outermost;
      const cost = costs[this.#heads[owner] ?? 0] ?? 0;
      return this.#code.begin(mode, { cost, type, hasLatch: (detail & 1) === 1 });
    }
    if (kind === siteKinds.charge) {
      const cost = costs[detail] ?? 0;
      return this.holds(owner) ? this.#code.chargeHeld(cost) : this.#code.charge(cost);
    }
    const isNeeded =
      kind === siteKinds.landing
        ? !this.holds(this.#landingLoops[owner] ?? noLoop) && this.#mayHold(owner)
        : this.#isWayOut(owner, kind === siteKinds.leave ? detail : (this.#outer[owner] ?? noLoop));
    if (isNeeded) this.#code.giveBack();
  }
}

function unsignedWidth(value: number): number {
  let width = 1;
  for (let rest = value; rest >= 0x80; rest >>>= 7) width += 1;
  return width;
}
