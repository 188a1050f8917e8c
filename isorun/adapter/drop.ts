/**
 * `resource.drop` where the resource has a destructor of core code: Wasm end to end, so that a destructor can be
 * suspended. The host only takes the handle, and says whether there is something to destroy.
 */

import { CodeWriter } from "./code-writer.ts";
import { emitCheckPending, emitEnter, emitLeave, importEnter } from "./enter.ts";
import { GeneratedModules } from "./generated-modules.ts";
import { ModuleWriter } from "./module-writer.ts";
import { reasonCode } from "./reasons.ts";
import { stateOffsets } from "./state-memory.ts";

const modules = new GeneratedModules();

interface Drop {
  /** How many instances the call enters. */
  readonly entered: number;
  /** Whether the host linked the two sides. */
  readonly isLink: boolean;
}

/**
 * Imports `take` (handle → representation, and 1 << 32 if it was owned), `destructor`, `begin-thread` and
 * `end-thread`, `trap`, `turn`, `wait`, `resume`, `state`, and the places `caller` and `entered0`….
 */
export function dropModule(drop: Drop): WebAssembly.Module {
  return modules.get(JSON.stringify([drop.entered, drop.isLink]), () => writeDrop(drop));
}

function writeDrop({ entered, isLink }: Drop): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter({ isLink });
  const take = module.importFunc("take", { params: ["i32"], results: ["i64"] });
  const destructor = module.importFunc("destructor", { params: ["i32"], results: [] });
  const plain = { params: [], results: [] } as const;
  const begin = module.importFunc("begin-thread", plain);
  const end = module.importFunc("end-thread", plain);
  const trap = module.importFunc("trap", { params: ["i32"], results: [] });
  const imports = { trap, ...importEnter(module) };
  const state = module.importMemory("state");
  const caller = module.importConstant("caller");
  const places = Array.from({ length: entered }, (_, index) => module.importConstant(`entered${index}`));
  const code = new CodeWriter(["i32"]);
  code.constant(caller).at("i32.load", { memory: state, offset: stateOffsets.mayLeave }).op("i32.eqz");
  code.if(() => code.i32(reasonCode("cannot leave component instance")).call(trap).op("unreachable"));
  const taken = code.local("i64");
  for (const param of code.params) code.get(param);
  code.call(take).set(taken);
  emitCheckPending(code, state);
  code.get(taken).i64(32).op("i64.shr_u", "i32.wrap_i64");
  code.if(() => {
    emitEnter(code, { imports, state, places });
    code.call(begin);
    code.tryAll(
      undefined,
      () => code.get(taken).op("i32.wrap_i64").call(destructor),
      () => code.i32(reasonCode("an exception of core code was not caught")).call(trap).op("unreachable"),
    );
    code.call(end);
    emitLeave(code, { state, places });
  });
  const type = { params: ["i32"], results: [] } as const;
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}
