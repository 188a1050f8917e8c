/** `resource.drop` for resources that a component defines: their destructors are core code, and may be suspended. */
import { dropModule } from "../adapter/drop.ts";
import type { Handle, RuntimeResource } from "../call/handle-table.ts";
import type { ComponentInstance } from "./component-instance.ts";
import { guardOf, trapFunc } from "./guarded-func.ts";
import { LinkAccount } from "./link-account.ts";
import type { CoreItem } from "./runtime-scope.ts";
import { turnImports } from "./turn-imports.ts";

export interface Destructor {
  readonly instance: ComponentInstance;
  readonly destructor: CoreItem;
}

/** Of the resources that have one. */
export const destructors = new WeakMap<RuntimeResource, Destructor>();

/** In the 64 bits of an answer, above the representation. */
const isOwned = 1n << 32n;

export function guardedDrop(caller: ComponentInstance, resource: RuntimeResource, owner: Destructor): CoreItem {
  const { states, place, handles } = caller;
  const entering = owner.instance.enteringFrom(caller);
  const isLink = owner.instance.root !== caller.root;
  // Also where it calls no function of the other one: a host can give it what it drops.
  if (isLink) caller.root.links.add(owner.instance.root);
  let taken: Handle | undefined;
  const take = guardOf(states)(0n, (index: number) => {
    const handle = handles.remove(index, resource);
    taken = handle;
    if (handle.scope !== undefined) handle.scope.borrows -= 1;
    return BigInt.asUintN(32, BigInt(handle.representation)) | (handle.isOwn ? isOwned : 0n);
  });
  const imports: Record<string, unknown> = {
    take,
    destructor: new LinkAccount(caller, owner.instance).inCallee(owner.destructor, { params: ["i32"], results: [] }),
    "begin-thread": () => owner.instance.beginThread(),
    "end-thread": () => owner.instance.endThread(),
    trap: trapFunc(states),
    // Until it has its turn, the end of the caller finds what it drops: that is in no table, and is not destroyed yet.
    ...turnImports(states, owner.instance, {
      begins: () => {
        if (taken !== undefined) handles.send(taken);
      },
      ends: () => handles.arrive(),
    }),
    state: states.memory,
    caller: place,
  };
  for (const [index, instance] of entering.entries()) imports[`entered${index}`] = instance.place;
  const module = dropModule({ entered: entering.length, isLink });
  const { exports } = new WebAssembly.Instance(module, { "": imports as Record<string, CoreItem> });
  return exports["f"] as CoreItem; // what the module exports
}
