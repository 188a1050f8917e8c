/**
 * What a call through a link costs whom. Time in the other instance is that instance's: its wall time runs from entry to
 * exit, its processor time is taken off its caller's, and its depth of calls begins anew. What is copied is a message of
 * both sides, counted by what the receiver's allocator is asked for. Links of instances without such limits have nothing
 * of this in their way.
 */
import { accountModule } from "../adapter/account.ts";
import type { Root } from "../call/task.ts";
import type { FlatFuncType } from "../types/flatten.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { fuelChecked } from "./fuel-checked.ts";
import type { InstanceStates } from "./instance-states.ts";
import type { CoreItem } from "./runtime-scope.ts";

const realloc: FlatFuncType = { params: ["i32", "i32", "i32", "i32"], results: ["i32"] };

const nothing = (): 0 => 0;

type Direction = "in" | "out";

interface Wrapped {
  readonly type: FlatFuncType;
  /** Whether it has to trap. */
  readonly begin: () => 0 | 1;
  readonly end: () => void;
  readonly count?: (before: number, size: number) => number;
}

/** What one link counts. */
export class LinkAccount {
  readonly #caller: Root;
  readonly #callee: ComponentInstance;
  readonly #states: InstanceStates;
  readonly #blame: (giver: Direction) => void;
  readonly #mustStop: (direction: Direction) => boolean;
  readonly #isTimed: boolean;
  readonly #isSized: boolean;
  /** Of the message that is passed, in each direction. */
  readonly #bytes = { in: 0, out: 0 };

  /** @param passing what puts things right where a call has to end that is not the callee's yet, or no more */
  constructor(
    { root: caller, states }: ComponentInstance,
    instance: ComponentInstance,
    passing?: { blame(giver: Direction): void; mustStop(direction: Direction): boolean },
  ) {
    const { root: callee } = instance;
    this.#blame = (giver) => passing?.blame(giver);
    this.#mustStop = (direction) => passing?.mustStop(direction) === true;
    this.#caller = caller;
    this.#callee = instance;
    this.#states = states;
    const isLink = caller !== callee;
    const isCounted = callee.time !== undefined || callee.onEnter !== undefined || caller.time?.countsCpu === true;
    this.#isTimed = isLink && isCounted;
    this.#isSized = isLink && Math.min(caller.linkedBytesMax, callee.linkedBytesMax) < Infinity;
  }

  /** What the caller calls. */
  callee(core: CoreItem, type: FlatFuncType): CoreItem {
    if (!this.#isTimed && !this.#isSized) return core;
    const begin = (): 0 | 1 => {
      this.#bytes.in = 0;
      this.#bytes.out = 0;
      return this.#enter();
    };
    return wrapped(core, { type, begin, end: this.#leave });
  }

  /** What else runs in the callee. */
  inCallee(core: CoreItem, type: FlatFuncType): CoreItem {
    return this.#isTimed ? wrapped(core, { type, begin: this.#enter, end: this.#leave }) : core;
  }

  /** The allocator of one side. */
  allocator(core: CoreItem, direction: Direction): CoreItem {
    const isIn = direction === "in";
    if (!this.#isSized && !(isIn && this.#isTimed)) return core;
    const count = (before: number, size: number): number => this.#count(direction, (size >>> 0) - (before >>> 0));
    const enter = isIn ? this.#enter : nothing;
    const begin = (): 0 | 1 => (this.#mustStop(direction) ? 1 : enter());
    // Who pays for the copy is asked for fuel between items, and that may be the caller.
    const checked = isIn ? fuelChecked(this.#callee, { type: realloc, isEntry: true }, core) : core;
    return wrapped(checked, {
      type: realloc,
      begin,
      end: isIn ? this.#leave : nothing,
      ...(this.#isSized && { count }),
    });
  }

  readonly #enter = (): 0 | 1 => (this.#isTimed ? this.#states.scheduler.enterLinked(this.#callee.root) : 0);

  readonly #leave = (): void => {
    if (this.#isTimed) this.#states.scheduler.leaveLinked(this.#callee.root);
  };

  #count(direction: Direction, bytes: number): 0 | 1 {
    this.#bytes[direction] += bytes;
    const [caller, callee] = [this.#caller, this.#callee.root];
    const root = caller.linkedBytesMax <= callee.linkedBytesMax ? caller : callee;
    const { linkedBytesMax: limit } = root;
    const used = this.#bytes[direction];
    if (used <= limit) return 0;
    this.#states.scheduler.leaveReason(root.exhausted({ field: "maxMessageBytes", limit, used }));
    if (root === (direction === "in" ? caller : callee)) this.#blame(direction);
    return 1;
  }
}

function wrapped(core: CoreItem, { type, ...imports }: Wrapped): CoreItem {
  const module = accountModule({ type, isRealloc: imports.count !== undefined });
  const { exports } = new WebAssembly.Instance(module, { "": { core, ...imports } });
  return exports["f"] as CoreItem; // what the module exports
}
