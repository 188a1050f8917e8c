/** jco in this process: what isorun.load, isorun.instantiate and isorun.call-host time of it. */
import { readFileSync } from "node:fs";
import { synchronousLoop } from "./call-loops.ts";
import { distinctComponent } from "./distinct-component.ts";
import { openInstances } from "./instances.ts";
import { jcoInstances, openJco } from "./jco.ts";
import type { JcoCallJob, JcoInstantiateJob, Measure, TranspileJob } from "./job.ts";

export async function openTranspiling({ path }: TranspileJob): Promise<Measure> {
  const template = readFileSync(path);
  const transpile = await openJco();
  return async ({ serial }) => {
    const bytes = distinctComponent(template, serial);
    const start = performance.now();
    const { exports, files } = await transpile(bytes);
    const durationMs = performance.now() - start;
    const cores = Object.entries(files).filter(([name]) => name.endsWith(".wasm"));
    const coreBytes = cores.reduce((sum, [, { length }]) => sum + length, 0);
    return { durationMs, output: JSON.stringify({ exports: exports.map(([name]) => name), coreBytes }) };
  };
}

/** Those of an interface of functions. */
type Functions = Readonly<Record<string, (...args: unknown[]) => unknown>>;

export async function openJcoInstantiating({ path, scratch, alive, probe }: JcoInstantiateJob): Promise<Measure> {
  const make = await jcoInstances(await openJco(), { component: readFileSync(path), scratch });
  return openInstances({
    alive,
    make,
    release: async () => undefined,
    use: async (instance) => functionOf(instance, probe.interface ?? "", probe.func)(...probe.args),
  });
}

export async function openJcoCalling({ path, scratch, name, calls, ...job }: JcoCallJob): Promise<Measure> {
  const make = await jcoInstances(await openJco(), { component: readFileSync(path), scratch });
  return synchronousLoop(functionOf(await make(), job.interface, name), calls);
}

function functionOf(
  instance: Readonly<Record<string, unknown>>,
  interfaceName: string,
  name: string,
): Functions[string] {
  const func = (instance[interfaceName] as Functions | undefined)?.[name];
  if (func === undefined) throw new Error(`jco's instance has no '${name}' in '${interfaceName}'`);
  return func;
}
