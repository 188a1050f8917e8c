/** Loads components in this process: what isorun.load times of isorun. */
import { readFileSync } from "node:fs";
import { TrapError } from "../../isorun/errors/errors.ts";
import type { Component } from "../../isorun/runtime/component.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import { type CompilerWatch, watchCompiler } from "./compiler-watch.ts";
import { distinctComponent, typeOfSerial } from "./distinct-component.ts";
import type { LoadJob, Measure, Probe } from "./job.ts";

/** More than anything here uses. */
const budget = { fuel: 10n ** 15n };

export async function openLoading({ path, isFuelCounted, store = "", isKept, probe }: LoadJob): Promise<Measure> {
  const template = readFileSync(path);
  const options = isFuelCounted ? { budget } : {};
  return async ({ serial, isChecked }) => {
    const bytes = distinctComponent(template, serial);
    const watch = isChecked ? watchCompiler(typeOfSerial(serial)) : undefined;
    const start = performance.now();
    const runtime = new Runtime(store === "" ? {} : { store });
    const component = await runtime.load(bytes, options);
    const durationMs = performance.now() - start;
    if (component.cost.fromStore !== (isKept === true)) throw new Error("the store was asked, and knew something else");
    if (watch !== undefined && isKept !== true) {
      checkCompiled(component, watch);
      if (isFuelCounted) await checkFuel(component, { runtime, watch, probe });
    }
    watch?.end();
    return { durationMs, output: outputOf(component) };
  };
}

/** Each core module was compiled, once, before `load` ended. */
function checkCompiled({ cost }: Component, { given, pending }: CompilerWatch): void {
  if (given() !== cost.coreModules) throw new Error(`of ${cost.coreModules} modules, ${given()} were compiled`);
  if (pending() > 0) throw new Error(`${pending()} modules were being compiled when the component was loaded`);
}

interface Checking {
  readonly runtime: Runtime;
  readonly watch: CompilerWatch;
  readonly probe: Probe;
}

/** An instance of it counts fuel, and no module is compiled for that. What is imported traps when it is called. */
export async function checkFuel(component: Component, { runtime, watch, probe }: Checking): Promise<void> {
  const compiled = watch.given();
  const instance = await runtime.instance(component).unknownImportsTrap().budget(budget).instantiate();
  const before = instance.usage().fuel;
  const name = probe.interface === undefined ? probe.func : `${probe.interface}#${probe.func}`;
  await instance.call(name, probe.args).catch((error: unknown) => {
    if (!(probe.isTrapping === true && error instanceof TrapError)) throw error;
  });
  if (instance.usage().fuel <= before) throw new Error(`'${name}' used no fuel`);
  if (watch.given() !== compiled) throw new Error("the instance had modules compiled that were loaded for its budget");
  await runtime.close();
}

const outputOf = ({ exports, cost }: Component): string =>
  JSON.stringify({ exports: [...exports.keys()], coreBytes: cost.coreBytes });
