/** Functions of the host as core functions: what they throw becomes a trap that no guest can catch. */
import { type Guard, guardModule } from "../adapter/guard.ts";
import { trapReasons } from "../adapter/reasons.ts";
import { TrapError } from "../errors/errors.ts";
import type { FlatType } from "../types/flatten.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { InstanceStates } from "./instance-states.ts";
import type { CoreItem } from "./runtime-scope.ts";

type HostFunc = (...flat: never[]) => unknown;

const zeros: Readonly<Record<FlatType, unknown>> = { i32: 0, i64: 0n, f32: 0, f64: 0 };

/** Errors become the reason of a trap, which generated code executes when it sees that there is one. */
export const guardOf =
  (states: InstanceStates) =>
  <A extends readonly unknown[], R>(otherwise: R, run: (...given: A) => R) =>
  (...given: A): R => {
    try {
      return run(...given);
    } catch (error) {
      states.fail(error);
      return otherwise;
    }
  };

/** The same for one argument, of which a rest parameter would make an array: built-ins of resources have one. */
const guardOne =
  (states: InstanceStates) =>
  <A, R>(otherwise: R, run: (given: A) => R) =>
  (given: A): R => {
    try {
      return run(given);
    } catch (error) {
      states.fail(error);
      return otherwise;
    }
  };

/** What adapters and guards call to say why they trap. */
export const trapFunc =
  (states: InstanceStates) =>
  (code: number): void =>
    states.fail(new TrapError(trapReasons[code] ?? "generated code trapped"));

/** A core function that a guest sees. */
export function guardedFunc(caller: ComponentInstance, guard: Guard, run: HostFunc): CoreItem {
  const { states, place } = caller;
  const [result] = guard.type.results;
  const otherwise = result === undefined ? undefined : zeros[result];
  const guarded = guard.type.params.length === 1 ? guardOne : guardOf;
  const host = guarded(states)(otherwise, run as (...flat: unknown[]) => unknown);
  const imports: Record<string, unknown> = { host, trap: trapFunc(states), state: states.memory, caller: place };
  const { exports } = new WebAssembly.Instance(guardModule(guard), { "": imports as Record<string, CoreItem> });
  return exports["f"] as CoreItem; // what a guard exports
}
