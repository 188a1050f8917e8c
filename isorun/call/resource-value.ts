/** A resource outside of the instance that holds it: what JavaScript has in its hands, and what passes between instances. */
import { nameOf } from "./check-value.ts";
import type { RuntimeResource } from "./handle-table.ts";

interface Wanted {
  readonly resource: RuntimeResource;
  readonly isOwn: boolean;
}

export class ResourceValue {
  readonly #resource: RuntimeResource;
  #representation: number | undefined;
  #isLent = false;

  constructor(resource: RuntimeResource, representation: number) {
    this.#resource = resource;
    this.#representation = representation;
  }

  /** One that somebody else owns, until `end`. */
  static lent(resource: RuntimeResource, representation: number): ResourceValue {
    const value = new ResourceValue(resource, representation);
    value.#isLent = true;
    return value;
  }

  /** The call that it was lent for is over. */
  static end(value: ResourceValue): void {
    value.#representation = undefined;
  }

  /** The representation of an owned resource, which the value has no more after this. `whyNot` was asked before. */
  static take(value: unknown): number {
    const own = value as ResourceValue; // as was found out
    const representation = ResourceValue.look(own);
    own.#representation = undefined;
    return representation;
  }

  /** Undoes `take`. */
  static giveBack(value: unknown, representation: number): void {
    if (value instanceof ResourceValue) value.#representation = representation;
  }

  /** The representation. `whyNot` was asked before. */
  static look(value: unknown): number {
    const representation = value instanceof ResourceValue ? value.#representation : undefined;
    if (representation === undefined) throw new Error("a resource is looked at that is none");
    return representation;
  }

  /** What it is instead of a resource of this type, which can be lent, or given away. */
  static whyNot(value: unknown, { resource, isOwn }: Wanted): string | undefined {
    if (typeof value !== "object" || value === null || !(#resource in value)) return nameOf(value);
    if (value.#resource !== resource) return "a resource of another type, or of another instance";
    if (value.#representation === undefined) {
      return "one that was dropped or given away, or was lent for a call that is over";
    }
    return isOwn && value.#isLent ? "one that was lent, and cannot be given away" : undefined;
  }

  /** Destroys what is owned; of what is lent nothing but this value ends. */
  [Symbol.dispose](): void {
    const representation = this.#representation;
    this.#representation = undefined;
    if (representation !== undefined && !this.#isLent) this.#resource.drop(representation);
  }
}
