/** Branches of every kind to any label around them: forwards as they like, backwards as often as a local allows. */
import { drop, i32, local, when } from "./instructions.ts";
import { type Code, index } from "./module-builder.ts";
import type { Random } from "./random.ts";

/** What a branch carries: one value, or none. */
export type Carried = "nothing" | "i32" | "funcref" | "anyref";

export interface Label {
  readonly carries: Carried;
  /** Branches go back. */
  readonly isLoop?: boolean;
  /** Of the older form of exceptions: `delegate` leads to a body, `rethrow` to what was caught. */
  readonly role?: "body" | "handler";
}

export const forward: Label = { carries: "nothing" };

export interface BranchChoice {
  readonly random: Random;
  /** Code that leaves an i32. */
  readonly value: (depth: number) => Code;
  /** A local that says how many more branches may go back. */
  readonly backs: number;
  /** Functions that `ref.func` may name. */
  readonly functions: readonly number[];
}

export class RandomBranches {
  readonly #random: Random;
  readonly #value: (depth: number) => Code;
  readonly #backs: number;
  readonly #functions: readonly number[];
  /** The function's own first; undefined is one that no branch chooses. */
  readonly #labels: (Label | undefined)[] = [{ carries: "i32" }];
  /** Nothing leads to what follows, up to the end of the block. */
  isDead = false;

  constructor({ random, value, backs, functions }: BranchChoice) {
    this.#random = random;
    this.#value = value;
    this.#backs = backs;
    this.#functions = functions;
  }

  within(label: Label | undefined, make: () => Code): Code {
    const { isDead } = this;
    this.#labels.push(label);
    const code = make();
    this.#labels.pop();
    this.isDead = isDead;
    return code;
  }

  /** A branch to any label. */
  out(): Code {
    const label = this.#random(this.#labels.length);
    const target = this.#labels.at(-1 - label);
    if (target === undefined) return [];
    if (target.isLoop !== true) return this.#to(label, target.carries);
    if (target.carries === "nothing" && this.#random(3) === 0) return [this.#goesBack(), 0x0d, index(label)];
    return this.#guarded(() => this.#to(label + 1, target.carries));
  }

  /** The same code with one of its ways back taken, as long as there may be any. */
  #guarded(make: () => Code): Code {
    return [this.#goesBack(), when(this.within(forward, make))];
  }

  #goesBack(): Code {
    return [local.get(this.#backs), i32.const(1), i32.sub, local.tee(this.#backs), i32.const(0), 0x4a]; // i32.gt_s
  }

  #to(label: number, carries: Carried): Code {
    if (carries === "nothing") return this.#withNothing(label);
    const value = this.carried(carries);
    if (this.isDead || this.#random(3) === 0) return [value, this.#always(0x0c, index(label))];
    if (carries === "i32") return [value, this.#value(1), 0x0d, index(label), drop];
    if (carries === "funcref") return [value, 0xd6, index(label)]; // br_on_non_null
    // br_on_cast or br_on_cast_fail, from what may be anything to what is i31
    return [value, 0xfb, 24 + this.#random(2), 1, index(label), 0x6e, 0x6c, drop];
  }

  #always(...code: Code): Code {
    this.isDead = true;
    return code;
  }

  #withNothing(label: number): Code {
    const place = index(label);
    const ways = [
      () => this.#always(0x0c, place),
      () => this.#table(label),
      () => [this.#value(1), 0x0d, place],
      () => [this.#value(1), 0x0d, place],
      () => [this.carried("funcref"), 0xd5, place, drop], // br_on_null
    ];
    // In code that is never reached JavaScriptCore refuses labels of br_on_null, its kin and rethrow that are valid.
    return ways[this.#random(this.isDead ? 4 : 5)]?.() ?? [];
  }

  /** A `br_table` to this label, and to others of its kind: forwards, or back where this one leads back. */
  #table(label: number): Code {
    const hasLoops = this.#labels.at(-1 - label)?.isLoop === true;
    const others = this.places(hasLoops);
    const labels = Array.from({ length: this.#random(5) }, () => others[this.#random(others.length)] ?? label);
    const choice = [this.#value(1), i32.const(7), 0x71];
    return [choice, this.#always(0x0e, index(labels.length), labels.flatMap(index), index(label))];
  }

  /** Labels of branches that carry nothing. */
  places(hasLoops: boolean): readonly number[] {
    return this.#labels.flatMap((label, place) =>
      label?.carries === "nothing" && (hasLoops || label.isLoop !== true) ? [this.#labels.length - 1 - place] : [],
    );
  }

  /** Code whose exceptions go to labels outside of it, also back. */
  handledAnywhere(body: () => Code): Code {
    return this.#guarded(() => {
      const places = this.places(true);
      const clause = () => {
        const place = index(places[this.#random(places.length)] ?? 0);
        return this.#random(2) === 0 ? [0, 0, place] : [2, place]; // catch, catch_all
      };
      const clauses = Array.from({ length: 1 + this.#random(2) }, clause);
      return [0x1f, 0x40, index(clauses.length), clauses, this.within(forward, body), 0x0b];
    });
  }

  /** Of the older form: a body whose exceptions another one handles, or who called the function. */
  delegated(body: () => Code): Code {
    const code = this.within({ carries: "nothing", role: "body" }, body);
    return [0x06, 0x40, code, 0x18, index(this.#placeOf("body") ?? this.#labels.length - 1)];
  }

  /** Throws again what is being handled, or nothing. */
  rethrown(): Code {
    const place = this.isDead ? undefined : this.#placeOf("handler");
    return place === undefined ? [] : [this.#value(1), when([0x09, index(place + 1)])];
  }

  #placeOf(role: Label["role"]): number | undefined {
    const places = this.#labels.flatMap((label, place) =>
      label?.role === role ? [this.#labels.length - 1 - place] : [],
    );
    return places[this.#random(places.length + 1)];
  }

  /** Code that leaves such a value. */
  carried(kind: Exclude<Carried, "nothing">): Code {
    if (kind === "i32") return this.#value(1);
    const isNull = this.#random(3) === 0;
    if (kind === "anyref") return isNull ? [0xd0, 0x6e] : [this.#value(1), 0xfb, 28]; // ref.i31
    if (this.#random(2) === 0) return [this.#value(1), i32.const(3), 0x71, 0x25, 0]; // table.get
    return isNull ? [0xd0, 0x70] : [0xd2, index(this.#functions[this.#random(this.#functions.length)] ?? 0)];
  }
}
