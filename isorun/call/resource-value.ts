/** A resource outside of the instance that holds it: what JavaScript has in its hands, and what passes between instances. */
import type { RuntimeResource } from "./handle-table.ts";

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

  /** The representation of an owned resource, which the value has no more after this. @throws TypeError */
  static take(value: unknown, resource: RuntimeResource): number {
    const representation = ResourceValue.look(value, resource);
    const own = value as ResourceValue; // as `look` has found
    if (own.#isLent) throw new TypeError("the resource was lent, and cannot be given away");
    own.#representation = undefined;
    return representation;
  }

  /** Undoes `take`. */
  static giveBack(value: unknown, representation: number): void {
    if (value instanceof ResourceValue) value.#representation = representation;
  }

  /** The representation. @throws TypeError if it is no resource of this type, or one that was given away */
  static look(value: unknown, resource: RuntimeResource): number {
    if (!(value instanceof ResourceValue)) throw new TypeError("expected a resource");
    if (value.#resource !== resource) throw new TypeError("expected a resource of another type");
    if (value.#representation === undefined)
      throw new TypeError("the resource was dropped or given away, or was lent for a call that is over");
    return value.#representation;
  }

  /** Destroys what is owned; of what is lent nothing but this value ends. */
  [Symbol.dispose](): void {
    const representation = this.#representation;
    this.#representation = undefined;
    if (representation !== undefined && !this.#isLent) this.#resource.drop(representation);
  }
}
