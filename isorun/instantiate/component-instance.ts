/** The state of one component instance (Canonical ABI, Component Instances), and the rules of entering and leaving it. */

import { stateOffsets } from "../adapter/adapter.ts";
import { HandleTable } from "../call/handle-table.ts";
import { TrapError } from "../errors/errors.ts";
import type { InstanceStates } from "./instance-states.ts";

const backpressureEnd = 2 ** 16;

export class ComponentInstance {
  readonly parent: ComponentInstance | undefined;
  readonly handles = new HandleTable();
  /** This one, then the ones around it. */
  readonly #lineage: readonly ComponentInstance[];
  /** Slots of the running thread (`context.get`, `context.set`), of which there is one so far. */
  readonly context: number[] = [0, 0];
  #backpressure = 0;
  readonly states: InstanceStates;
  /** Of its state, in bytes. */
  readonly place: number;

  constructor(states: InstanceStates, parent: ComponentInstance | undefined) {
    this.states = states;
    this.place = states.allocate();
    this.parent = parent;
    this.#lineage = parent === undefined ? [this] : [this, ...parent.#lineage];
  }

  get mayEnter(): boolean {
    return this.states.words[(this.place + stateOffsets.mayEnter) / 4] !== 0;
  }

  set mayEnter(value: boolean) {
    this.states.words[(this.place + stateOffsets.mayEnter) / 4] = value ? 1 : 0;
  }

  get mayLeave(): boolean {
    return this.states.words[(this.place + stateOffsets.mayLeave) / 4] !== 0;
  }

  set mayLeave(value: boolean) {
    this.states.words[(this.place + stateOffsets.mayLeave) / 4] = value ? 1 : 0;
  }

  /** The instances that a call from `caller` enters: not those that it is in already. */
  enteringFrom(caller: ComponentInstance): readonly ComponentInstance[] {
    return this.#lineage.filter((instance) => !isWithin(caller, instance));
  }

  /**
   * Enters this instance and those around it, but not those that `caller` is in already.
   * @throws TrapError if one of them is entered
   */
  enter(caller: ComponentInstance | undefined): void {
    // Most instances stand alone and are called by the host: one look instead of a walk.
    if (this.parent === undefined && caller === undefined) {
      if (!this.mayEnter) throw cannotEnter();
      this.mayEnter = false;
      return;
    }
    for (const instance of this.#lineage) {
      if (!instance.mayEnter && !isWithin(caller, instance)) throw cannotEnter();
    }
    this.#mark(caller, false);
  }

  leave(caller: ComponentInstance | undefined): void {
    if (this.parent === undefined && caller === undefined) this.mayEnter = true;
    else this.#mark(caller, true);
  }

  #mark(caller: ComponentInstance | undefined, mayEnter: boolean): void {
    for (const instance of this.#lineage) if (!isWithin(caller, instance)) instance.mayEnter = mayEnter;
  }

  /** @throws TrapError below zero, or where the counter has no room */
  addBackpressure(change: 1 | -1): void {
    this.#backpressure += change;
    if (this.#backpressure < 0 || this.#backpressure >= backpressureEnd) {
      throw new TrapError("the backpressure counter is out of range");
    }
  }
}

const cannotEnter = (): TrapError => new TrapError("cannot enter component instance", { code: "cannot-enter" });

function isWithin(inner: ComponentInstance | undefined, outer: ComponentInstance): boolean {
  for (let instance = inner; instance !== undefined; instance = instance.parent) if (instance === outer) return true;
  return false;
}
