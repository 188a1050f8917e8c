/** Instances of the components of this folder, with what they are linked to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Capabilities, grantNothing, type Policy } from "../../../core/policy/policy.ts";
import type { InstanceHandle } from "../../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../../isorun/runtime/runtime.ts";
import type { SystemComponent } from "../../../isorun/runtime/system-component.ts";
import { assemble } from "../assemble.ts";

interface Links {
  readonly systems: readonly SystemComponent[];
  readonly policy?: Policy;
}

/** @param name of a file, without its ending */
export async function instantiate(name: string, { systems, policy }: Links): Promise<InstanceHandle> {
  const text = readFileSync(join(import.meta.dir, `${name}.wat`), "utf8");
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  for (const system of systems) builder.linkSystem(system);
  if (policy !== undefined) builder.policy(policy);
  return builder.instantiate();
}

/** A policy of these capabilities, and of time, random and log unless it says otherwise. */
export function policyOf(capabilities: Partial<Capabilities>): Policy {
  const nothing = grantNothing("linux");
  return { ...nothing, capabilities: { ...nothing.capabilities, ...capabilities } };
}

export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
