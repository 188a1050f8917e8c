/**
 * At the end of an instance, what it owns of other instances' resources is destroyed there: each destructor is a call of
 * its own into the instance that defines the resource, in turn if that is busy, and one that has to wait is suspended; the
 * end waits for none of them. It has no caller, and so no deadline but its instance's: whichever call the end came in is
 * not what the resource was made for. An instance that has ended is left alone, and what a destructor fails with ends that
 * instance, and nothing else. What a host has lent on to calls that go on is destroyed behind the last of them.
 */
import type { Handle } from "../call/handle-table.ts";
import { onceFree } from "../call/lender.ts";
import { inHostIndex } from "../call/task-numbers.ts";
import { ComponentInstance } from "./component-instance.ts";

export function dropForeignResources(made: readonly ComponentInstance[]): void {
  for (const { handles, root } of made) {
    const isForeign = (owner: object): boolean => owner instanceof ComponentInstance && owner.root !== root;
    const { words } = root;
    for (const handle of handles.takeOwned(isForeign)) onceFree(handle, () => handOver(words, handle));
  }
}

/** What has come back to an instance that has ended, which has looked there already. Never throws. */
export function dropBehindEnd(instance: ComponentInstance): void {
  dropForeignResources([instance]);
  try {
    instance.handles.dropHostResources();
  } catch {
    // As at the end of an instance.
  }
}

function handOver(words: Int32Array, { resource, representation }: Handle): void {
  const inHost = words[inHostIndex] ?? 0;
  words[inHostIndex] = 0;
  resource.dropInTurn?.(representation).catch(() => {
    // It has ended the instance of the destructor, or that had ended before: whoever calls it next is told so.
  });
  words[inHostIndex] = inHost;
}
