/** Functions of the host as core functions: what they throw becomes a trap that no guest can catch. */
import { type Guard, guardModule } from "../adapter/guard.ts";
import { trapReasons } from "../adapter/reasons.ts";
import { guarding } from "../call/fixed-arity.ts";
import { TrapError } from "../errors/errors.ts";
import type { FlatType } from "../types/flatten.ts";
import type { ComponentInstance } from "./component-instance.ts";
import type { InstanceStates } from "./instance-states.ts";
import type { CoreItem, HostCall } from "./runtime-scope.ts";

type HostFunc = (...flat: never[]) => unknown;

const zeros: Readonly<Record<FlatType, unknown>> = { i32: 0, i64: 0n, f32: 0, f64: 0 };

function zeroOf({ results: [result] }: Guard["type"]): unknown {
  return result === undefined ? undefined : zeros[result];
}

/** Errors become the reason of a trap, which generated code executes when it sees that there is one. */
export const guardOf =
  (states: InstanceStates) =>
  <A extends readonly unknown[], R>(otherwise: R, run: (...given: A) => R) =>
  (...given: A): R => {
    try {
      return run(...given);
    } catch (error) {
      states.scheduler.fail(error);
      return otherwise;
    }
  };

/** What adapters and guards call to say why they trap. */
export const trapFunc =
  (states: InstanceStates) =>
  (code: number): void =>
    states.scheduler.leaveReason(new TrapError(trapReasons[code] ?? "generated code trapped"));

/** A core function that a guest sees. */
export function guardedFunc(caller: ComponentInstance, guard: Guard, run: HostFunc): CoreItem {
  return instanceOf(caller, guard, { host: guarded(guard.type, { run, fail: failing(caller) }) });
}

export interface WaitingExit {
  readonly run: HostFunc;
  /** Is given the answer, and the arguments once more. */
  readonly finish: (answer: unknown, ...flat: never[]) => unknown;
  /** Takes what both throw, instead of the scheduler. */
  readonly fail?: (error: unknown) => void;
}

/** One that may have to wait. */
export function waitingFunc(
  caller: ComponentInstance,
  type: Guard["type"],
  { run, finish, fail = failing(caller) }: WaitingExit,
): CoreItem {
  const guard = { type, leaves: true, waits: true };
  const { scheduler } = caller.states;
  const otherwise = zeroOf(type);
  const settle = (task: number, ...flat: never[]): unknown => {
    try {
      return finish(scheduler.settle(task), ...flat);
    } catch (error) {
      fail(error);
      return otherwise;
    }
  };
  return instanceOf(caller, guard, { host: guarded(type, { run, fail }), settle, wait: scheduler.wait });
}

const failing =
  ({ states }: ComponentInstance) =>
  (error: unknown): void =>
    states.scheduler.fail(error);

function guarded({ params, results }: Guard["type"], { run, fail }: Required<Omit<WaitingExit, "finish">>): HostCall {
  return guarding(params.length, { run, fail, otherwise: zeroOf({ params, results }) }) as HostCall; // called as its type says
}

function instanceOf(caller: ComponentInstance, guard: Guard, funcs: Record<string, unknown>): CoreItem {
  const { states, place, root } = caller;
  const fuel = root.fuel === undefined ? {} : { fuel: root.fuel.account, short: root.fuel.short };
  const imports: Record<string, unknown> = {
    ...funcs,
    ...fuel,
    trap: trapFunc(states),
    state: states.memory,
    caller: place,
  };
  const module = guardModule({ ...guard, isMetered: root.fuel !== undefined });
  const { exports } = new WebAssembly.Instance(module, { "": imports as Record<string, CoreItem> });
  return exports["f"] as CoreItem; // what a guard exports
}
