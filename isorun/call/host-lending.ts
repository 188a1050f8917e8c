/** What calls of one lowered function lend to the host, each until it ends, or until its instance does. */
import type { Handle, HandleTable, RuntimeResource } from "./handle-table.ts";
import { ResourceValue } from "./resource-value.ts";

/** For one call of the host: the value is what it has in its hands, if the resource is not its own. */
interface Lent {
  readonly handle: Handle;
  readonly value: ResourceValue | undefined;
}

export class HostLending {
  readonly #handles: HandleTable;
  #lent: Lent[] = [];
  /** Of calls that the one that runs has interrupted. */
  readonly #outer: Lent[][] = [];

  constructor(handles: HandleTable) {
    this.#handles = handles;
    handles.knowLending(this);
  }

  begin(): void {
    this.#outer.push(this.#lent);
    this.#lent = [];
  }

  /** `lift_borrow`. @throws TrapError */
  lend(index: number, resource: RuntimeResource): unknown {
    const handle = this.#handles.get(index, resource);
    handle.lends += 1;
    const host = resource.values;
    const value = host === undefined ? ResourceValue.lent(handle) : undefined;
    this.#lent.push({ handle, value });
    return host === undefined ? value : host.get(handle.representation);
  }

  /** @throws TrapError if another call still has what was lent */
  end(): void {
    for (const { handle, value } of this.#lent) {
      handle.lends -= 1;
      if (value !== undefined) ResourceValue.end(value);
    }
    this.#lent = this.#outer.pop() ?? [];
  }

  /** The instance has ended: what calls that did not come to their end have lent is lent to nobody else any more. */
  forget(): void {
    for (const { value } of [...this.#outer.flat(), ...this.#lent]) ResourceValue.take(value);
    this.#outer.length = 0;
    this.#lent = [];
  }
}
