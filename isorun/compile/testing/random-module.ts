/**
 * Modules of random code that ends: loops count down, calls go to functions behind the caller, branches lead out of blocks
 * and, as often as a local allows, back to loops. What they compute shows in their results, in their memory and in a
 * global.
 */
import { countedCode } from "./counted-code.ts";
import { i32, local } from "./instructions.ts";
import { buildModule, type FunctionSource, type ModuleSource } from "./module-builder.ts";
import type { Random } from "./random.ts";
import { FunctionMaker } from "./random-function.ts";

const functionCount = 4;
const importedFunctions = 1;
const functionIndices = Array.from({ length: functionCount }, (_, place) => importedFunctions + place);
/** Types stand at the indices of their functions: behind them those of `shape` and of the tag. */
const shapeType = importedFunctions + functionCount;
const loopTypes = { i32: shapeType, funcref: shapeType + 2, anyref: shapeType + 3 } as const;
/** The global behind `host.shared` and `state`. */
const firstCounter = 2;

export interface ModuleChoice {
  /**
   * Loops turn thousands of times, and count it in the global `turns`. Behind so many turns of all loops together each
   * traps, so that the module ends also where the budget does not end it.
   */
  readonly turnsMax?: number | undefined;
  /** It counts in the global `cost` what each instruction that it runs costs, but for the counting. */
  readonly isCounted?: boolean;
}

/** Its functions are `f0` to `f3`; it imports `host.mix` and the mutable global `host.shared`. */
export function randomModule(random: Random, { turnsMax, isCounted = false }: ModuleChoice = {}): Uint8Array {
  const hasOldExceptions = random(2) === 0;
  const functions = functionIndices.map((_, place) => {
    const choice = {
      place,
      functions: functionIndices,
      host: 0,
      turns: firstCounter,
      turnsMax,
      hasOldExceptions,
      loopTypes,
    };
    return new FunctionMaker(random, choice).make();
  });
  const globals: NonNullable<ModuleSource["globals"]> = [
    { type: "i32", value: i32.const(7), export: "state" },
    ...(turnsMax === undefined ? [] : [{ type: "i32", value: i32.const(0), export: "turns" } as const]),
    ...(isCounted ? [{ type: "i64", value: [0x42, 0], export: "cost" } as const] : []),
  ];
  // Globals stand behind the imported one.
  const counted = (source: FunctionSource): FunctionSource =>
    isCounted ? { ...source, code: countedCode(source.code, globals.length) } : source;
  const shape: FunctionSource = { params: ["i32"], results: ["i32"], code: [local.get(0)] };
  return buildModule({
    imports: [
      { module: "host", name: "mix", params: ["i32", "i32"], results: ["i32"] },
      { module: "host", name: "shared", global: "i32" },
    ],
    functions: [...functions.map(counted), shape],
    memory: [1, 8],
    table: [functionCount, 12],
    elements: functionIndices,
    globals,
    hasTag: true,
    types: [funcrefToNothing, anyrefToNothing],
  });
}

const funcrefToNothing = [0x60, 1, 0x70, 0];
const anyrefToNothing = [0x60, 1, 0x6e, 0];
