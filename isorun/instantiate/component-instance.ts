/** The state of one component instance (Canonical ABI, Component Instances), and the rules of entering and leaving it. */
import { HandleTable } from "../call/handle-table.ts";
import { TrapError } from "../errors/errors.ts";

const backpressureEnd = 2 ** 16;

export class ComponentInstance {
  readonly parent: ComponentInstance | undefined;
  readonly handles = new HandleTable();
  /** This one, then the ones around it. */
  readonly #lineage: readonly ComponentInstance[];
  /** Slots of the running thread (`context.get`, `context.set`), of which there is one so far. */
  readonly context: number[] = [0, 0];
  #backpressure = 0;
  mayEnter = true;
  mayLeave = true;

  constructor(parent: ComponentInstance | undefined) {
    this.parent = parent;
    this.#lineage = parent === undefined ? [this] : [this, ...parent.#lineage];
  }

  /** The instances that a call from `caller` enters: not those that it is in already. */
  #entering(caller: ComponentInstance | undefined): readonly ComponentInstance[] {
    if (caller === undefined) return this.#lineage;
    return this.#lineage.filter((instance) => !caller.#lineage.includes(instance));
  }

  /** @throws TrapError if one of them is entered already. @returns what `leave` has to be given */
  enter(caller: ComponentInstance | undefined): readonly ComponentInstance[] {
    const entered = this.#entering(caller);
    if (entered.some((instance) => !instance.mayEnter)) {
      throw new TrapError("cannot enter component instance", { code: "cannot-enter" });
    }
    for (const instance of entered) instance.mayEnter = false;
    return entered;
  }

  leave(entered: readonly ComponentInstance[]): void {
    for (const instance of entered) instance.mayEnter = true;
  }

  /** @throws TrapError below zero, or where the counter has no room */
  addBackpressure(change: 1 | -1): void {
    this.#backpressure += change;
    if (this.#backpressure < 0 || this.#backpressure >= backpressureEnd) {
      throw new TrapError("the backpressure counter is out of range");
    }
  }

  checkLeave(): void {
    if (!this.mayLeave) throw new TrapError("cannot leave component instance", { code: "cannot-leave" });
  }
}
