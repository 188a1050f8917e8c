/** `canon lift` and `canon lower` at run time: generated functions bound to the memories and handles of an instance. */

import type { FuelCheck } from "../adapter/fuel-check.ts";
import { hostWords } from "../call/boundary-words.ts";
import type { HostSide } from "../call/edge.ts";
import { canGate, gateOf } from "../call/gate.ts";
import { notBuilt } from "../call/refusals.ts";
import { waiting } from "../call/scheduler.ts";
import { type EntryOptions, entryOf, exitOf } from "../call/signature.ts";
import { promisingFunc } from "../call/suspending.ts";
import { flattenFunc } from "../types/flatten.ts";
import type { ValidDefinition } from "../validate/valid-component.ts";
import { bound, supportOf } from "./bind-support.ts";
import { fuelChecked } from "./fuel-checked.ts";
import { guardedFunc, type WaitingExit, waitingFunc } from "./guarded-func.ts";
import { exitOfImporter, importerOf } from "./imported-again.ts";
import { adaptedFunc } from "./link-adapter.ts";
import {
  absent,
  type CoreItem,
  type FuncItem,
  type HostCall,
  type HostEntry,
  type RuntimeScope,
} from "./runtime-scope.ts";

export function liftFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lift" },
): FuncItem {
  if (options.isAsync || type.isAsync) return { kind: "func", call: unsupportedAsync };
  const flat = flattenFunc(type, { role: "lift", isAsync: false, hasCallback: false });
  const checked = (index: number, check: FuelCheck): CoreItem =>
    fuelChecked(scope.instance, check, scope.coreFuncs[index] ?? absent("core function", index));
  const core = checked(func, { type: flat, isEntry: true });
  const after = { type: { params: flat.results, results: [] }, isEntry: false };
  const post = options.postReturn === undefined ? undefined : checked(options.postReturn, after);
  const forHost = (host: HostSide, name: string): HostEntry => {
    const has = { postReturn: post !== undefined };
    const support = supportOf(scope, options, { words: hostWords, host, name });
    const { memory } = scope.instance.states;
    const targetOf = (
      called: HostCall,
      { isSuspendable, isGated }: Pick<EntryOptions, "isSuspendable" | "isGated">,
    ): unknown => {
      if (isSuspendable) return promisingFunc(called);
      return isGated ? gateOf(type, support, { core: called, memory }) : called;
    };
    const bindEntry = (isSuspendable: boolean): unknown => {
      const isScalar = !isSuspendable && support.isQuick && post === undefined && canGate(type);
      const isClosed = isScalar && scope.instance.callsNobody;
      const isGated = isScalar && !isClosed;
      const { bind, resources } = entryOf(type, { ...has, isSuspendable, isGated, isClosed });
      const target = typeof core === "function" ? targetOf(core, { isSuspendable, isGated }) : core;
      return bind(support, target, bound(scope, resources), post);
    };
    const call = bindEntry(false) as HostCall; // the text says so
    let suspendable: HostEntry["callSuspendable"] | undefined;
    const callSuspendable: HostEntry["callSuspendable"] = (...given) => {
      suspendable ??= bindEntry(true) as HostEntry["callSuspendable"]; // the text says so
      return suspendable(...given);
    };
    const awaitable = (value: unknown): unknown => {
      const { resources } = entryOf(type, { ...has, isSuspendable: true, isGated: false });
      return support.awaitable(value, { result: type.result, resources, bound: bound(scope, resources) });
    };
    return { instance: scope.instance, call, callSuspendable, awaitable };
  };
  return { kind: "func", lifted: { core, post, options, scope, forHost } };
}

function unsupportedAsync(): never {
  throw notBuilt("the asynchronous ABI");
}

export function lowerFunc(
  scope: RuntimeScope,
  { func, type, options }: ValidDefinition & { readonly kind: "lower" },
): CoreItem {
  if (options.isAsync || type.isAsync) {
    const flat = flattenFunc(type, { role: "lower", isAsync: options.isAsync, hasCallback: false });
    return guardedFunc(scope.instance, { type: flat, leaves: true }, unsupportedAsync);
  }
  const target = scope.funcs[func] ?? absent("function", func);
  if (target.lifted !== undefined) return adaptedFunc(scope, { type, options, lifted: target.lifted });
  const { bind, resources } = exitOf(type);
  const support = supportOf(scope, options, { words: hostWords, name: target.name });
  const exit = bind(support, target.call, bound(scope, resources), waiting) as WaitingExit; // the text says so
  const flat = flattenFunc(type, { role: "lower", isAsync: false, hasCallback: false });
  const { instance } = scope;
  const importer = importerOf(target, instance.root);
  return waitingFunc(instance, flat, importer === undefined ? exit : exitOfImporter(instance, importer, exit));
}
