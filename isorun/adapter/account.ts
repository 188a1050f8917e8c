/**
 * A core function in front of one of another instance, where a budget counts what is done there for its caller: core code
 * too, so that a suspended stack can pass through it. A trap passes by `end`: whoever unwinds the call puts things right.
 */
import type { FlatFuncType } from "../types/flatten.ts";
import { CodeWriter } from "./code-writer.ts";
import { GeneratedModules } from "./generated-modules.ts";
import { ModuleWriter } from "./module-writer.ts";

export interface Account {
  readonly type: FlatFuncType;
  /** Whether it is an allocator, whose sizes are counted. */
  readonly isRealloc: boolean;
}

const modules = new GeneratedModules();

/**
 * Imports `core`, `begin` and `end`, and of an allocator `count` (size before, size). `begin` and `count` answer whether
 * the call has to trap: what they would throw a guest could catch.
 */
export function accountModule(account: Account): WebAssembly.Module {
  return modules.get(JSON.stringify(account), () => writeAccount(account));
}

function writeAccount({ type, isRealloc }: Account): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const core = module.importFunc("core", type);
  const begin = module.importFunc("begin", { params: [], results: ["i32"] });
  const end = module.importFunc("end", { params: [], results: [] });
  const count = isRealloc ? module.importFunc("count", { params: ["i32", "i32"], results: ["i32"] }) : -1;
  const code = new CodeWriter(type.params);
  const [, oldSize, , newSize] = code.params;
  if (isRealloc && oldSize !== undefined && newSize !== undefined) {
    code.get(oldSize).get(newSize).call(count);
    code.if(() => code.op("unreachable"));
  }
  code.call(begin).if(() => code.op("unreachable"));
  for (const param of code.params) code.get(param);
  // The result stays on the stack.
  code.call(core).call(end);
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}
