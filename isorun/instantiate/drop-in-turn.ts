/**
 * A destructor as a call of its own: in turn if its instance is busy, and suspended where what it calls has to wait. One
 * that need not wait has ended when this returns, so that whoever comes next finds its instance free: the promise of a
 * suspendable call settles later in any case, so core code tells of the end.
 */
import { accountModule } from "../adapter/account.ts";
import type { Scheduler } from "../call/scheduler.ts";
import { requireRoom } from "../call/stack-room.ts";
import { canSuspend, promisingFunc } from "../call/suspending.ts";
import type { Task } from "../call/task.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { CoreItem } from "./runtime-scope.ts";

interface Drops {
  readonly destructor: CoreItem;
  /** On a stack that cannot be suspended. */
  readonly drop: (representation: number) => void;
}

/** @returns what rejects with TrapError, BudgetExhausted, ExitError or DeadlockError */
export function droppingInTurn(
  instance: ComponentInstance,
  { destructor, drop }: Drops,
): (representation: number) => Promise<void> {
  let suspendable: DropInTurn | undefined;
  return async (representation) => {
    if (canSuspend()) {
      suspendable ??= new DropInTurn(instance, destructor);
      return suspendable.run(representation);
    }
    // Without suspension whoever is in the instance is on this very stack.
    if (!instance.root.mayEnter) await Promise.resolve();
    drop(representation);
  };
}

class DropInTurn {
  readonly #instance: ComponentInstance;
  readonly #destructor: CoreItem;
  #begin: ((representation: number) => Promise<unknown>) | undefined;
  /** Whether the call that began last has ended. */
  #hasEnded = false;

  constructor(instance: ComponentInstance, destructor: CoreItem) {
    this.#instance = instance;
    this.#destructor = destructor;
  }

  async run(representation: number): Promise<void> {
    const { root, states } = this.#instance;
    const { scheduler } = states;
    requireRoom();
    const task = scheduler.makeTask(root);
    try {
      const turn = scheduler.turnOf(task);
      if (turn !== undefined) {
        await turn;
        scheduler.hasTurn(task);
      }
      scheduler.requireTime(root, task);
      const rest = this.#enter(task, representation);
      if (rest !== undefined) await this.#goOn(task, rest);
    } finally {
      scheduler.forget(task);
    }
  }

  /** @returns what is left to wait for */
  #enter(task: Task, representation: number): Promise<unknown> | undefined {
    const { scheduler } = this.#instance.states;
    this.#begin ??= this.#suspendable();
    scheduler.begin(task);
    let rest;
    try {
      this.#instance.enter(undefined);
      this.#instance.root.onEnter?.();
      this.#hasEnded = false;
      rest = this.#begin(representation);
    } catch (error) {
      throw scheduler.unwind(task, error);
    }
    if (this.#hasEnded) this.#leave(scheduler, task);
    else scheduler.pause(task);
    return this.#hasEnded ? undefined : rest;
  }

  async #goOn(task: Task, rest: Promise<unknown>): Promise<void> {
    const { scheduler } = this.#instance.states;
    try {
      await rest;
    } catch (error) {
      scheduler.resume(task);
      throw scheduler.unwind(task, error);
    }
    scheduler.resume(task);
    this.#leave(scheduler, task);
  }

  #leave(scheduler: Scheduler, task: Task): void {
    this.#instance.leave(undefined);
    scheduler.finish(task);
  }

  #suspendable(): (representation: number) => Promise<unknown> {
    const end = (): void => {
      this.#hasEnded = true;
    };
    const module = accountModule({ type: { params: ["i32"], results: [] }, isRealloc: false });
    const { exports } = new WebAssembly.Instance(module, { "": { core: this.#destructor, begin: () => 0, end } });
    return promisingFunc(exports["f"] as (representation: number) => void); // what the module exports
  }
}
