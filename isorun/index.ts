/**
 * The library's door: the engine, which runs wherever WebAssembly does. System components for WASI are behind
 * `@vivarium/isorun/wasi`.
 *
 *     const runtime = new Runtime();
 *     const component = await runtime.load("./greet.wasm");
 *     const instance = await runtime.instance(component).budget({ fuel: 1_000_000n }).instantiate();
 *     await instance.call("greet", ["you"]); // "hello, you"
 */
export type { Budget, BudgetField } from "../core/budget/budget.ts";
export type { Span } from "../core/diagnostic.ts";
export type { Platform } from "../core/paths.ts";
export { definePolicy, type PolicyDefinition } from "../core/policy/define-policy.ts";
export type { PathBase } from "../core/policy/path.ts";
export type {
  AmbientKind,
  Capabilities,
  CapabilityKind,
  GrantKind,
  Policy,
  PolicyPart,
  WrittenPart,
} from "../core/policy/policy.ts";
export type { CallContext, InstanceState } from "./call/task.ts";
export type {
  CoreFuncType,
  CoreNumberType,
  CoreRefType,
  CoreValType,
  Limits,
  Primitive,
  StringEncoding,
} from "./decode/ast.ts";
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
  type TrapOptions,
  UnsupportedError,
  ValidationError,
} from "./errors/errors.ts";
export type { HostCall } from "./instantiate/runtime-scope.ts";
export type { CoreOrigin, Plan, PlannedExport, PlannedImport, PlannedModule, PlanStep } from "./plan/plan.ts";
export { formatPlan } from "./plan/plan-text.ts";
export type { CallOptions } from "./runtime/call-options.ts";
export type { CompilationCost, Component, LoadOptions } from "./runtime/component.ts";
export type { PolicyOptions } from "./runtime/enforced.ts";
export type { Usage } from "./runtime/instance-budget.ts";
export type { InstanceBuilder } from "./runtime/instance-builder.ts";
/** With what is more than the interface: what `instantiate` answers with. */
export type { InstanceHandle as LiveInstance } from "./runtime/instance-handle.ts";
export type { InstanceInterface as InstanceHandle } from "./runtime/instance-interface.ts";
export { InterfaceTypes } from "./runtime/interface-types.ts";
export type {
  Fallback,
  HostFunction,
  HostResource,
  Linker,
  MissingImport,
  OnEnd,
  ResourceOptions,
  WriteOutput,
} from "./runtime/linker.ts";
export type { Refill } from "./runtime/refill.ts";
export { Runtime, type RuntimeOptions } from "./runtime/runtime.ts";
export type { SystemComponent } from "./runtime/system-component.ts";
export type {
  AnyType,
  Case,
  ComponentType,
  Extent,
  ExternType,
  Field,
  FuncType,
  InstanceType,
  Param,
  Resource,
  ResourceType,
  ValueType,
} from "./types/component-types.ts";
export type { CoreTypeKey, CoreTypeRank } from "./types/core-type-key.ts";
export type { CoreExternType, CoreImport, ModuleType } from "./types/core-types.ts";
