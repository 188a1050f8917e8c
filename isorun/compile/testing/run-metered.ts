/** Rewrites a module, instantiates it with a meter, and tells how calls end. */
import { decodeCoreModule } from "../../core-module/core-module.ts";
import { Meter, type MeterOptions } from "../meter.ts";
import { type RewriteOptions, rewriteCoreModule } from "../rewrite-module.ts";

export type Exports = Readonly<Record<string, (...args: unknown[]) => unknown>>;

export type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Metered {
  readonly exports: Exports;
  readonly meter: Meter;
  readonly bytes: Uint8Array;
  /** The field of the budget that ended a call; its result if none did. */
  readonly fieldThatEnds: (name: string, ...args: unknown[]) => unknown;
}

export interface MeteredOptions extends MeterOptions {
  readonly rewrite?: RewriteOptions;
  readonly imports?: Imports;
  readonly meter?: Meter;
}

export function runMetered(source: Uint8Array, options: MeteredOptions = {}): Metered {
  const { rewrite = { fuel: true, growth: true }, imports = {}, meter = new Meter(options) } = options;
  const module = rewriteCoreModule(decodeCoreModule(source), rewrite);
  if (!meter.admit(module)) throw new RangeError(`over the budget: ${meter.exhaustion?.field}`);
  const exports = instantiate(module.bytes, { ...imports, [module.namespace]: { ...meter.imports(module) } });
  const fieldThatEnds = (name: string, ...args: unknown[]): unknown => {
    try {
      return exports[name]?.(...args);
    } catch (error) {
      if (meter.exhaustion === undefined) throw error;
      return meter.exhaustion.field;
    }
  };
  return { exports, meter, bytes: module.bytes, fieldThatEnds };
}

export function instantiate(bytes: Uint8Array, imports: Imports = {}): Exports {
  const module = new WebAssembly.Module(bytes.slice());
  // The type declarations ask for values of which they know less than the engine does.
  return new WebAssembly.Instance(module, imports as never).exports as Exports;
}
