/** A resource outside of the instance that holds it: what JavaScript has in its hands, and what passes between instances. */
import { isErrorOf, TrapError } from "../errors/errors.ts";
import { nameOf } from "./check-value.ts";
import type { Handle, RuntimeResource } from "./handle-table.ts";
import { beginLoan, type Lender } from "./lender.ts";
import { canSuspend } from "./suspending.ts";

interface Wanted {
  readonly resource: RuntimeResource;
  readonly isOwn: boolean;
}

/** As handles in tables say it (handle-table.ts). */
const borrowed = "cannot remove owned resource while borrowed";

/** Who can wait has another way, where anything can. */
function withWayOut(error: unknown): unknown {
  if (!isErrorOf(TrapError, error) || error.code !== "cannot-block" || !canSuspend()) return error;
  const { message, code, frames, cause } = error;
  return new TrapError(`${message}; 'await using' (Symbol.asyncDispose) waits for it`, { code, frames, cause });
}

export class ResourceValue {
  readonly #resource: RuntimeResource;
  #representation: number | undefined;
  /** What it is lent of, by whoever owns that. */
  #lender: Lender | undefined;
  /** Of the calls that are lent it: most never are lent to one. */
  #loans: Lender | undefined;

  constructor(resource: RuntimeResource, representation: number) {
    this.#resource = resource;
    this.#representation = representation;
  }

  /** One that somebody else owns, until `end`. */
  static lent(handle: Handle): ResourceValue {
    const value = new ResourceValue(handle.resource, handle.representation);
    value.#lender = handle;
    return value;
  }

  /** The call that it was lent for is over. @throws TrapError if another one still has it */
  static end(value: ResourceValue): void {
    if (value.#isOut) throw new TrapError("borrow handles still remain at the end of the call");
    value.#representation = undefined;
  }

  /** A call is lent it, until `endLoan` is given what this returns. `whyNot` was asked before. */
  static lend(value: unknown): Lender {
    const lending = value as ResourceValue; // as `whyNot` found out
    lending.#loans ??= { calls: 0, lender: lending.#lender };
    beginLoan(lending.#loans);
    return lending.#loans;
  }

  /** Whether a call that runs has it. */
  get #isOut(): boolean {
    return this.#loans !== undefined && this.#loans.calls > 0;
  }

  /** Whatever it is an instance of: anybody may change that. */
  static #isOne(value: unknown): value is ResourceValue {
    return typeof value === "object" && value !== null && #resource in value;
  }

  /** The value has it no more after this. `whyNot` was asked before. */
  static take(value: unknown): void {
    if (ResourceValue.#isOne(value)) value.#representation = undefined;
  }

  /** Undoes `take`. */
  static giveBack(value: unknown, representation: number): void {
    if (ResourceValue.#isOne(value)) value.#representation = representation;
  }

  /** Of what nobody takes: it waits for its turn, and its end is nobody's. */
  static dropInTurn(value: unknown): void {
    if (ResourceValue.#isOne(value)) value[Symbol.asyncDispose]().catch(() => undefined);
  }

  /** The representation. `whyNot` was asked before. */
  static look(value: unknown): number {
    const representation = ResourceValue.#isOne(value) ? value.#representation : undefined;
    if (representation === undefined) throw new Error("a resource is looked at that is none");
    return representation;
  }

  /** What it is instead of a resource of this type, which can be lent, or given away. */
  static whyNot(value: unknown, { resource, isOwn }: Wanted): string | undefined {
    if (!ResourceValue.#isOne(value)) return nameOf(value);
    if (value.#resource !== resource) return "a resource of another type, or of another instance";
    if (value.#representation === undefined) {
      return "one that was dropped or given away, or was lent for a call that is over";
    }
    if (!isOwn) return undefined;
    if (value.#isOut) return `one that a call was lent: ${borrowed}`;
    return value.#lender !== undefined ? "one that was lent, and cannot be given away" : undefined;
  }

  /**
   * Destroys what is owned; of what is lent nothing but this value ends, and so it is where the instance that defines it
   * has ended: `using` shall not hide why. Whether the destructor will have to wait is not known before it runs: one that
   * has to traps, which ends its instance. `Symbol.asyncDispose`, which `await using` calls, can wait.
   * @throws TrapError while a call is lent it, or where its instance cannot be entered (`cannot-block` if that is busy); it
   *   is as it was then, and not destroyed
   */
  [Symbol.dispose](): void {
    const representation = this.#leave();
    if (representation === undefined) return;
    try {
      this.#resource.drop(representation);
    } catch (error) {
      this.#representation = representation;
      throw withWayOut(error);
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
    if (this.#isOut) throw new TrapError(borrowed);
    this.#representation = undefined;
    return this.#lender !== undefined || this.#resource.hasEnded?.() === true ? undefined : representation;
  }
}
