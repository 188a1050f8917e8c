/**
 * Whether instances may be entered and left, in one memory that generated core code shares with the host, and why the
 * host or an adapter asked for a trap. Nothing of it can be changed by guests.
 */
import { pendingAddress, stateBytes, stateOffsets } from "../adapter/adapter.ts";
import { TrapError } from "../errors/errors.ts";

const pageBytes = 65_536;
/** One mebibyte: the memory never grows, so that views of it stay. */
const pages = 16;

export class InstanceStates {
  readonly memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  readonly words: Int32Array;
  readonly #free: number[] = [];
  #next = stateBytes;
  #pending: { readonly reason: unknown } | undefined;

  constructor() {
    this.words = new Int32Array(this.memory.buffer);
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

  release(place: number): void {
    this.#free.push(place);
  }

  /** Asks generated code to trap as soon as it looks; the reason comes out with the trap. */
  fail(reason: unknown): void {
    this.#pending ??= { reason };
    this.words[pendingAddress / 4] = 1;
  }

  /** The reason of the trap that came out, if somebody asked for it. */
  takeReason(): { readonly reason: unknown } | undefined {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    this.#pending = undefined;
    this.words[pendingAddress / 4] = 0;
    return pending;
  }
}
