/**
 * Whether instances may be entered and left, in one memory that generated core code shares with the host, and why the
 * host or an adapter asked for a trap. Nothing of it can be changed by guests.
 */
import { stateBytes, stateOffsets } from "../adapter/state-memory.ts";
import type { RootLimits } from "../call/root-limits.ts";
import { Scheduler } from "../call/scheduler.ts";
import { Root } from "../call/task.ts";
import { TrapError } from "../errors/errors.ts";
import { MemoryLease, MemoryPool } from "./memory-pool.ts";

const pageBytes = 65_536;
/** As many as a state has bytes: room for 65,535 of them. The memory never grows, so that views of it stay. */
const pages = stateBytes;
/** For one component with all those in it; the rest are as many as most hosts ever have. */
const placesMin = 1024;

export class InstanceStates {
  readonly memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  readonly words: Int32Array;
  readonly #free: number[] = [];
  readonly scheduler: Scheduler;
  /** Behind names of instances in chains, which go through other runtimes and processes. */
  readonly #id = crypto.randomUUID().slice(0, 8);
  readonly memories = new MemoryPool();
  readonly #leases = new WeakMap<Root, MemoryLease>();
  #next = stateBytes;
  /** Generated code names places, and is held by what closes over its instance: who is gone is named by nobody. */
  readonly #released = new FinalizationRegistry((place: number) => {
    this.#free.push(place);
  });

  constructor() {
    this.words = new Int32Array(this.memory.buffer);
    this.scheduler = new Scheduler(this.words);
  }

  makeRoot(name: string, limits: RootLimits): Root {
    const { words, scheduler } = this;
    const chainName = `${name}@${this.#id}`;
    const root = new Root({ words, place: this.allocate(), name, chainName, tasks: scheduler.tasks, limits });
    this.releaseWith(root, root.place);
    return root;
  }

  /** What the instance has from the pool, and gives back when it is gone. */
  leaseOf(root: Root): MemoryLease {
    const known = this.#leases.get(root);
    if (known !== undefined) return known;
    const lease = new MemoryLease(this.memories);
    this.#leases.set(root, lease);
    root.onceGone(() => lease.end());
    return lease;
  }

  /** The place of a new instance, in bytes: it may be entered and left. @throws TrapError if there is no room */
  allocate(): number {
    const place = this.#free.pop() ?? this.#next;
    if (place === this.#next) this.#next += stateBytes;
    if (place + stateBytes > pages * pageBytes) throw new TrapError("there are too many component instances");
    this.words[(place + stateOffsets.mayEnter) / 4] = 1;
    this.words[(place + stateOffsets.mayLeave) / 4] = 1;
    this.words.fill(0, (place + stateOffsets.context) / 4, (place + stateBytes) / 4);
    return place;
  }

  /**
   * Those who wait give the collector a turn in which it tells of those whom it found gone: without one, a job that makes
   * and ends one instance after the other would come to the end of the places. Undefined while there are enough.
   */
  get room(): Promise<void> | undefined {
    const left = this.#free.length + (pages * pageBytes - this.#next) / stateBytes;
    return left >= placesMin ? undefined : new Promise((resolve) => void setTimeout(resolve, 0));
  }

  /** The place is free when nobody has `owner` any more. */
  releaseWith(owner: object, place: number): void {
    this.#released.register(owner, place);
  }
}
