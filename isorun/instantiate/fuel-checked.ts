/** Core functions by which calls enter an instance that counts fuel. */
import { fuelCheckModule } from "../adapter/fuel-check.ts";
import type { FlatFuncType } from "../types/flatten.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { CoreItem } from "./runtime-scope.ts";

/** The same function, called only where there is fuel, and paid for when it has ended. */
export function fuelChecked({ root: { fuel } }: ComponentInstance, type: FlatFuncType, core: CoreItem): CoreItem {
  if (fuel === undefined) return core;
  const imports = { core, fuel: fuel.account, short: fuel.short };
  const { exports } = new WebAssembly.Instance(fuelCheckModule(type), { "": imports });
  return exports["f"] as CoreItem; // what the module exports
}
