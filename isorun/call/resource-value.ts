/** A resource outside of the instance that holds it: what JavaScript has in its hands, and what passes between instances. */
import { TrapError } from "../errors/errors.ts";
import { nameOf } from "./check-value.ts";
import type { RuntimeResource } from "./handle-table.ts";

interface Wanted {
  readonly resource: RuntimeResource;
  readonly isOwn: boolean;
}

/** As handles in tables say it (handle-table.ts). */
const borrowed = "cannot remove owned resource while borrowed";

export class ResourceValue {
  readonly #resource: RuntimeResource;
  #representation: number | undefined;
  #isLent = false;
  /** How many calls that run were lent it. */
  #lends = 0;

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

  /** The call that it was lent for is over. @throws TrapError if another one still has it */
  static end(value: ResourceValue): void {
    if (value.#lends > 0) throw new TrapError("borrow handles still remain at the end of the call");
    value.#representation = undefined;
  }

  /** A call is lent it, until `unlend`. @returns the representation. `whyNot` was asked before */
  static lend(value: unknown): number {
    const representation = ResourceValue.look(value);
    (value as ResourceValue).#lends += 1; // as `look` found out
    return representation;
  }

  static unlend(value: unknown): void {
    if (value instanceof ResourceValue) value.#lends -= 1;
  }

  /** The value has it no more after this. `whyNot` was asked before. */
  static take(value: unknown): void {
    if (value instanceof ResourceValue) value.#representation = undefined;
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
    if (!isOwn) return undefined;
    if (value.#lends > 0) return `one that a call was lent: ${borrowed}`;
    return value.#isLent ? "one that was lent, and cannot be given away" : undefined;
  }

  /**
   * Destroys what is owned; of what is lent nothing but this value ends, and so it is where the instance that defines it
   * has ended: `using` shall not hide why. Whether the destructor will have to wait is not known before it runs: one that
   * has to traps, which ends its instance. `Symbol.asyncDispose` can wait.
   * @throws TrapError while a call is lent it, or where its instance cannot be entered (`cannot-block` if that is busy); it
   *   is as it was then
   */
  [Symbol.dispose](): void {
    const representation = this.#leave();
    if (representation === undefined) return;
    try {
      this.#resource.drop(representation);
    } catch (error) {
      this.#representation = representation;
      throw error;
    }
  }

  /** The same as a call that waits for its turn, and for what the destructor waits for. @throws TrapError, as above */
  async [Symbol.asyncDispose](): Promise<void> {
    const representation = this.#leave();
    if (representation === undefined) return;
    try {
      await this.#resource.dropInTurn?.(representation);
    } catch (error) {
      this.#representation = representation;
      throw error;
    }
  }

  /** What is to be destroyed, if it is owned and there still: whatever the destructor calls finds it gone. */
  #leave(): number | undefined {
    const representation = this.#representation;
    if (representation === undefined) return undefined;
    if (this.#lends > 0) throw new TrapError(borrowed);
    this.#representation = undefined;
    return this.#isLent || this.#resource.hasEnded?.() === true ? undefined : representation;
  }
}
