/** Core functions by which calls enter an instance that counts fuel. */
import { type FuelCheck, fuelCheckModule } from "../adapter/fuel-check.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { CoreItem } from "./runtime-scope.ts";

/** The same function, called only where there is fuel if a call begins with it, and paid for when it has ended. */
export function fuelChecked({ root: { fuel } }: ComponentInstance, check: FuelCheck, core: CoreItem): CoreItem {
  if (fuel === undefined) return core;
  const imports = { core, fuel: fuel.account, short: fuel.short };
  const { exports } = new WebAssembly.Instance(fuelCheckModule(check), { "": imports });
  return exports["f"] as CoreItem; // what the module exports
}
