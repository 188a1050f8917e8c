/** Instances of the components of this folder, with what they are linked to. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Capabilities, grantNothing, type Policy } from "../../../core/policy/policy.ts";
import type { InstanceBuilder } from "../../../isorun/runtime/instance-builder.ts";
import type { InstanceHandle } from "../../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../../isorun/runtime/runtime.ts";
import type { SystemComponent } from "../../../isorun/runtime/system-component.ts";
import { assemble } from "../assemble.ts";

export interface Links {
  readonly systems: readonly SystemComponent[];
  readonly policy?: Policy;
}

/** @param name of a file, without its ending, or of a folder with the parts of one component */
export function textOf(name: string): string {
  const folder = join(import.meta.dir, name);
  if (!existsSync(folder)) return readFileSync(`${folder}.wat`, "utf8");
  const parts = readdirSync(folder).toSorted();
  return `(component\n${parts.map((part) => readFileSync(join(folder, part), "utf8")).join("\n")})`;
}

/** @param name as of `textOf` */
export async function builderOf(name: string, { systems, policy }: Links): Promise<InstanceBuilder> {
  const text = textOf(name);
  const runtime = new Runtime();
  const builder = runtime.instance(await runtime.load((await assemble([text]))(text)));
  for (const system of systems) builder.linkSystem(system);
  return policy === undefined ? builder : builder.policy(policy);
}

export async function instantiate(name: string, links: Links): Promise<InstanceHandle> {
  return (await builderOf(name, links)).instantiate();
}

/** A policy of these capabilities, and of time, random and log unless it says otherwise. */
export function policyOf(capabilities: Partial<Capabilities>): Policy {
  const nothing = grantNothing("linux");
  return { ...nothing, capabilities: { ...nothing.capabilities, ...capabilities } };
}
