/** One index space: grows as definitions come, and knows what its items are called in messages. */
import { ValidationError } from "../errors/errors.ts";

export class IndexSpace<T> {
  readonly items: T[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get size(): number {
    return this.items.length;
  }

  /** @returns the index of the new item */
  push(item: T): number {
    return this.items.push(item) - 1;
  }

  /** @throws ValidationError */
  at(index: number, offset: number): T {
    const item = this.items[index];
    if (item !== undefined) return item;
    throw new ValidationError(`unknown ${this.#name} ${index}: ${this.#name} index out of bounds`, offset);
  }
}
