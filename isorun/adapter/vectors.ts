/**
 * Whether the engine compiles vectors of 128 bits: JavaScriptCore does so only on processors with AVX. Where it does
 * not, loops over single units do all the work.
 */
import { CodeWriter } from "./code-writer.ts";
import { ModuleWriter } from "./module-writer.ts";

export const hasVectors: boolean = canCompileVectors();

function canCompileVectors(): boolean {
  const module = new ModuleWriter();
  const code = new CodeWriter([]).vectorOf(0).vector("i8x16.bitmask");
  const func = module.addFunc({ type: { params: [], results: ["i32"] }, locals: [], code: code.code });
  return WebAssembly.validate(module.finish(func));
}
