/** Random code of a function that ends: loops count down, calls go to functions behind it, only so many branches go back. */
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
  unreachable,
  when,
  whenElse,
} from "./instructions.ts";
import { type Code, type FunctionSource, index, leb } from "./module-builder.ts";
import type { Random } from "./random.ts";
import { type Carried, forward, type Label, RandomBranches } from "./random-branches.ts";

const parameterCount = 2;
const valueLocals = 4;
const loopDepthMax = 2;
/** Behind the locals that loops count down. */
const backs = parameterCount + valueLocals + loopDepthMax;
const i32Type = 0x7f;
const maybeFunction = [0x63, 0x70];

/** Where turns are counted: one such loop comes to an end, a few of them use up what there is. */
const manyTurns = 0x1_0000;

export interface FunctionChoice {
  readonly place: number;
  /** Indices of the module's functions that this one may call, by place: only those behind it, so that calls end. */
  readonly functions: readonly number[];
  readonly host: number;
  /** The index of the global in which turns of loops are counted. */
  readonly turns: number;
  readonly turnsMax: number | undefined;
  readonly hasOldExceptions: boolean;
  /** Types of loops that take one value: (i32) → i32, and of a reference to nothing. */
  readonly loopTypes: Readonly<Record<Exclude<Carried, "nothing">, number>>;
}

export class FunctionMaker {
  readonly #random: Random;
  readonly #choice: FunctionChoice;
  readonly #branches: RandomBranches;
  #loops = 0;

  constructor(random: Random, choice: FunctionChoice) {
    this.#random = random;
    this.#choice = choice;
    const value = (depth: number): Code => this.#value(depth);
    this.#branches = new RandomBranches({ random, value, backs, functions: choice.functions });
  }

  make(): FunctionSource {
    const { place, turnsMax } = this.#choice;
    const backsMax = turnsMax === undefined ? this.#random(12) : manyTurns;
    const code: Code = [i32.const(backsMax), local.set(backs), this.#statements(4), this.#value(2)];
    const locals = Array.from({ length: valueLocals + loopDepthMax + 1 }, () => "i32" as const);
    return { params: ["i32", "i32"], results: ["i32"], locals, code, export: `f${place}` };
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
      () => this.#branches.out(),
      () => this.#branches.out(),
      () => this.#branches.out(),
      () => this.#leave(),
    ];
    const nested = [
      () => block(this.#within(forward, depth)),
      () => [this.#value(1), when(this.#within(forward, depth))],
      () => [this.#value(1), whenElse(this.#within(forward, depth), this.#within(forward, depth))],
      () => this.#valued(depth),
      () => this.#loop(depth),
      () => this.#loop(depth),
      () => this.#switch(depth),
      () => this.#caught(depth),
    ];
    const all = depth > 0 ? [...simple, ...nested] : simple;
    return all[this.#random(all.length)]?.() ?? [];
  }

  #within(label: Label, depth: number): Code {
    return this.#branches.within(label, () => this.#statements(depth - 1));
  }

  /** Seldom, because nothing runs behind it. */
  #leave(): Code {
    if (this.#random(6) > 0) return [];
    const way = this.#random(3);
    if (way === 0) {
      const result = this.#value(1);
      this.#branches.isDead = true;
      return [result, leave];
    }
    if (way === 1) return [this.#value(1), when(this.#throw())];
    return [this.#value(1), when(this.#called(1, true))];
  }

  readonly #throw = (): Code => [0x08, 0];

  /** A block that leaves a value, by its end or by a branch. */
  #valued(depth: number): Code {
    const inside = (carries: Exclude<Carried, "nothing">): Code => [
      this.#within({ carries }, depth),
      this.#branches.carried(carries),
      0x0b,
    ];
    const place = local.set(this.#local());
    const ways = [
      () => [0x02, 0x7f, inside("i32"), place],
      () => [this.#value(1), 0x04, 0x7f, inside("i32").slice(0, -1), 0x05, inside("i32"), place],
      () => [
        this.#value(1),
        0x02,
        leb(this.#choice.loopTypes.i32),
        this.#within({ carries: "i32" }, depth),
        0x0b,
        place,
      ],
      () => [0x02, 0x70, inside("funcref"), drop],
      () => [0x02, 0x6e, inside("anyref"), drop],
    ];
    return ways[this.#random(ways.length)]?.() ?? [];
  }

  /** A module has one form of exceptions only. */
  #caught(depth: number): Code {
    const way = this.#random(3);
    const body = (): Code => [this.#statements(depth - 1), this.#random(3) === 0 ? this.#thrownIf() : []];
    if (this.#choice.hasOldExceptions) return way === 0 ? this.#delegated(depth, body) : this.#handled(depth, body);
    if (way === 0) return this.#branches.handledAnywhere(body);
    if (way === 1) return block(this.#branches.within(forward, () => tryAll(0, this.#branches.within(forward, body))));
    const held = (): Code => {
      const tried = this.#branches.within(undefined, () => [
        0x1f,
        0x40,
        1,
        3,
        0,
        this.#branches.within(forward, body),
        0x0b,
      ]);
      return [0x02, 0x69, tried, [0xd0, 0x69], 0x0b]; // catch_all_ref, or no exception
    };
    if (this.#random(2) === 0) return [held(), drop];
    return [this.#value(1), when(this.#branches.within(forward, () => [held(), 0x0a]))]; // throw_ref
  }

  #thrownIf(): Code {
    return [this.#value(1), when(this.#throw())];
  }

  #delegated(depth: number, body: () => Code): Code {
    // JavaScriptCore does not take it in code that is never reached.
    return this.#branches.isDead ? this.#handled(depth, body) : this.#branches.delegated(body);
  }

  #handled(depth: number, body: () => Code): Code {
    const handler = (): Code =>
      this.#branches.within({ carries: "nothing", role: "handler" }, () => [
        this.#statements(depth - 1),
        this.#random(3) === 0 ? this.#branches.rethrown() : [],
      ]);
    const tried = this.#branches.within({ carries: "nothing", role: "body" }, body);
    const ofTag = this.#random(2) === 0 ? [0x07, 0, handler()] : [];
    return [0x06, 0x40, tried, ofTag, this.#random(4) === 0 ? [] : [0x19, handler()], 0x0b];
  }

  #loop(depth: number): Code {
    if (this.#loops === loopDepthMax) return [];
    const counter = parameterCount + valueLocals + this.#loops;
    this.#loops += 1;
    const made = this.#loopBy(counter, depth);
    this.#loops -= 1;
    const count = this.#choice.turnsMax === undefined ? 1 + this.#random(4) : manyTurns;
    return [i32.const(count), local.set(counter), made];
  }

  #loopBy(counter: number, depth: number): Code {
    const again: Code = [local.get(counter), i32.const(1), i32.sub, local.tee(counter), 0x0d, 0];
    const inside = (carries: Carried): Code => [this.#turn(), this.#within({ carries, isLoop: true }, depth)];
    const types = this.#choice.loopTypes;
    const place = local.set(this.#local());
    const repeated = (): Code => [inside("nothing"), again];
    const taking = (carries: "funcref" | "anyref"): Code => {
      const value = (): Code => this.#branches.carried(carries);
      return [value(), 0x03, leb(types[carries]), drop, inside(carries), value(), again, drop, 0x0b];
    };
    const ways = [
      () => [0x03, 0x40, repeated(), 0x0b],
      () => [0x03, 0x40, repeated(), 0x0b],
      () => [0x03, i32Type, repeated(), this.#value(1), 0x0b, place],
      () => [0x03, maybeFunction, repeated(), this.#branches.carried("funcref"), 0x0b, drop],
      // The value stays below the body, and comes back to the loop's head by the branch.
      () => [this.#value(1), 0x03, leb(types.i32), i32.const(3), i32.add, inside("i32"), again, 0x0b, place],
      () => taking("funcref"),
      () => taking("anyref"),
    ];
    return ways[this.#random(ways.length)]?.() ?? [];
  }

  #turn(): Code {
    const { turns, turnsMax } = this.#choice;
    if (turnsMax === undefined) return [];
    const add: Code = [[0x23, turns], i32.const(1), i32.add, [0x24, turns]];
    return [add, [0x23, turns], i32.const(turnsMax), 0x4b, when(unreachable)]; // i32.gt_u
  }

  #switch(depth: number): Code {
    const cases = 1 + this.#random(3);
    const labels = Array.from({ length: cases }, (_, label) => label);
    const choose: Code = [this.#value(1), 0x0e, index(cases), labels, cases];
    const cased = (count: number): Code => {
      if (count === 0) return choose;
      const before = this.#branches.within(forward, () => cased(count - 1));
      const isLeft = this.#random(2) === 0;
      return [block(before), this.#statements(Math.min(1, depth - 1)), isLeft ? [0x0c, index(cases - count)] : []];
    };
    return block(this.#branches.within(forward, () => cased(cases)));
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
      () => this.#called(depth, false),
    ];
    const all = depth > 0 ? [...leaves, ...deeper] : leaves;
    return all[this.#random(all.length)]?.() ?? i32.const(0);
  }

  /** A call of a function that stands behind this one, or of the host. */
  #called(depth: number, isTail: boolean): Code {
    const { place, functions, host } = this.#choice;
    const target = place + 1 + this.#random(functions.length);
    const args = [this.#value(depth - 1), this.#value(depth - 1)];
    const func = functions[target];
    if (func === undefined) return [args, isTail ? [0x12, host] : call(host)];
    const tail = isTail ? 1 : 0;
    const ways = [
      [args, [0x10 + 2 * tail, index(func)]],
      [args, i32.const(target), [0x11 + 2 * tail, index(func), 0]], // a function's type has its index
      [args, 0xd2, index(func), [0x14 + tail, index(func)]],
    ];
    return ways[this.#random(ways.length)] ?? [];
  }
}

const leb64: Code = [0x42, leb(0x1_0000_0001n)];
