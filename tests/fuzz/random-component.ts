/** Random components that are valid: steps, each of which adds something that refers to what stands before it. */

import type { ValueType } from "../../isorun/types/component-types.ts";
import { flattenFunc } from "../../isorun/types/flatten.ts";
import { ComponentBuilder, type Encoding, type Item, type Signature } from "./component-builder.ts";
import { coreModuleTree } from "./core-tree.ts";
import { chance, pick, type Random, times } from "./random.ts";
import { byte, name, number, row, type Tree } from "./tree.ts";
import { randomType } from "./value-types.ts";

interface CoreLibrary {
  readonly memory: number;
  readonly realloc: number;
}

interface KnownFunc {
  readonly index: number;
  readonly type: number;
  readonly signature: Signature;
}

const encodings: readonly Encoding[] = ["utf8", "utf16", "latin1-utf16"];
const nestingMost = 2;

class ComponentMaker {
  readonly builder: ComponentBuilder;
  readonly #random: Random;
  readonly #depth: number;
  readonly #hasGated: boolean;
  readonly #types: { readonly index: number; readonly signature: Signature }[] = [];
  readonly #funcs: KnownFunc[] = [];
  readonly #resources: number[] = [];
  readonly #instances: { readonly index: number; readonly funcs: readonly string[] }[] = [];
  #library: CoreLibrary | undefined;
  #names = 0;

  constructor(random: Random, { depth, hasGated }: { readonly depth: number; readonly hasGated: boolean }) {
    this.#random = random;
    this.#depth = depth;
    this.#hasGated = hasGated;
    // What is imported may only name types that are imported.
    this.builder = new ComponentBuilder("import");
  }

  make(): ComponentBuilder {
    for (let count = 1 + this.#random(8); count > 0; count -= 1) this.#step();
    return this.builder;
  }

  #step(): void {
    const steps = [
      () => this.#funcType(),
      () => this.#importFunc(),
      () => this.#importFunc(),
      () => this.#lift(),
      () => this.#lift(),
      () => this.#lower(),
      () => this.#resource(),
      () => this.#importInstance(),
      () => this.#importComponent(),
      () => this.#inlineInstance(),
      () => this.#aliasFunc(),
      () => this.#nested(),
      () => this.#exportFunc(),
    ];
    pick(this.#random, steps)();
  }

  #name(): string {
    this.#names += 1;
    const kind = this.#random(6);
    if (kind === 0) return `test:pkg-${this.#names}/face`;
    if (kind === 1)
      return `test:pkg/face-n${this.#names}@1.${this.#names}.0${chance(this.#random, 2) ? "-rc.1+b" : ""}`;
    return kind === 2 ? `NAME${this.#names}` : `name-n${this.#names}`;
  }

  /** Functions and types have plain names or those of interfaces. */
  #plainName(): string {
    this.#names += 1;
    return `item-n${this.#names}`;
  }

  #signature(): Signature {
    const choice = { depth: this.#random(3), hasGated: this.#hasGated };
    const some = (): ValueType => randomType(this.#random, choice);
    return { params: times(this.#random(4), some), result: chance(this.#random, 3) ? undefined : some() };
  }

  #funcType(): { readonly index: number; readonly signature: Signature } {
    if (this.#types.length > 0 && chance(this.#random, 2)) return pick(this.#random, this.#types);
    const signature = this.#signature();
    const made = { index: this.builder.funcType(signature), signature };
    this.#types.push(made);
    return made;
  }

  #importFunc(): KnownFunc {
    const { index: type, signature } = this.#funcType();
    const made = { index: this.builder.importFunc(this.#plainName(), type), type, signature };
    this.#funcs.push(made);
    return made;
  }

  #coreLibrary(): CoreLibrary {
    if (this.#library !== undefined) return this.#library;
    const realloc = {
      export: "realloc",
      params: times(4, () => "i32" as const),
      results: ["i32"] as const,
      code: [0x41, 0],
    };
    const module = this.builder.coreModule(coreModuleTree({ imports: [], bodies: [realloc] }));
    const instance = this.builder.instantiateCore(module, []);
    this.#library = {
      memory: this.builder.aliasCore("memory", instance, "memory"),
      realloc: this.builder.aliasCore("func", instance, "realloc"),
    };
    return this.#library;
  }

  #lift(): void {
    const { index: type, signature } = this.#funcType();
    const { memory, realloc } = this.#coreLibrary();
    const flat = flattenFunc(funcTypeOf(signature), { role: "lift", isAsync: false, hasCallback: false });
    const bodies = [
      { export: "f", ...flat, code: [0x00] },
      { export: "done", params: flat.results, results: [], code: [] },
    ];
    const instance = this.builder.instantiateCore(this.builder.coreModule(coreModuleTree({ imports: [], bodies })), []);
    const func = this.builder.aliasCore("func", instance, "f");
    const postReturn = chance(this.#random, 2) ? {} : { postReturn: this.builder.aliasCore("func", instance, "done") };
    const options = { encoding: pick(this.#random, encodings), memory, realloc, ...postReturn };
    this.#funcs.push({ index: this.builder.lift(func, { type, options }), type, signature });
  }

  #lower(): void {
    const { index, signature } = this.#funcs.length > 0 ? pick(this.#random, this.#funcs) : this.#importFunc();
    const { memory, realloc } = this.#coreLibrary();
    const func = this.builder.lower(index, { encoding: pick(this.#random, encodings), memory, realloc });
    const flat = flattenFunc(funcTypeOf(signature), { role: "lower", isAsync: false, hasCallback: false });
    const given = this.builder.coreExports([{ name: "lowered", func }]);
    const module = coreModuleTree({ imports: [{ name: "lowered", ...flat }], bodies: [] });
    this.builder.instantiateCore(this.builder.coreModule(module), [["", given]]);
  }

  #resource(): void {
    const isImported = chance(this.#random, 2);
    const made = isImported ? this.builder.importResource(this.#plainName()) : this.builder.resourceType();
    this.builder.resourceBuiltin("drop", made);
    const resource = isImported ? made : this.#ownResource(made);
    this.#resources.push(resource);
    const own = this.builder.handleType("own", resource);
    const borrow = this.builder.handleType("borrow", resource);
    const type = this.builder.funcTypeOf([borrow, own], chance(this.#random, 2) ? own : undefined);
    if (isImported) this.builder.importFunc(this.#plainName(), type);
  }

  #ownResource(made: number): number {
    this.builder.resourceBuiltin("new", made);
    this.builder.resourceBuiltin("rep", made);
    return this.builder.export({ name: this.#plainName(), sort: "type", index: made });
  }

  /** Declarations of functions without parameters, and of a resource with a method. */
  #declarations(): readonly Tree[] {
    const funcType = row(byte(0x01), byte(0x40), byte(0x00), byte(0x00), byte(0x79));
    const exported = (title: string, type: Tree): Tree => row(byte(0x04), byte(0x00), name(title), type);
    const declared = [
      funcType,
      ...times(1 + this.#random(3), (index) => exported(`m${index}`, row(byte(0x01), number(0)))),
    ];
    if (chance(this.#random, 2)) declared.push(exported("res", row(byte(0x03), byte(0x01))));
    if (chance(this.#random, 3) && this.builder.counts.types > 0) {
      const outer = this.#random(this.builder.counts.types);
      if (!this.#resources.includes(outer))
        declared.push(row(byte(0x02), byte(0x03), byte(0x02), number(1), number(outer)));
    }
    return declared;
  }

  #importInstance(): void {
    const type = this.builder.instanceType(this.#declarations());
    this.#instances.push({ index: this.builder.importInstance(this.#name(), type), funcs: ["m0"] });
  }

  #importComponent(): void {
    const index = this.builder.importComponent(this.#plainName(), this.builder.componentType(this.#declarations()));
    if (chance(this.#random, 2)) return;
    this.#instances.push({ index: this.builder.instantiate(index, []), funcs: ["m0"] });
  }

  #inlineInstance(): void {
    const items = this.#someItems();
    this.#instances.push({ index: this.builder.inlineInstance(items), funcs: items.map((item) => item.name) });
  }

  #someItems(): Item[] {
    const funcs = this.#funcs.slice(0, this.#random(3));
    return funcs.map(({ index }, place) => ({ name: `f${place}`, sort: "func", index }));
  }

  #aliasFunc(): void {
    const instance = this.#instances.find(({ funcs }) => funcs.length > 0);
    const title = instance?.funcs[0];
    if (instance !== undefined && title !== undefined) this.builder.aliasExport("func", instance.index, title);
  }

  #nested(): void {
    if (this.#depth === 0) return;
    const maker = new ComponentMaker(this.#random, { depth: this.#depth - 1, hasGated: this.#hasGated });
    if (this.#types.length > 0 && this.#resources.length === 0 && chance(this.#random, 2)) {
      maker.builder.aliasOuterType(1, pick(this.#random, this.#types).index);
    }
    this.builder.component(maker.make().tree());
  }

  #exportFunc(): void {
    if (this.#funcs.length === 0) return;
    const { index, type, signature } = pick(this.#random, this.#funcs);
    this.#funcs.push({ index: this.builder.export({ name: this.#plainName(), sort: "func", index }), type, signature });
  }
}

const funcTypeOf = ({ params, result }: Signature) =>
  ({
    kind: "func",
    isAsync: false,
    params: params.map((type, index) => ({ label: `p${index}`, type })),
    result,
    hasResource: false,
  }) as const;

/** A tree, so that it can be changed. @param hasGated with types that wasmtime's Python has no setting for */
export function randomComponent(random: Random, hasGated: boolean): Tree {
  return new ComponentMaker(random, { depth: nestingMost, hasGated }).make().tree();
}
