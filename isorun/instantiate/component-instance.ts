/** The state of one component instance (Canonical ABI, Component Instances), and the rules of entering and leaving it. */

import { stateOffsets } from "../adapter/state-memory.ts";
import { HandleTable } from "../call/handle-table.ts";
import type { Root } from "../call/task.ts";
import { TrapError } from "../errors/errors.ts";
import type { InstanceStates } from "./instance-states.ts";

const backpressureEnd = 2 ** 16;

export interface InstanceOptions {
  /** Its root, if it is the outermost one, or the instance around it. */
  readonly within: Root | ComponentInstance;
  readonly hasContext?: boolean;
  readonly callsNobody?: boolean;
  /** Whether there is core code in it, beside that of instances in it. Many that only pass names on count as one, up to a thousand. */
  readonly hasCode?: boolean;
}

/** Tools put such around what they export. They cost little, but each takes a place of the Runtime's. */
const emptyInstanceShare = 1 / 64;
/** In one root, and many more than tools make: others count in full, or a limit would allow 64 times as many places. */
const sharedInstancesMax = 1024;

/** How many there are in a root. */
const emptyInstances = new WeakMap<Root, number>();

function shareOfEmpty(root: Root): number {
  const count = (emptyInstances.get(root) ?? 0) + 1;
  emptyInstances.set(root, count);
  return count > sharedInstancesMax ? 1 : emptyInstanceShare;
}

export class ComponentInstance {
  readonly parent: ComponentInstance | undefined;
  readonly root: Root;
  readonly handles: HandleTable;
  /** This one, then the ones around it. */
  readonly #lineage: readonly ComponentInstance[];
  /** Whether it is defined with context storage (`context.get`, `context.set`). */
  readonly hasContext: boolean;
  /** Whether there is nothing that its core code could call: no lowered function, no built-in, no account of a budget. */
  callsNobody: boolean;
  /** The slots of threads that others interrupt. */
  readonly #interrupted: (readonly [number, number])[] = [];
  #backpressure = 0;
  readonly states: InstanceStates;
  /** Of its state, in bytes. */
  readonly place: number;

  /** @throws BudgetExhausted */
  constructor(
    states: InstanceStates,
    { within, hasContext = false, callsNobody = false, hasCode = true }: InstanceOptions,
  ) {
    const parent = within instanceof ComponentInstance ? within : undefined;
    this.states = states;
    this.hasContext = hasContext;
    this.callsNobody = callsNobody;
    this.root = within instanceof ComponentInstance ? within.root : within;
    this.root.addInstance(hasCode || parent === undefined ? 1 : shareOfEmpty(this.root));
    this.handles = new HandleTable(this.root.handles);
    this.place = parent === undefined ? this.root.place : states.allocate();
    if (parent !== undefined) states.releaseWith(this, this.place);
    this.parent = parent;
    this.#lineage = parent === undefined ? [this] : [this, ...parent.#lineage];
  }

  /** Whether no other instance is around it, and it has no context storage. */
  get isAlone(): boolean {
    return this.parent === undefined && !this.hasContext;
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

  /** A slot of the running thread: each call has its own, which begin with zeros. */
  contextAt(slot: number): number {
    return this.states.words[(this.place + stateOffsets.context) / 4 + slot] ?? 0;
  }

  setContext(slot: number, value: number): void {
    this.states.words[(this.place + stateOffsets.context) / 4 + slot] = value;
  }

  /** A thread begins whose storage is its own, and ends before the one that it interrupts goes on. */
  beginThread(): void {
    if (!this.hasContext) return;
    this.#interrupted.push([this.contextAt(0), this.contextAt(1)]);
    this.setContext(0, 0);
    this.setContext(1, 0);
  }

  endThread(): void {
    if (!this.hasContext) return;
    const before = this.#interrupted.pop();
    for (const [slot, value] of before?.entries() ?? []) this.setContext(slot, value);
  }

  /** This one, and those around it. */
  get around(): readonly ComponentInstance[] {
    return this.#lineage;
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
    } else {
      for (const instance of this.#lineage) {
        if (!instance.mayEnter && !isWithin(caller, instance)) throw cannotEnter();
      }
      this.#mark(caller, false);
    }
    this.beginThread();
  }

  leave(caller: ComponentInstance | undefined): void {
    this.endThread();
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
