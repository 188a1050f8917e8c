/** What an adapter imports, in the order of its indices. */
import type { FlatFuncType } from "../types/flatten.ts";
import type { AdapterKey, PassedHandle } from "./adapter-key.ts";
import { copiesBySize } from "./charge.ts";
import { type EnterImports, importEnter } from "./enter.ts";
import { type FuelImports, importFuel } from "./fuel-check.ts";
import type { ModuleWriter } from "./module-writer.ts";
import { canFailToTake, type Returning } from "./returning.ts";

export interface AdapterImports extends EnterImports {
  readonly callee: number;
  readonly post: number;
  readonly reallocOfCaller: number;
  readonly reallocOfCallee: number;
  /** A trap before the callee is called, which is as if nobody had called it; and what begins to remember handles for that. */
  readonly refuse: number;
  readonly beginPassing: number;
  readonly endLending: number;
  readonly firstHandle: number;
  readonly state: number;
  readonly memoryOfCaller: number;
  readonly memoryOfCallee: number;
  /** Constants: where the state of an instance lies. */
  readonly callerPlace: number;
  readonly calleePlace: number;
  readonly entered: readonly number[];
  /** A trap when the callee has returned, which is not told of it. Both end the callee where it was its limit that was met. */
  readonly reject: number;
  /** Of who pays for what is copied, if anybody does. */
  readonly fuel: FuelImports | undefined;
  /** Where a post-return waits for the results to be taken. */
  readonly returning: Returning | undefined;
}

const realloc: FlatFuncType = { params: ["i32", "i32", "i32", "i32"], results: ["i32"] };

interface Declared {
  /** Of the core function that is called. */
  readonly lift: FlatFuncType;
  readonly handles: readonly PassedHandle[];
}

export function declareImports(module: ModuleWriter, key: AdapterKey, { lift, handles }: Declared): AdapterImports {
  const { caller, callee, entered, isLink, type, isPaid } = key;
  const waits = isLink && callee.hasPostReturn && canFailToTake(type.result);
  const passesIn = isLink && handles.some(({ direction }) => direction === "in");
  const imports = {
    trap: module.importFunc("trap", { params: ["i32"], results: [] }),
    callee: module.importFunc("callee", lift),
    post: callee.hasPostReturn ? module.importFunc("post", { params: lift.results, results: [] }) : -1,
    reallocOfCaller: caller.hasRealloc ? module.importFunc("realloc-caller", realloc) : -1,
    reallocOfCallee: callee.hasRealloc ? module.importFunc("realloc-callee", realloc) : -1,
    refuse: isLink ? module.importFunc("refuse", { params: ["i32"], results: [] }) : -1,
    reject: isLink ? module.importFunc("reject", { params: ["i32"], results: [] }) : -1,
    beginPassing: passesIn ? module.importFunc("begin-passing", { params: [], results: [] }) : -1,
    endLending: module.importFunc("end-lending", { params: ["i32"], results: [] }),
    left: waits ? module.importFunc("left", { params: [], results: [] }) : -1,
    fuel: isPaid && copiesBySize(type) ? importFuel(module) : undefined,
    ...importEnter(module),
    firstHandle: 0,
    memoryOfCaller: caller.hasMemory ? module.importMemory("memory-caller") : -1,
    memoryOfCallee: callee.hasMemory ? module.importMemory("memory-callee") : -1,
    // Behind the others: JavaScriptCore reaches the first memory faster than the rest, and loops read the caller's.
    state: module.importMemory("state"),
    callerPlace: module.importConstant("caller"),
    calleePlace: module.importConstant("callee-place"),
    entered: Array.from({ length: entered }, (_, index) => module.importConstant(`entered${index}`)),
  };
  const first = imports.resume + 1;
  for (const [index, { kind }] of handles.entries()) {
    module.importFunc(`handle${index}`, { params: kind === "own" ? ["i32"] : ["i32", "i32"], results: ["i32"] });
  }
  const root = imports.entered.at(-1) ?? -1;
  const { state, left } = imports;
  const returning = waits ? { state, root, number: module.importConstant("link", "i64"), left } : undefined;
  return { ...imports, firstHandle: first, returning };
}
