/** A table of handles as the Canonical ABI has it (Table State): indices that are given back are given out again. */
import { pick, type Random } from "./random.ts";

/** What stands at an index. */
export interface HandleEntry<Owner extends string> {
  readonly owner: Owner;
  /** What the host or the guest knows it by. */
  readonly value: number;
}

export class HandleTable<Owner extends string> {
  readonly #entries: (HandleEntry<Owner> | undefined)[] = [undefined];
  /** The last one that was given back is given out first. */
  readonly #free: number[] = [];

  add(entry: HandleEntry<Owner>): number {
    const index = this.#free.pop() ?? this.#entries.length;
    this.#entries[index] = entry;
    return index;
  }

  get(owner: Owner, index: number): HandleEntry<Owner> | undefined {
    const entry = this.#entries[index];
    return entry?.owner === owner ? entry : undefined;
  }

  remove(owner: Owner, index: number): HandleEntry<Owner> | undefined {
    const entry = this.get(owner, index);
    if (entry === undefined) return undefined;
    this.#entries[index] = undefined;
    this.#free.push(index);
    return entry;
  }

  /** Held for the time of a call. */
  pass(entry: HandleEntry<Owner>): void {
    this.remove(entry.owner, this.add(entry));
  }

  /** One that is there, if there is any of this owner. */
  someOf(owner: Owner, random: Random): number | undefined {
    const found = [...this.#entries.keys()].filter((index) => this.get(owner, index) !== undefined);
    return found.length === 0 ? undefined : pick(random, found);
  }

  get size(): number {
    return this.#entries.length;
  }
}
