/**
 * Writes components as trees, definition by definition, and counts what is in which index space (Binary.md of the
 * component model). It writes what it is told to: that the result is valid is up to its caller.
 */
import type { ValueType } from "../../isorun/types/component-types.ts";
import { byte, bytes, list, name, number, row, sized, type Tree, typeIndex } from "./tree.ts";

const sectionIds = {
  coreModule: 1,
  coreInstance: 2,
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canon: 8,
  import: 10,
  export: 11,
} as const;

const primitiveCodes: Readonly<Record<string, number>> = {
  bool: 0x7f,
  s8: 0x7e,
  u8: 0x7d,
  s16: 0x7c,
  u16: 0x7b,
  s32: 0x7a,
  u32: 0x79,
  s64: 0x78,
  u64: 0x77,
  f32: 0x76,
  f64: 0x75,
  char: 0x74,
  string: 0x73,
};

/** As indices stand in files. */
export const sorts = { func: 1, type: 3, component: 4, instance: 5 } as const;
export type SortName = keyof typeof sorts;

export type Encoding = "utf8" | "utf16" | "latin1-utf16";
const encodings: Readonly<Record<Encoding, number>> = { utf8: 0x00, utf16: 0x01, "latin1-utf16": 0x02 };

export interface Options {
  readonly encoding?: Encoding;
  readonly memory?: number;
  readonly realloc?: number;
  readonly postReturn?: number;
}

export interface Signature {
  readonly params: readonly ValueType[];
  readonly result: ValueType | undefined;
}

export interface Item {
  readonly name: string;
  readonly sort: SortName;
  readonly index: number;
}

export type CoreSortName = "func" | "memory";
const coreSorts: Readonly<Record<CoreSortName, number>> = { func: 0x00, memory: 0x02 };

/** Indices are those that the next definition of its sort gets. */
export class ComponentBuilder {
  readonly #sections: { readonly id: number; readonly items: Tree[] }[] = [];
  readonly counts = {
    types: 0,
    funcs: 0,
    instances: 0,
    components: 0,
    coreModules: 0,
    coreInstances: 0,
    coreFuncs: 0,
    coreMemories: 0,
  };
  /** Types by the objects that they were made from: each is defined once. */
  readonly #defined = new Map<ValueType, number>();
  readonly #named: (readonly [string, number])[] = [];
  readonly #naming: "import" | "export";

  /** @param naming how types get the names that validation asks for */
  constructor(naming: "import" | "export" = "export") {
    this.#naming = naming;
  }

  /** Names of the types that were given one, and their indices. */
  get named(): readonly (readonly [string, number])[] {
    return this.#named;
  }

  tree(): Tree {
    const sections = this.#sections.map(({ id, items }) =>
      row(byte(id), sized(id === sectionIds.coreModule || id === sectionIds.component ? row(...items) : list(items))),
    );
    return row(bytes(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00), ...sections);
  }

  /** Sections of one kind that follow each other are one. */
  #add(kind: keyof typeof sectionIds, item: Tree): void {
    const id = sectionIds[kind];
    const last = this.#sections.at(-1);
    const isWhole = kind === "coreModule" || kind === "component";
    if (last?.id === id && !isWhole) last.items.push(item);
    else this.#sections.push({ id, items: [item] });
  }

  #next(space: keyof ComponentBuilder["counts"]): number {
    this.counts[space] += 1;
    return this.counts[space] - 1;
  }

  #type(definition: Tree): number {
    this.#add("type", definition);
    return this.#next("types");
  }

  /** A type as it is referred to: the code of a primitive, or an index. */
  valueType(type: ValueType): Tree {
    if (type.kind === "primitive") return byte(primitiveCodes[type.primitive] ?? 0);
    const known = this.#defined.get(type) ?? this.#define(type);
    this.#defined.set(type, known);
    return typeIndex(known);
  }

  #define(type: ValueType): number {
    const definition = this.#definition(type);
    const index = this.#type(definition);
    const isAnonymous = ["list", "fixed-list", "map", "tuple", "option", "result"].includes(type.kind);
    return isAnonymous ? index : this.#nameType(index);
  }

  #nameType(index: number): number {
    const title = `t${this.#named.length}`;
    const named =
      this.#naming === "export"
        ? this.export({ name: title, sort: "type", index })
        : this.#import(title, row(byte(0x03), byte(0x00), number(index)), "types");
    this.#named.push([title, named]);
    return named;
  }

  #definition(type: ValueType): Tree {
    const maybe = (part: ValueType | undefined): Tree =>
      part === undefined ? byte(0x00) : row(byte(0x01), this.valueType(part));
    if (type.kind === "list") return row(byte(0x70), this.valueType(type.element));
    if (type.kind === "fixed-list") return row(byte(0x67), this.valueType(type.element), number(type.length));
    if (type.kind === "map") return row(byte(0x63), this.valueType(type.key), this.valueType(type.value));
    if (type.kind === "tuple") return row(byte(0x6f), list(type.types.map((part) => this.valueType(part))));
    if (type.kind === "option") return row(byte(0x6b), this.valueType(type.type));
    if (type.kind === "result") return row(byte(0x6a), maybe(type.ok), maybe(type.error));
    if (type.kind === "flags") return row(byte(0x6e), list(type.labels.map(name)));
    if (type.kind === "enum") return row(byte(0x6d), list(type.labels.map(name)));
    if (type.kind === "record") {
      return row(byte(0x72), list(type.fields.map((field) => row(name(field.label), this.valueType(field.type)))));
    }
    if (type.kind !== "variant") throw new Error(`no definition of ${type.kind} is written here`);
    const cases = type.cases.map((each) => row(name(each.label), maybe(each.type), byte(0x00)));
    return row(byte(0x71), list(cases));
  }

  funcType({ params, result }: Signature): number {
    const given = params.map((type, index) => row(name(`p${index}`), this.valueType(type)));
    const results = result === undefined ? bytes(0x01, 0x00) : row(byte(0x00), this.valueType(result));
    return this.#type(row(byte(0x40), list(given), results));
  }

  /** A resource that is represented by an i32; one with a destructor names a core function. */
  resourceType(destructor?: number): number {
    const drop = destructor === undefined ? byte(0x00) : row(byte(0x01), number(destructor));
    return this.#type(row(byte(0x3f), byte(0x7f), drop));
  }

  handleType(kind: "own" | "borrow", resource: number): number {
    return this.#type(row(byte(kind === "own" ? 0x69 : 0x68), number(resource)));
  }

  /** A function of types that were defined by their indices. */
  funcTypeOf(params: readonly number[], result?: number): number {
    const given = params.map((type, index) => row(name(`p${index}`), typeIndex(type)));
    return this.#type(
      row(byte(0x40), list(given), result === undefined ? bytes(0x01, 0x00) : row(byte(0x00), typeIndex(result))),
    );
  }

  /** What an instance must export: declarations as they are in the file. */
  instanceType(declarations: readonly Tree[]): number {
    return this.#type(row(byte(0x42), list(declarations)));
  }

  componentType(declarations: readonly Tree[]): number {
    return this.#type(row(byte(0x41), list(declarations)));
  }

  #import(title: string, type: Tree, space: keyof ComponentBuilder["counts"]): number {
    this.#add("import", row(byte(0x00), name(title), type));
    return this.#next(space);
  }

  importFunc(title: string, type: number): number {
    return this.#import(title, row(byte(0x01), number(type)), "funcs");
  }

  importInstance(title: string, type: number): number {
    return this.#import(title, row(byte(0x05), number(type)), "instances");
  }

  importComponent(title: string, type: number): number {
    return this.#import(title, row(byte(0x04), number(type)), "components");
  }

  /** A resource type that whoever instantiates gives. */
  importResource(title: string): number {
    return this.#import(title, row(byte(0x03), byte(0x01)), "types");
  }

  export({ name: title, sort, index }: Item): number {
    this.#add("export", row(byte(0x00), name(title), byte(sorts[sort]), number(index), byte(0x00)));
    return this.#next(spaces[sort]);
  }

  coreModule(module: Tree): number {
    this.#add("coreModule", module);
    return this.#next("coreModules");
  }

  /** An instance of core functions, for the imports of a module. */
  coreExports(items: readonly { readonly name: string; readonly func: number }[]): number {
    this.#add(
      "coreInstance",
      row(byte(0x01), list(items.map((item) => row(name(item.name), byte(0x00), number(item.func))))),
    );
    return this.#next("coreInstances");
  }

  instantiateCore(module: number, args: readonly (readonly [name: string, instance: number])[]): number {
    const given = args.map(([title, instance]) => row(name(title), byte(0x12), number(instance)));
    this.#add("coreInstance", row(byte(0x00), number(module), list(given)));
    return this.#next("coreInstances");
  }

  aliasCore(sort: CoreSortName, instance: number, title: string): number {
    this.#add("alias", row(byte(0x00), byte(coreSorts[sort]), byte(0x01), number(instance), name(title)));
    return this.#next(sort === "func" ? "coreFuncs" : "coreMemories");
  }

  aliasExport(sort: SortName, instance: number, title: string): number {
    this.#add("alias", row(byte(sorts[sort]), byte(0x00), number(instance), name(title)));
    return this.#next(spaces[sort]);
  }

  aliasOuterType(count: number, index: number): number {
    this.#add("alias", row(byte(0x03), byte(0x02), number(count), number(index)));
    return this.#next("types");
  }

  lower(func: number, options: Options): number {
    return this.#canon(row(byte(0x01), byte(0x00), number(func), optionList(options)));
  }

  lift(func: number, { type, options }: { readonly type: number; readonly options: Options }): number {
    this.#add("canon", row(byte(0x00), byte(0x00), number(func), optionList(options), number(type)));
    return this.#next("funcs");
  }

  resourceBuiltin(builtin: "new" | "drop" | "rep", resource: number): number {
    return this.#canon(row(byte({ new: 0x02, drop: 0x03, rep: 0x04 }[builtin]), number(resource)));
  }

  #canon(definition: Tree): number {
    this.#add("canon", definition);
    return this.#next("coreFuncs");
  }

  component(nested: Tree): number {
    this.#add("component", nested);
    return this.#next("components");
  }

  instantiate(component: number, args: readonly Item[]): number {
    const given = args.map((item) => row(name(item.name), byte(sorts[item.sort]), number(item.index)));
    this.#add("instance", row(byte(0x00), number(component), list(given)));
    return this.#next("instances");
  }

  inlineInstance(items: readonly Item[]): number {
    const given = items.map((item) => row(byte(0x00), name(item.name), byte(sorts[item.sort]), number(item.index)));
    this.#add("instance", row(byte(0x01), list(given)));
    return this.#next("instances");
  }
}

const spaces = { func: "funcs", type: "types", component: "components", instance: "instances" } as const;

function optionList({ encoding, memory, realloc, postReturn }: Options): Tree {
  const given: Tree[] = [];
  if (encoding !== undefined) given.push(byte(encodings[encoding]));
  if (memory !== undefined) given.push(row(byte(0x03), number(memory)));
  if (realloc !== undefined) given.push(row(byte(0x04), number(realloc)));
  if (postReturn !== undefined) given.push(row(byte(0x05), number(postReturn)));
  return list(given);
}
