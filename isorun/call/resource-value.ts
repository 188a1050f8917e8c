/** A resource outside of the instance that holds it: what JavaScript has in its hands, and what passes between instances. */
import type { RuntimeResource } from "./handle-table.ts";

export class ResourceValue {
  readonly #resource: RuntimeResource;
  #representation: number | undefined;

  constructor(resource: RuntimeResource, representation: number) {
    this.#resource = resource;
    this.#representation = representation;
  }

  /** The representation of an owned resource, which the value has no more after this. @throws TypeError */
  static take(value: unknown, resource: RuntimeResource): number {
    const representation = ResourceValue.look(value, resource);
    (value as ResourceValue).#representation = undefined;
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
    if (value.#representation === undefined) throw new TypeError("the resource was dropped or given away");
    return value.#representation;
  }

  [Symbol.dispose](): void {
    const representation = this.#representation;
    this.#representation = undefined;
    if (representation !== undefined) this.#resource.drop(representation);
  }
}
