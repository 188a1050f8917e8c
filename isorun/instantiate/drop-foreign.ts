/**
 * At the end of an instance, what it owns of other instances' resources is destroyed there: each destructor is a call of
 * its own into the instance that defines the resource, in turn if that is busy. It has no caller, and so no deadline but
 * its instance's: whichever call the end came in is not what the resource was made for. One that has ended is left alone,
 * and what a destructor fails with ends that instance, and nothing else.
 */
import type { Handle } from "../call/handle-table.ts";
import { inHostIndex } from "../call/task-numbers.ts";
import { ComponentInstance } from "./component-instance.ts";

export function dropForeignResources(made: readonly ComponentInstance[]): void {
  for (const { handles, root } of made) {
    const isForeign = (owner: object): boolean => owner instanceof ComponentInstance && owner.root !== root;
    for (const handle of handles.takeOwned(isForeign)) {
      const { owner } = handle.resource;
      if (!(owner instanceof ComponentInstance)) continue;
      if (owner.root.mayEnter) dropNow(owner, handle);
      else void dropInTurn(owner, handle);
    }
  }
}

function dropNow({ root }: ComponentInstance, { resource, representation }: Handle): void {
  if (root.state !== "ready") return;
  const { words } = root;
  const inHost = words[inHostIndex] ?? 0;
  words[inHostIndex] = 0;
  try {
    resource.drop(representation);
  } catch {
    // It has ended the instance of the destructor, which says so to whoever calls it next.
  } finally {
    words[inHostIndex] = inHost;
  }
}

async function dropInTurn(owner: ComponentInstance, handle: Handle): Promise<void> {
  const { root, states } = owner;
  const { scheduler } = states;
  // Whichever call the end came in, this is none that it made.
  await Promise.resolve();
  if (root.state !== "ready") return;
  const task = scheduler.makeTask(root);
  try {
    const turn = scheduler.turnOf(task);
    if (turn !== undefined) {
      await turn;
      scheduler.hasTurn(task);
    }
    dropNow(owner, handle);
  } catch {
    // The instance has ended while this waited: nothing is left of it to be destroyed.
  } finally {
    scheduler.forget(task);
  }
}
