/**
 * A core function around one of the host: a guest can catch what a host function throws, but not `unreachable`. So the
 * host's function never throws: it leaves a reason, returns something, and this one looks and traps.
 *
 * Where the host's function has to wait, it leaves another word. Then the stack is suspended here, and `settle`, which
 * is given the same arguments and the number of the task, makes the result or leaves a reason.
 */
import type { FlatFuncType } from "../types/flatten.ts";
import { CodeWriter, type Local } from "./code-writer.ts";
import { emitCheckPending, emitWait } from "./enter.ts";
import { emitFuelCheck, importFuel } from "./fuel-check.ts";
import { GeneratedModules } from "./generated-modules.ts";
import { ModuleWriter } from "./module-writer.ts";
import { reasonCode } from "./reasons.ts";
import { pendingAddress, pendingKinds, stateOffsets } from "./state-memory.ts";

const modules = new GeneratedModules();

export interface Guard {
  readonly type: FlatFuncType;
  /** Whether a call leaves the instance, which must be allowed to then. */
  readonly leaves: boolean;
  /** Whether it may have to wait. */
  readonly waits?: boolean;
  /** Whether the instance counts fuel. */
  readonly isMetered?: boolean;
}

/**
 * Imports `host`, `trap` and `state`, and `caller`, the place of the instance; `settle` and `wait` if it waits, `fuel` and
 * `short` if it counts.
 */
export function guardModule(guard: Guard): WebAssembly.Module {
  return modules.get(JSON.stringify(guard), () => writeGuard(guard));
}

function writeGuard({ type, leaves, waits = false, isMetered = false }: Guard): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const host = module.importFunc("host", type);
  const trap = module.importFunc("trap", { params: ["i32"], results: [] });
  const settle = waits ? module.importFunc("settle", { ...type, params: ["i32", ...type.params] }) : -1;
  const wait = waits ? module.importFunc("wait", { params: [], results: ["i32"] }) : -1;
  const fuel = isMetered ? importFuel(module) : undefined;
  const memory = module.importMemory("state");
  const caller = module.importConstant("caller");
  const code = new CodeWriter(type.params);
  if (fuel !== undefined) emitFuelCheck(code, fuel, "none");
  if (leaves) {
    code.constant(caller).at("i32.load", { memory, offset: stateOffsets.mayLeave }).op("i32.eqz");
    code.if(() => code.i32(reasonCode("cannot leave component instance")).call(trap).op("unreachable"));
  }
  for (const param of code.params) code.get(param);
  code.call(host);
  if (waits) emitSettle(code, { result: resultOf(code, type), imports: { settle, wait, trap }, memory });
  else emitCheckPending(code, memory);
  if (fuel !== undefined) emitFuelCheck(code, fuel, "none");
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}

function resultOf(code: CodeWriter, { results: [type] }: FlatFuncType): Local | undefined {
  return type === undefined ? undefined : code.local(type);
}

interface Settle {
  readonly result: Local | undefined;
  readonly imports: { readonly settle: number; readonly wait: number; readonly trap: number };
  readonly memory: number;
}

function emitSettle(code: CodeWriter, { result, imports, memory }: Settle): void {
  if (result !== undefined) code.set(result);
  code.i32(pendingAddress).at("i32.load", { memory, offset: 0 });
  code.if(() => {
    code.i32(pendingAddress).at("i32.load", { memory, offset: 0 }).i32(pendingKinds.wait).op("i32.eq");
    code.if(() => {
      code.i32(pendingAddress).i32(0).at("i32.store", { memory, offset: 0 });
      emitWait(code, imports, () => {
        for (const param of code.params) code.get(param);
        code.call(imports.settle);
        if (result !== undefined) code.set(result);
      });
    });
    emitCheckPending(code, memory);
  });
  if (result !== undefined) code.get(result);
}
