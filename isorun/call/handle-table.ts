/**
 * Handles of one component instance (Canonical ABI, Table State and Resource State). Index 0 is never given out, and
 * what was freed last is given out first: the order is part of the specification.
 */
import { TrapError } from "../errors/errors.ts";
import type { Lender } from "./lender.ts";

/** A resource type at run time: each instance of the component that defines one has another. */
export interface RuntimeResource {
  readonly kind: "resource";
  /** Called with the representation when the host drops what it owns; and for all, if it is a resource of the host. */
  readonly drop: (representation: number) => void;
  /** The same in turn, and able to wait; undefined where nothing runs that might have to. */
  readonly dropInTurn?: ((representation: number) => Promise<void>) | undefined;
  /** The instance that defines it; undefined for resources of the host. */
  readonly owner: object | undefined;
  /** Whether that instance has ended, and all its resources with it. */
  readonly hasEnded?: () => boolean;
  /** The values that representations stand for, for resources of the host. */
  readonly values?: HostValues;
}

/** The host's own objects, by the numbers that guests hold for them. */
export interface HostValues {
  add(value: unknown): number;
  get(representation: number): unknown;
  /** The value, which guests hold no more. */
  take(representation: number): unknown;
}

/** Counts what was lent for one call, which must be given back before it ends. */
export interface BorrowScope {
  borrows: number;
}

export interface Handle extends Lender {
  readonly resource: RuntimeResource;
  readonly representation: number;
  readonly isOwn: boolean;
  readonly scope: BorrowScope | undefined;
  /** By calls that its instance makes. */
  lends: number;
}

interface HandleParts {
  readonly resource: RuntimeResource;
  readonly representation: number;
  /** These two of what is borrowed only. */
  readonly scope?: BorrowScope;
  readonly lender?: Lender | undefined;
}

/** All of them have the same shape, which is looked at in each call. */
export function makeHandle({ resource, representation, scope, lender }: HandleParts): Handle {
  return { resource, representation, isOwn: scope === undefined, scope, lends: 0, calls: 0, lender };
}

/** Of all component instances of one root together. */
export interface HandleAccount {
  used: number;
  readonly max: number;
  exhausted(): Error;
}

interface Lending {
  forget(): void;
}

const lengthMax = 2 ** 28 - 1;

export class HandleTable {
  readonly #handles: (Handle | undefined)[] = [undefined];
  readonly #freed: number[] = [];
  readonly #account: HandleAccount;
  /** Owned resources of others that are on their way to the host. */
  #leaving: Handle[] = [];
  /** By which the host was lent what is here. */
  #lendings: Lending[] | undefined;

  constructor(account: HandleAccount) {
    this.#account = account;
  }

  get size(): number {
    return this.#handles.length - 1 - this.#freed.length;
  }

  /** @throws BudgetExhausted, TrapError */
  add(handle: Handle): number {
    const account = this.#account;
    if (account.used >= account.max) throw account.exhausted();
    account.used += 1;
    const free = this.#freed.pop();
    if (free !== undefined) {
      this.#handles[free] = handle;
      return free;
    }
    if (this.#handles.length > lengthMax) throw new TrapError("the handle table is full");
    return this.#handles.push(handle) - 1;
  }

  get(index: number, resource: RuntimeResource): Handle {
    const handle = this.#handles[index >>> 0];
    if (handle === undefined) throw new TrapError(`unknown handle index ${index >>> 0}`);
    if (handle.resource !== resource)
      throw new TrapError(wrongType(index, { expected: resource, found: handle.resource }));
    return handle;
  }

  remove(index: number, resource: RuntimeResource): Handle {
    const handle = this.get(index, resource);
    if (handle.lends > 0) throw new TrapError("cannot remove owned resource while borrowed");
    this.#free(index);
    return handle;
  }

  /** Removes what `add` put there, if it is there still. @returns whether it was */
  takeBack(index: number, handle: Handle): boolean {
    if (this.#handles[index] !== handle) return false;
    this.#free(index);
    return true;
  }

  #free(index: number): void {
    this.#handles[index] = undefined;
    this.#freed.push(index);
    this.#account.used -= 1;
  }

  /** What is owned of others was removed, and goes to the host: until it arrives, the end of the instance drops it. */
  send(handle: Handle): void {
    this.#leaving.push(handle);
  }

  /** What was sent has come to the host. */
  arrive(): void {
    for (const { resource, representation } of this.#leaving) resource.values?.take(representation);
    if (this.#leaving.length > 0) this.#leaving = [];
  }

  knowLending(lending: Lending): void {
    this.#lendings ??= [];
    this.#lendings.push(lending);
  }

  /** At the end of the instance, before anything is destroyed: nobody has what it lent. */
  forgetLent(): void {
    for (const lending of this.#lendings ?? []) lending.forget();
  }

  /** Removes what is owned and defined by such instances, also on its way to the host, and answers with it. */
  takeOwned(isMeant: (owner: object) => boolean): readonly Handle[] {
    const isTaken = ({ resource: { owner } }: Handle): boolean => owner !== undefined && isMeant(owner);
    const taken = this.#leaving.filter(isTaken);
    this.#leaving = this.#leaving.filter((handle) => !isTaken(handle));
    for (const [index, handle] of this.#handles.entries()) {
      if (handle === undefined || !handle.isOwn || !isTaken(handle)) continue;
      this.#free(index);
      taken.push(handle);
    }
    return taken;
  }

  /** Of an instance that has ended nothing is left, whoever still has the table. */
  #clear(): void {
    this.#account.used -= this.size;
    this.#handles.length = 1;
    this.#freed.length = 0;
  }

  /** At the end of the instance: what it owns of the host's is given back. @throws what the last that failed throws */
  dropHostResources(): void {
    const owned = this.#leaving.filter(({ resource }) => resource.values !== undefined);
    this.#leaving = [];
    for (const [index, handle] of this.#handles.entries()) {
      if (handle === undefined || !handle.isOwn || handle.resource.values === undefined) continue;
      this.#free(index);
      owned.push(handle);
    }
    this.#clear();
    let failure: { readonly error: unknown } | undefined;
    for (const { resource, representation } of owned) {
      try {
        resource.drop(representation);
      } catch (error) {
        failure = { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }
}

interface WrongType {
  readonly expected: RuntimeResource;
  readonly found: RuntimeResource;
}

function wrongType(index: number, { expected, found }: WrongType): string {
  const name = ({ owner }: RuntimeResource) =>
    owner === undefined ? "host-defined resource" : "guest-defined resource";
  const other = name(expected) === name(found) ? `a different ${name(found)}` : `a ${name(found)}`;
  return `handle index ${index} used with the wrong type, expected ${name(expected)} but found ${other}`;
}
