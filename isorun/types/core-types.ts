/**
 * Types of core modules and of what they import and export, as components compare them (WebAssembly 3.0, 3.4 Matching).
 */
import type { CoreFuncType, CoreRefType, CoreSubType, CoreValType, Limits } from "../decode/ast.ts";
import { isBelow, isHeapBelow } from "./core-matching.ts";
import { type CoreTypeKey, type CoreTypeRank, keyOfText } from "./core-type-key.ts";

/** What an import or an export of a core module is. */
export type CoreExternType =
  | {
      readonly kind: "func" | "tag";
      readonly type: CoreFuncType;
      /** The same for equal types only. Indices in `type` are those of the space that it was defined in. */
      readonly key: CoreTypeKey;
    }
  | { readonly kind: "table"; readonly element: CoreRefType; readonly elementKey: CoreTypeKey; readonly limits: Limits }
  | { readonly kind: "memory"; readonly limits: Limits; readonly pageSizeLog2: number }
  | { readonly kind: "global"; readonly type: CoreValType; readonly key: CoreTypeKey; readonly isMutable: boolean };

/** An import of a core module. */
export interface CoreImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternType;
}

/** Tells imports apart: names may be any text, so that no separator would do. */
export const importKey = ({ module, name }: Omit<CoreImport, "type">): string => `${module.length} ${module}${name}`;

/** The type of a core module that is imported or exported. */
export interface ModuleType {
  readonly kind: "core module";
  readonly imports: readonly CoreImport[];
  readonly exports: ReadonlyMap<string, CoreExternType>;
}

export type CoreInstanceType = ReadonlyMap<string, CoreExternType>;

export interface DefinedCoreType {
  readonly kind: "core type";
  readonly type: CoreSubType;
  readonly key: CoreTypeKey;
  /** Whose indices stand in `type`. */
  readonly home: CoreTypeSpace;
}

/** The types of one module, module type or component, by index. */
export class CoreTypeSpace {
  /** A module type has an index too, but is no type for others to name. */
  readonly #items: (DefinedCoreType | undefined)[] = [];

  get size(): number {
    return this.#items.length;
  }

  at(index: number): CoreSubType | undefined {
    return this.#items[index]?.type;
  }

  definedAt(index: number): DefinedCoreType | undefined {
    return this.#items[index];
  }

  keyAt(index: number): CoreTypeKey {
    return this.#items[index]?.key ?? keyOfText(() => `unknown ${index}`);
  }

  addModuleType(): void {
    this.#items.push(undefined);
  }

  /** One more index for a type of another space. */
  addAlias(type: DefinedCoreType): void {
    this.#items.push(type);
  }

  /**
   * Types are equal if their recursion groups are, and they stand at the same place in them (3.3.10, rolling): indices
   * into the group count from its beginning.
   */
  addGroup(group: readonly CoreSubType[]): void {
    const start = this.#items.length;
    const end = start + group.length;
    const textOf = (part: (key: CoreTypeKey) => string) => {
      const heapKey = (index: number): string =>
        index >= start && index < end ? `rec.${index - start}` : part(this.keyAt(index));
      return group.map((type) => subTypeKey(type, heapKey)).join("|");
    };
    const [alone] = group;
    if (alone !== undefined && group.length === 1) {
      this.#items.push({ kind: "core type", type: alone, key: keyOfText(textOf, this.#rankOf(alone)), home: this });
      return;
    }
    const whole = keyOfText(textOf);
    for (const [place, type] of group.entries()) {
      const key = keyOfText((part) => `${place}@${part(whole)}`, this.#rankOf(type));
      this.#items.push({ kind: "core type", type, key, home: this });
    }
  }

  #rankOf({ isFinal, supertypes: [first], type }: CoreSubType): CoreTypeRank {
    return { composite: type.kind, isFinal, supertype: first === undefined ? undefined : this.keyAt(first) };
  }

  valKey(type: CoreValType): CoreTypeKey {
    return keyOfText((part) => valTypeKey(type, (index) => part(this.keyAt(index))));
  }
}

function subTypeKey({ isFinal, supertypes, type }: CoreSubType, heapKey: (index: number) => string): string {
  const head =
    isFinal && supertypes.length === 0 ? "" : `sub${isFinal ? " final" : ""} ${supertypes.map(heapKey).join(" ")} `;
  if (type.kind === "func") {
    const list = (types: readonly CoreValType[]) => types.map((each) => valTypeKey(each, heapKey)).join(" ");
    return `${head}(func (${list(type.params)}) (${list(type.results)}))`;
  }
  const fields = type.kind === "array" ? [type.element] : type.fields;
  const texts = fields.map(({ type: field, isMutable }) => {
    const text = field === "i8" || field === "i16" ? field : valTypeKey(field, heapKey);
    return isMutable ? `mut ${text}` : text;
  });
  return `${head}(${type.kind} ${texts.join(" ")})`;
}

function valTypeKey(type: CoreValType, heapKey: (index: number) => string): string {
  if (typeof type === "string") return type;
  return `(ref ${type.isNullable ? "null " : ""}${typeof type.heap === "string" ? type.heap : heapKey(type.heap)})`;
}

/** As messages name it: `funcref`, `i32`. */
export function formatCoreValType(type: CoreValType): string {
  if (typeof type === "string") return type;
  if (type.isNullable && typeof type.heap === "string") return `${type.heap}ref`;
  return `(ref ${type.isNullable ? "null " : ""}${type.heap})`;
}

export const defaultPageSizeLog2 = 16;

export const pageSizeLog2Of = (given: number | undefined): number => given ?? defaultPageSizeLog2;

/**
 * Whether a type of numbers alone is final, below no other and no part of a larger recursion group: the one that a
 * signature stands for, and that functions have which we generate.
 */
export const isPlainFunc = ({ rank, parts }: CoreTypeKey): boolean => rank?.isFinal === true && parts.length === 0;

/** Why `actual` cannot stand where `expected` is asked for; undefined if it can. */
export function coreMismatch(actual: CoreExternType, expected: CoreExternType): string | undefined {
  if (actual.kind !== expected.kind) return `expected ${expected.kind}, found ${actual.kind}`;
  const mismatch = comparers[expected.kind] as (a: CoreExternType, b: CoreExternType) => string | undefined; // same kind
  return mismatch(actual, expected);
}

type Of<K extends CoreExternType["kind"]> = CoreExternType & { readonly kind: K };

const comparers = {
  func: (actual: Of<"func">, expected: Of<"func">) =>
    isBelow(actual.key, expected.key) ? undefined : signatureMismatch(actual, expected),
  // Who throws and who catches both have the tag: its type is the same for both.
  tag: (actual: Of<"tag">, expected: Of<"tag">) =>
    actual.key === expected.key ? undefined : signatureMismatch(actual, expected),
  table: tableMismatch,
  memory: memoryMismatch,
  global: globalMismatch,
};

function signatureMismatch(actual: Of<"func" | "tag">, expected: Of<"func" | "tag">): string {
  const [found, wanted] = [formatCoreSignature("func", actual), formatCoreSignature("func", expected)];
  return `expected: ${wanted}, found: ${found === wanted ? "another " : ""}${found}`;
}

/** @param word of the text format, in front of the parameters */
export function formatCoreSignature(word: "func" | "tag", { type, key: { rank } }: Of<"func" | "tag">): string {
  const text = formatCoreFunc(word, type);
  if (rank === undefined || (rank.isFinal && rank.supertype === undefined)) return text;
  return `(sub${rank.isFinal ? " final" : ""}${rank.supertype === undefined ? "" : " …"} ${text})`;
}

function formatCoreFunc(word: string, { params, results }: CoreFuncType): string {
  const list = (part: string, types: readonly CoreValType[]) =>
    types.length === 0 ? "" : ` (${part} ${types.map(formatCoreValType).join(" ")})`;
  return `(${word}${list("param", params)}${list("result", results)})`;
}

function tableMismatch(actual: Of<"table">, expected: Of<"table">): string | undefined {
  if (actual.elementKey !== expected.elementKey) {
    return `expected table element type ${formatCoreValType(expected.element)}, found ${formatCoreValType(actual.element)}`;
  }
  if (actual.limits.is64 !== expected.limits.is64) return "mismatch in index type used for tables";
  return limitsFit(actual.limits, expected.limits) ? undefined : "mismatch in table limits";
}

function memoryMismatch(actual: Of<"memory">, expected: Of<"memory">): string | undefined {
  if (actual.limits.isShared !== expected.limits.isShared) return "mismatch in the shared flag for memories";
  if (actual.limits.is64 !== expected.limits.is64) return "mismatch in index type used for memories";
  if (actual.pageSizeLog2 !== expected.pageSizeLog2) return "mismatch in custom page size for memories";
  return limitsFit(actual.limits, expected.limits) ? undefined : "mismatch in memory limits";
}

function limitsFit(actual: Limits, expected: Limits): boolean {
  if (actual.minimum < expected.minimum) return false;
  if (expected.maximum === undefined) return true;
  return actual.maximum !== undefined && actual.maximum <= expected.maximum;
}

function globalMismatch(actual: Of<"global">, expected: Of<"global">): string | undefined {
  if (actual.isMutable !== expected.isMutable) return "global types differ in mutability";
  if (actual.key === expected.key || (!actual.isMutable && isValueBelow(actual, expected))) return undefined;
  return `expected global type ${formatCoreValType(expected.type)}, found ${formatCoreValType(actual.type)}`;
}

function isValueBelow(actual: Of<"global">, expected: Of<"global">): boolean {
  if (typeof actual.type === "string" || typeof expected.type === "string") return false;
  if (actual.type.isNullable && !expected.type.isNullable) return false;
  return isHeapBelow(heapOf(actual.type, actual.key), heapOf(expected.type, expected.key));
}

const heapOf = ({ heap }: CoreRefType, { parts: [defined] }: CoreTypeKey): string | CoreTypeKey =>
  typeof heap === "string" || defined === undefined ? String(heap) : defined;
