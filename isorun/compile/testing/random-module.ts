/**
 * Modules of random code that ends: loops count down, calls go to functions behind the caller, branches leave blocks.
 * What they compute shows in their results, in their memory and in a global.
 */
import {
  block,
  call,
  drop,
  i32,
  leave,
  local,
  memory,
  table,
  tryAll,
  tryCatchAll,
  unreachable,
  when,
  whenElse,
} from "./instructions.ts";
import { buildModule, type Code, type FunctionSource, index, leb } from "./module-builder.ts";

export type Random = (below: number) => number;

/** The same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

const parameterCount = 2;
const valueLocals = 4;
const loopDepthMax = 2;
const functionCount = 4;
const importedFunctions = 1;
/** The global behind `host.shared` and `state`. */
const turns = 2;
/** Of the type of values, (i32, i32) → i32, and of (i32) → i32, which a loop with a parameter has. */
const loopType = importedFunctions + functionCount;

/** What encloses the code that is being made: whether a branch may go there. */
type Label = "forward" | "loop";

/** Where turns are counted: one such loop comes to an end, a few of them use up what there is. */
const manyTurns = 0x1_0000;

export interface ModuleChoice {
  /**
   * Loops turn thousands of times, and count it in the global `turns`. Behind so many turns of all loops together each
   * traps, so that the module ends also where the budget does not end it.
   */
  readonly turnsMax?: number | undefined;
}

interface FunctionChoice extends ModuleChoice {
  readonly place: number;
  readonly hasOldExceptions: boolean;
}

class FunctionMaker {
  readonly #random: Random;
  readonly #place: number;
  readonly #hasOldExceptions: boolean;
  readonly #turnsMax: number | undefined;
  readonly #labels: Label[] = ["loop"]; // the function's own label takes a value: it is left alone
  #loops = 0;

  constructor(random: Random, { place, hasOldExceptions, turnsMax }: FunctionChoice) {
    this.#random = random;
    this.#place = place;
    this.#hasOldExceptions = hasOldExceptions;
    this.#turnsMax = turnsMax;
  }

  make(): FunctionSource {
    const code: Code = [this.#statements(4), this.#value(2)];
    const locals = Array.from({ length: valueLocals + loopDepthMax }, () => "i32" as const);
    return { params: ["i32", "i32"], results: ["i32"], locals, code, export: `f${this.#place}` };
  }

  #statements(depth: number): Code {
    return Array.from({ length: 1 + this.#random(4) }, () => this.#statement(depth));
  }

  #statement(depth: number): Code {
    const simple = [
      () => [this.#value(2), local.set(this.#local())],
      () => [this.#address(), this.#value(1), [0x36, 2, index(this.#random(100))]],
      () => [this.#value(1), [0x24, 1]],
      () => [this.#value(1), drop],
      () => [this.#address(), i32.const(this.#random(256)), i32.const(this.#random(300)), memory.fill],
      () => [this.#address(), this.#address(), i32.const(this.#random(300)), memory.copy],
      () => [i32.const(this.#random(3)), memory.grow, local.set(this.#local())],
      () => [[0xd0, 0x70], i32.const(this.#random(3)), table.grow, local.set(this.#local())],
      () => this.#branchOut(),
      () => (this.#random(12) === 0 ? [this.#value(1), leave] : []),
    ];
    const nested = [
      () => block(this.#within("forward", depth)),
      () => [this.#value(1), when(this.#within("forward", depth))],
      () => [this.#value(1), whenElse(this.#within("forward", depth), this.#within("forward", depth))],
      () => this.#loop(depth),
      () => this.#switch(depth),
      () => this.#caught(depth),
    ];
    const all = depth > 0 ? [...simple, ...nested] : simple;
    return all[this.#random(all.length)]?.() ?? [];
  }

  #within(label: Label, depth: number): Code {
    this.#labels.push(label);
    const code = this.#statements(depth - 1);
    this.#labels.pop();
    return code;
  }

  /** A module has one form of exceptions only. */
  #caught(depth: number): Code {
    if (this.#hasOldExceptions) return tryCatchAll(this.#within("forward", depth), this.#within("forward", depth));
    this.#labels.push("forward");
    const thrown: Code = this.#random(3) === 0 ? [this.#value(1), when([0x08, 0])] : [];
    const body = tryAll(0, this.#within("forward", depth), thrown);
    this.#labels.pop();
    return block(body);
  }

  #loop(depth: number): Code {
    if (this.#loops === loopDepthMax) return [];
    const counter = parameterCount + valueLocals + this.#loops;
    this.#loops += 1;
    const takesValue = this.#random(3) === 0;
    const body: Code = [this.#turn(), this.#within("loop", depth)];
    this.#loops -= 1;
    const again: Code = [local.get(counter), i32.const(1), i32.sub, local.tee(counter), 0x0d, 0];
    const count = 1 + this.#random(4);
    const start: Code = [i32.const(this.#turnsMax === undefined ? count : manyTurns), local.set(counter)];
    if (!takesValue) return [start, [0x03, 0x40, body, again, 0x0b]];
    const place = this.#local();
    // The value stays below the body, and comes back to the loop's head by the branch.
    return [start, this.#value(1), [0x03, leb(loopType), i32.const(3), i32.add, body, again, 0x0b], local.set(place)];
  }

  #turn(): Code {
    if (this.#turnsMax === undefined) return [];
    const add: Code = [[0x23, turns], i32.const(1), i32.add, [0x24, turns]];
    return [add, [0x23, turns], i32.const(this.#turnsMax), 0x4b, when(unreachable)]; // i32.gt_u
  }

  #switch(depth: number): Code {
    const cases = 1 + this.#random(3);
    this.#labels.push("forward");
    let code: Code = [this.#value(1), 0x0e, index(cases), Array.from({ length: cases }, (_, label) => label), cases];
    for (let count = 0; count < cases; count += 1) {
      this.#labels.push("forward");
    }
    for (let count = 0; count < cases; count += 1) {
      this.#labels.pop();
      const isLeft = this.#random(2) === 0;
      code = [block(code), this.#statements(Math.min(1, depth - 1)), isLeft ? [0x0c, index(cases - count - 1)] : []];
    }
    this.#labels.pop();
    return block(code);
  }

  #branchOut(): Code {
    const label = this.#random(this.#labels.length);
    if (this.#labels.at(-1 - label) !== "forward") return [];
    return this.#random(4) === 0 ? [0x0c, index(label)] : [this.#value(1), 0x0d, index(label)];
  }

  #local(): number {
    return this.#random(parameterCount + valueLocals);
  }

  #address(): Code {
    return [this.#value(1), i32.const(0xfff), 0x71];
  }

  #value(depth: number): Code {
    const leaves = [
      () => local.get(this.#local()),
      () => i32.const(this.#random(2000) - 1000),
      () => [0x23, 1],
      () => memory.size,
      () => table.size,
    ];
    const pair = (...code: Code): Code => [this.#value(depth - 1), this.#value(depth - 1), code];
    const deeper = [
      () => pair([0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x48, 0x4b, 0x46][this.#random(9)] ?? 0x6a),
      () => (this.#random(8) === 0 ? pair(0x6d) : pair(0x6a)), // division traps
      () => [this.#address(), [0x28, 2, index(this.#random(100))]],
      () => [this.#value(depth - 1), 0xac, leb64, 0x7e, 0xa7], // through i64
      () => [this.#value(depth - 1), 0xb7, 0xfc, 2], // through f64
      () => [pair(), this.#value(depth - 1), 0x1b],
      () => this.#call(depth),
    ];
    const all = depth > 0 ? [...leaves, ...deeper] : leaves;
    return all[this.#random(all.length)]?.() ?? i32.const(0);
  }

  #call(depth: number): Code {
    const target = this.#place + 1 + this.#random(functionCount);
    const args = [this.#value(depth - 1), this.#value(depth - 1)];
    if (target >= functionCount) return [args, call(0)];
    if (this.#random(2) === 0) return [args, call(importedFunctions + target)];
    return [args, i32.const(target), [0x11, index(importedFunctions + target), 0]];
  }
}

const leb64: Code = [0x42, leb(0x1_0000_0001n)];

/** Its functions are `f0` to `f3`; it imports `host.mix` and the mutable global `host.shared`. */
export function randomModule(random: Random, { turnsMax }: ModuleChoice = {}): Uint8Array {
  const hasOldExceptions = random(2) === 0;
  const functions = Array.from({ length: functionCount }, (_, place) =>
    new FunctionMaker(random, { place, hasOldExceptions, turnsMax }).make(),
  );
  const shape: FunctionSource = { params: ["i32"], results: ["i32"], code: [local.get(0)] };
  return buildModule({
    imports: [
      { module: "host", name: "mix", params: ["i32", "i32"], results: ["i32"] },
      { module: "host", name: "shared", global: "i32" },
    ],
    functions: [...functions, shape],
    memory: [1, 8],
    table: [functionCount, 12],
    elements: functions.map((_, place) => importedFunctions + place),
    globals: [
      { type: "i32", value: i32.const(7), export: "state" },
      ...(turnsMax === undefined ? [] : [{ type: "i32", value: i32.const(0), export: "turns" } as const]),
    ],
    hasTag: true,
  });
}
