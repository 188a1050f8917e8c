/** Canonical built-ins at run time (CanonicalABI.md): those of resources; the asynchronous ones come later. */
import { makeHandle, type RuntimeResource } from "../call/handle-table.ts";
import { cannotEnter, notBuilt } from "../call/refusals.ts";
import { requireRoomForGuest } from "../call/stack-room.ts";
import { dutyIndex, inHostIndex, runningIndex } from "../call/task-numbers.ts";
import type { Resource } from "../types/component-types.ts";
import type { ValidDefinition } from "../validate/valid-component.ts";
import { ComponentInstance } from "./component-instance.ts";
import { destructors, guardedDrop } from "./guarded-drop.ts";
import { guardedFunc } from "./guarded-func.ts";
import { absent, type CoreItem, type RuntimeScope } from "./runtime-scope.ts";

export function builtinFunc(
  scope: RuntimeScope,
  { builtin, signature: type, resource: id }: ValidDefinition & { readonly kind: "builtin" },
): CoreItem {
  const { instance } = scope;
  if (builtin.name === "context.get") return () => instance.contextAt(builtin.slot);
  if (builtin.name === "context.set") {
    return (value) => {
      instance.setContext(builtin.slot, Number(value));
    };
  }
  if (builtin.name === "backpressure.inc")
    return guardedFunc(instance, { type, leaves: false }, () => instance.addBackpressure(1));
  if (builtin.name === "backpressure.dec")
    return guardedFunc(instance, { type, leaves: false }, () => instance.addBackpressure(-1));
  if (id !== undefined) return resourceFunc(scope, builtin.name, id);
  return guardedFunc(instance, { type, leaves: true }, () => {
    throw notBuilt(`the built-in ${builtin.name}`);
  });
}

function resourceFunc(scope: RuntimeScope, name: string, id: Resource): CoreItem {
  const { instance } = scope;
  const { handles, states } = instance;
  const resource = scope.resources.get(id) ?? absent("the resource", id.id);
  const answers = { params: ["i32"], results: ["i32"] } as const;
  if (name === "resource.new") {
    return guardedFunc(instance, { type: answers, leaves: true }, (representation: number) =>
      handles.add(makeHandle({ resource, representation })),
    );
  }
  if (name === "resource.rep") {
    const look = (index: number): number => handles.get(index, resource).representation;
    return guardedFunc(instance, { type: answers, leaves: false }, look);
  }
  const owner = destructors.get(resource);
  if (owner !== undefined) return guardedDrop(instance, resource, owner);
  const entered = enteredBy(resource, instance);
  const isHosts = resource.values !== undefined;
  const drop = isHosts ? inHost(states.words, resource.drop) : resource.drop;
  return guardedFunc(instance, { type: { params: ["i32"], results: [] }, leaves: true }, (index: number) => {
    if (isHosts) requireRoomForGuest();
    const handle = handles.remove(index, resource);
    if (handle.scope !== undefined) handle.scope.borrows -= 1;
    if (!handle.isOwn) return;
    requireEntry(entered);
    drop(handle.representation);
    // At each drop: to find out whose call it is takes longer than to ask whether anybody has to.
    if (states.words[dutyIndex] !== 0) states.scheduler.endIfStopped();
  });
}

/** As a function of the host: calls that it makes are known to be of the call that drops. */
const inHost =
  (words: Int32Array, drop: RuntimeResource["drop"]): RuntimeResource["drop"] =>
  (representation) => {
    const outer = words[inHostIndex] ?? 0;
    words[inHostIndex] = words[runningIndex] ?? 0;
    try {
      drop(representation);
    } finally {
      words[inHostIndex] = outer;
    }
  };

/**
 * A resource without a destructor has one that does nothing (`canon_resource_drop`): its instance must be one that may be
 * entered. Where only the host has linked the two, nobody waits for it, since nothing runs there.
 */
function enteredBy({ owner }: RuntimeResource, caller: ComponentInstance): readonly ComponentInstance[] {
  const isInRoot = owner instanceof ComponentInstance && owner.root === caller.root;
  return isInRoot ? owner.enteringFrom(caller) : [];
}

/** @throws TrapError */
function requireEntry(entered: readonly ComponentInstance[]): void {
  // At each drop: by iteration it would take half as long as all the rest.
  for (let index = 0; index < entered.length; index += 1) {
    if (entered[index]?.mayEnter !== false) continue;
    throw cannotEnter("a resource of an instance that is entered is dropped by another");
  }
}
