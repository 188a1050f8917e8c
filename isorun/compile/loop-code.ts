/**
 * What the metering puts into a loop, where its fuel is asked for and charged (held-fuel.ts says which of it, and where).
 * A loop is two, of which the inner one goes round, and the outer one gets more fuel:
 *
 *     block loop $outer  head  loop $inner
 *       block $latch  the guest's loop  end
 *       latch
 *     end end end
 *
 * A round of a loop that pays from the global is charged when there is fuel for it. One that pays from what it holds is
 * charged first, and goes on unless that is less than nothing: the engine has to keep one number, not two. Then the outer
 * loop adds what the global has, or takes the charge back before the host is asked.
 */
import { fuelBlock } from "./fuel-cost.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import type { SplicedOutput } from "./spliced-output.ts";

/** In bytes, how long code is at most, where indices take three and numbers eight; a beginning without its types. */
export const loopBeginRoom = 112;
export const giveBackRoom = 24;
export const chargeRoom = 48;

/** From what a loop pays: the global, a block that it takes itself, or one that an outer loop has taken. */
export const loopModes = { global: 0, outermost: 1, inner: 2 } as const;

export interface LoopBegin {
  /** Of a round. */
  readonly cost: number;
  /** Where the loop's type stands in the output. */
  readonly type: { readonly start: number; readonly length: number };
  readonly hasLatch: boolean;
}

export const localGet = 0x20;
export const localSet = 0x21;
export const localTee = 0x22;
export const globalGet = 0x23;
export const globalSet = 0x24;
export const subtract = 0x7d; // of i64, as is `add`
const call = 0x10;
const otherwise = 0x05;
const end = 0x0b;
const add = 0x7c;
const ifLess = Uint8Array.of(0x53, 0x04, 0x40); // i64.lt_s, if
const block = 0x02;
const loop = 0x03;

export class LoopCode {
  /** Where the fuel is that loops hold. */
  local = 0;
  readonly #output: SplicedOutput;
  readonly #plan: RewritePlan;
  readonly #fuel: number;

  constructor(output: SplicedOutput, plan: RewritePlan, fuel: number) {
    this.#output = output;
    this.#plan = plan;
    this.#fuel = fuel;
  }

  /** Up to the inner loop. */
  begin(mode: number, { cost, type, hasLatch }: LoopBegin): void {
    if (hasLatch) {
      if (mode !== loopModes.global) this.#chargeFirst(cost);
      this.#block(block, type);
    }
    this.#block(loop, type);
    if (mode === loopModes.global) {
      this.#ask(cost);
      if (hasLatch) this.charge(cost);
    } else if (!hasLatch) this.#refillUncharged(cost);
    else if (mode === loopModes.outermost) this.#take(cost);
    else this.#refill(cost);
  }

  /** Of the global. */
  charge(cost: number): void {
    this.#globalAndNumber(cost);
    this.#output.byte(subtract);
    this.#global(globalSet);
  }

  /**
   * Of what is held, without asking. What is lacking is owed by the global: a trap would forget it here, and no code of the
   * guest runs while the local is less than nothing.
   */
  chargeHeld(cost: number): void {
    this.#localAndNumber(cost);
    this.#output.byte(subtract);
    this.#local(localTee);
    this.#number(0);
    this.#output.append(ifLess);
    this.giveBack();
    this.#output.byte(end);
  }

  #block(opcode: number, { start, length }: LoopBegin["type"]): void {
    this.#output.byte(opcode);
    this.#output.appendSpan(this.#output.bytes, start, start + length);
  }

  /** The first round, before fuel is asked for. */
  #chargeFirst(cost: number): void {
    this.#localAndNumber(cost);
    this.#output.byte(subtract);
    this.#local(localSet);
  }

  #ask(cost: number): void {
    const output = this.#output;
    this.#globalAndNumber(cost);
    output.append(ifLess);
    this.#number(cost);
    output.byte(call);
    output.unsigned(this.#plan.injected.payRound());
    output.byte(end);
  }

  /** Of the global and the local, which is less than nothing, a block. */
  #take(cost: number): void {
    const output = this.#output;
    this.#sum();
    this.#local(localTee);
    this.#number(fuelBlock);
    output.append(ifLess);
    this.#local(localGet);
    this.#hold(cost);
    output.byte(otherwise);
    this.#localAndNumber(fuelBlock);
    output.byte(subtract);
    this.#global(globalSet);
    this.#number(fuelBlock);
    this.#local(localSet);
    output.byte(end);
  }

  /** The same where there may be enough of it. */
  #refill(cost: number): void {
    const output = this.#output;
    this.#localAndNumber(0);
    output.append(ifLess);
    this.#sum();
    this.#hold(cost);
    output.byte(end);
  }

  /** The same where rounds are charged when they begin. */
  #refillUncharged(cost: number): void {
    const output = this.#output;
    this.#localAndNumber(cost);
    output.append(ifLess);
    this.#sum();
    this.#number(cost);
    output.byte(subtract);
    this.#hold(cost);
    this.#localAndNumber(cost);
    output.byte(add);
    this.#local(localSet);
    output.byte(end);
  }

  /** Where fuel may be held, and nothing is from then on. */
  giveBack(): void {
    this.#sum();
    this.#global(globalSet);
    this.#number(0);
    this.#local(localSet);
  }

  /** All there is, charged for a round, is on the stack. */
  #hold(cost: number): void {
    this.#number(cost);
    this.#output.byte(call);
    this.#output.unsigned(this.#plan.injected.holdFuel());
    this.#local(localSet);
  }

  #sum(): void {
    this.#global(globalGet);
    this.#local(localGet);
    this.#output.byte(add);
  }

  #localAndNumber(value: number): void {
    this.#local(localGet);
    this.#number(value);
  }

  #globalAndNumber(value: number): void {
    this.#global(globalGet);
    this.#number(value);
  }

  #global(code: number): void {
    this.#output.byte(code);
    this.#output.unsigned(this.#fuel);
  }

  #local(code: number): void {
    this.#output.byte(code);
    this.#output.unsigned(this.local);
  }

  #number(value: number): void {
    this.#output.byte(0x42); // i64.const
    this.#output.natural(value);
  }
}
