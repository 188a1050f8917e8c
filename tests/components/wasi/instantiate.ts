/** Instances of the components of this folder, with what they are linked to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { InstanceHandle } from "../../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../../isorun/runtime/runtime.ts";
import type { SystemComponent } from "../../../isorun/runtime/system-component.ts";
import { assemble } from "../assemble.ts";

/** @param name of a file, without its ending */
export async function instantiate(name: string, ...systems: readonly SystemComponent[]): Promise<InstanceHandle> {
  const text = readFileSync(join(import.meta.dir, `${name}.wat`), "utf8");
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  for (const system of systems) builder.linkSystem(system);
  return builder.instantiate();
}

export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
