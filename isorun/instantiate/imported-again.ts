/**
 * Functions of the host that an instance imports and exports again, so that others are linked to them. They stay its own,
 * whoever calls them: they are made for it, with its linker and its budget. So they end with it, and what they spend of its
 * budget ends it. It is not entered for them: no code of it runs, and a call of it that waits is in nobody's way.
 */
import { cannotEnter } from "../call/refusals.ts";
import type { Root } from "../call/task.ts";
import { TrapError } from "../errors/errors.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { WaitingExit } from "./guarded-func.ts";
import type { HostCall, HostFuncItem, InstanceItem, Item } from "./runtime-scope.ts";

/** Of those that it exports; one that another instance has exported before is that one's. */
export function knowImporter(exports: Iterable<Item>, root: Root, seen = new Set<InstanceItem>()): void {
  for (const item of exports) {
    if (item.kind === "func" && item.lifted === undefined) item.importer ??= root;
    // One may be exported by many names, and have others in it that are.
    if (item.kind !== "instance" || seen.has(item)) continue;
    seen.add(item);
    knowImporter(item.exports.values(), root, seen);
  }
}

/** Whose it is, if it is not the caller's own. */
export function importerOf({ importer }: HostFuncItem, caller: Root): Root | undefined {
  return importer === caller ? undefined : importer;
}

/** The same function as somebody calls it that `importer` exports it to. */
export function exitOfImporter(caller: ComponentInstance, importer: Root, { run, finish }: WaitingExit): WaitingExit {
  const { scheduler } = caller.states;
  // The end of a call looks there for whom it ends.
  caller.root.links.add(importer);
  const checked: HostCall = (...flat) => {
    if (importer.state !== "ready") throw cannotEnter(`it is ${importer.state}`);
    return (run as HostCall)(...flat); // called as its type says
  };
  const fail = (error: unknown): void => {
    const isSpent = importer.hasRunOut && importer.state === "ready";
    scheduler.fail(isSpent ? endSpent(caller, importer, error) : error);
  };
  return { run: checked, finish, fail };
}

/** Its budget ends it, as if the call that runs were in it: then it ends with that. @returns what its caller is told */
function endSpent({ states: { scheduler } }: ComponentInstance, importer: Root, error: unknown): unknown {
  const { running } = scheduler;
  const { heldBy } = importer;
  if (running === undefined || (!importer.mayEnter && heldBy === running)) return error;
  if (importer.mayEnter) {
    importer.mayEnter = false;
    importer.holder = running.id;
    return error;
  }
  importer.end("exhausted");
  if (heldBy !== undefined) scheduler.stop(heldBy, error);
  return new TrapError("an instance whose import was called has spent its budget", { cause: error });
}
