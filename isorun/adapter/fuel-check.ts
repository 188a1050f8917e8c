/**
 * Looks at the fuel where a call enters or leaves an instance. What is rewritten asks for fuel itself, but not in short
 * functions without calls and loops (compile/function-entry.ts): these only pay. Without a look from outside, calls of
 * them would cost nothing when nothing is left. Core code, so that a suspended stack can pass through it, and so that
 * what it executes, `unreachable`, is out of reach of a guest that catches.
 */
import type { FlatFuncType } from "../types/flatten.ts";
import { CodeWriter } from "./code-writer.ts";
import { GeneratedModules } from "./generated-modules.ts";
import { ModuleWriter } from "./module-writer.ts";

/** What the host is asked for: fuel for a call that begins, which needs some, or for what was used already. */
export const fuelWants = { some: 1, none: 0 } as const;

/** The fuel of those who count it. */
export interface FuelCounter {
  readonly account: WebAssembly.Global;
  /** Asks for more, where the account shows that there is not enough. @returns whether there is none: then a reason is left */
  readonly short: (wanted: number) => number;
  /** The same for a copy that it pays for: what clocks say, or somebody who interrupts, need not be its own end. */
  readonly shortOfCopy: () => number;
  /** Pays so many instructions for what the host does. @throws BudgetExhausted, or what ended the instance before */
  readonly spend: (instructions: number) => void;
}

export interface FuelImports {
  readonly fuel: number;
  /** (what for) → whether there is none */
  readonly short: number;
}

export const importFuel = (module: ModuleWriter): FuelImports => ({
  short: module.importFunc("short", { params: ["i32"], results: ["i32"] }),
  fuel: module.importAccount("fuel"),
});

/** Traps where there is less than `wanted`, and no more to be had. */
export function emitFuelCheck(code: CodeWriter, { fuel, short }: FuelImports, wanted: keyof typeof fuelWants): void {
  code.constant(fuel).i64(fuelWants[wanted]).op("i64.lt_s");
  code.if(() => {
    code.i32(fuelWants[wanted]).call(short);
    code.if(() => code.op("unreachable"));
  });
}

const modules = new GeneratedModules();

export interface FuelCheck {
  readonly type: FlatFuncType;
  /** Whether a call begins here, which needs some, or one goes on that has paid for that: its post-return. */
  readonly isEntry: boolean;
}

/** Imports `core`, `fuel` and `short`, and exports what enters and leaves an instance that counts fuel. */
export function fuelCheckModule(check: FuelCheck): WebAssembly.Module {
  return modules.get(JSON.stringify(check), () => writeFuelCheck(check));
}

function writeFuelCheck({ type, isEntry }: FuelCheck): Uint8Array<ArrayBuffer> {
  const module = new ModuleWriter();
  const core = module.importFunc("core", type);
  const imports = importFuel(module);
  const code = new CodeWriter(type.params);
  if (isEntry) emitFuelCheck(code, imports, "some");
  for (const param of code.params) code.get(param);
  // The result stays on the stack.
  code.call(core);
  emitFuelCheck(code, imports, "none");
  return module.finish(module.addFunc({ type, locals: code.locals, code: code.code }));
}
