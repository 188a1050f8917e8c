/**
 * The library's door: the engine, which runs wherever WebAssembly does. System components for WASI are behind
 * `@vivarium/isorun/wasi`.
 *
 *     const runtime = new Runtime();
 *     const component = await runtime.load("./greet.wasm");
 *     const instance = await runtime.instance(component).budget({ fuel: 1_000_000n }).instantiate();
 *     await instance.call("greet", ["you"]); // "hello, you"
 */
export type { Budget } from "../core/budget/budget.ts";
export { definePolicy, type PolicyDefinition } from "../core/policy/define-policy.ts";
export type { Policy } from "../core/policy/policy.ts";
export type { CallContext } from "./call/task.ts";
export {
  BudgetExhausted,
  ClosedError,
  ComponentError,
  DeadlockError,
  DecodeError,
  ExitError,
  LinkError,
  type LinkProblem,
  TrapError,
  type TrapFrame,
  UnsupportedError,
  ValidationError,
} from "./errors/errors.ts";
export type { CoreOrigin, Plan, PlannedExport, PlannedImport, PlannedModule, PlanStep } from "./plan/plan.ts";
export { formatPlan } from "./plan/plan-text.ts";
export type { CallOptions } from "./runtime/call-options.ts";
export type { Component } from "./runtime/component.ts";
export type { Usage } from "./runtime/instance-budget.ts";
export type { InstanceBuilder } from "./runtime/instance-builder.ts";
/** With what is more than the interface: what `instantiate` answers with. */
export type { InstanceHandle as LiveInstance } from "./runtime/instance-handle.ts";
export type { InstanceInterface as InstanceHandle } from "./runtime/instance-interface.ts";
export { InterfaceTypes } from "./runtime/interface-types.ts";
export type { HostResource, Linker } from "./runtime/linker.ts";
export type { Refill } from "./runtime/refill.ts";
export { Runtime, type RuntimeOptions } from "./runtime/runtime.ts";
export type { SystemComponent } from "./runtime/system-component.ts";
