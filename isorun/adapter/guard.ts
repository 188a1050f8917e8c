/**
 * A core function around one of the host: a guest can catch what a host function throws, but not `unreachable`. So the
 * host's function never throws: it leaves a reason, returns something, and this one looks and traps.
 */
import type { FlatFuncType } from "../types/flatten.ts";
import { pendingAddress, stateOffsets } from "./adapter.ts";
import { CodeWriter } from "./code-writer.ts";
import { ModuleWriter } from "./module-writer.ts";
import { reasonCode } from "./reasons.ts";

const modules = new Map<string, WebAssembly.Module>();

export interface Guard {
  readonly type: FlatFuncType;
  /** Whether a call leaves the instance, which must be allowed to then. */
  readonly leaves: boolean;
}

/** Imports `host`, `trap` and `state`, and `caller`, the place of the instance. */
export function guardModule(guard: Guard): WebAssembly.Module {
  const key = JSON.stringify(guard);
  const module = modules.get(key) ?? new WebAssembly.Module(writeGuard(guard));
  modules.set(key, module);
  return module;
}

function writeGuard({ type, leaves }: Guard): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const host = module.importFunc("host", type);
  const trap = module.importFunc("trap", { params: ["i32"], results: [] });
  const memory = module.importMemory("state");
  const caller = module.importConstant("caller");
  const code = new CodeWriter(type.params);
  if (leaves) {
    code.constant(caller).at("i32.load", { memory, offset: stateOffsets.mayLeave }).op("i32.eqz");
    code.if(() => code.i32(reasonCode("cannot leave component instance")).call(trap).op("unreachable"));
  }
  for (const param of code.params) code.get(param);
  code.call(host);
  code
    .i32(pendingAddress)
    .at("i32.load", { memory, offset: 0 })
    .if(() => code.op("unreachable"));
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}
