/**
 * Types of components, resolved: references are objects. A type that is exported or imported gets an object of its own
 * (an alias with the same structure), because validation asks which *names* a type has; equality is structural, and
 * resources are equal only if they are the same object.
 */
import type { Primitive } from "../decode/ast.ts";
import type { ModuleType } from "./core-types.ts";

/** One resource type, generative: each definition, import or instantiation makes another. */
export interface Resource {
  readonly id: number;
}

let resourcesMade = 0;

export function newResource(): Resource {
  resourcesMade += 1;
  return { id: resourcesMade };
}

interface Nameable {
  /** What the import or export is called which this object stands for: where types are used, messages say it. */
  readonly name?: string;
}

/** What stands in an index space for a resource; exports of it are objects of their own. */
export interface ResourceType extends Nameable {
  readonly kind: "resource";
  readonly resource: Resource;
}

/** Of a record. */
export interface Field {
  readonly label: string;
  readonly type: ValueType;
}

/** Of a variant. */
export interface Case {
  readonly label: string;
  readonly type: ValueType | undefined;
}

/** What there is to walk in a type with all that it names written out, and how deep it goes; 1 for what has no parts. */
export interface Extent {
  readonly size: number;
  readonly depth: number;
}

interface OfValueType extends Nameable {
  /** Handles stand in it, however deep: it has to be rewritten when resources are substituted. */
  readonly hasResource: boolean;
  readonly hasBorrow: boolean;
  /** Streams, futures or error contexts stand in it. */
  readonly hasAsync: boolean;
  /** Bytes that a value takes in a memory with addresses of 64 bits, the larger ones; capped beyond what is allowed. */
  readonly size64: number;
  readonly align64: number;
  readonly extent: Extent;
}

type Shape =
  | { readonly kind: "primitive"; readonly primitive: Primitive }
  | { readonly kind: "record"; readonly fields: readonly Field[] }
  | { readonly kind: "variant"; readonly cases: readonly Case[] }
  | { readonly kind: "list"; readonly element: ValueType }
  | { readonly kind: "fixed-list"; readonly element: ValueType; readonly length: number }
  | { readonly kind: "tuple"; readonly types: readonly ValueType[] }
  | { readonly kind: "flags"; readonly labels: readonly string[] }
  | { readonly kind: "enum"; readonly labels: readonly string[] }
  | { readonly kind: "option"; readonly type: ValueType }
  | { readonly kind: "result"; readonly ok: ValueType | undefined; readonly error: ValueType | undefined }
  | { readonly kind: "own"; readonly resource: ResourceType }
  | { readonly kind: "borrow"; readonly resource: ResourceType }
  | { readonly kind: "stream"; readonly element: ValueType | undefined }
  | { readonly kind: "future"; readonly element: ValueType | undefined }
  | { readonly kind: "map"; readonly key: ValueType; readonly value: ValueType };

export type ValueShape = Shape;
/** The type of what is passed to a function, or returned. */
export type ValueType = Shape & OfValueType;
export type ValueTypeOf<K extends Shape["kind"]> = ValueType & { readonly kind: K };

/** Of a function. */
export interface Param {
  readonly label: string;
  readonly type: ValueType;
}

/** The type of a function. */
export interface FuncType {
  readonly kind: "func";
  readonly isAsync: boolean;
  readonly params: readonly Param[];
  readonly result: ValueType | undefined;
  readonly hasResource: boolean;
}

/** The type of an interface. */
export interface InstanceType {
  readonly kind: "instance";
  readonly exports: ReadonlyMap<string, ExternType>;
  /** Resources that the type itself introduces: an instance of it has others in their place. */
  readonly resources: readonly Resource[];
}

/** The type of a component that is imported or exported. */
export interface ComponentType {
  readonly kind: "component";
  readonly imports: ReadonlyMap<string, ExternType>;
  readonly exports: ReadonlyMap<string, ExternType>;
  /** Each with the names that lead to it: an import, and exports of instances below it. */
  readonly importedResources: readonly { readonly resource: Resource; readonly path: readonly string[] }[];
  /** What each instance has of its own: defined inside, or exported by what it instantiates. */
  readonly definedResources: ReadonlySet<Resource>;
}

/** What the type index space of a component holds. */
export type AnyType = ValueType | FuncType | InstanceType | ComponentType | ResourceType;

/** What an import, an export or an argument is. */
export type ExternType =
  | FuncType
  | InstanceType
  | ComponentType
  | ModuleType
  | { readonly kind: "type"; readonly type: AnyType };

/** As messages name the kind of an extern type. */
export const externKindOf = (type: ExternType): string => (type.kind === "core module" ? "module" : type.kind);

export const isValueType = (type: AnyType): type is ValueType =>
  type.kind !== "func" && type.kind !== "instance" && type.kind !== "component" && type.kind !== "resource";

/** Another object for the same type, with a name of its own. */
export const aliasOf = <T extends AnyType>(type: T, name: string): T => ({ ...type, name });

interface FoundResource {
  readonly resource: Resource;
  readonly path: readonly string[];
}

/** Resources that an instance of this type would have of its own, each with the names that lead to it first. */
export function openResourcesOf(type: InstanceType): readonly FoundResource[] {
  const search = { open: new Set(type.resources), seen: new Set<InstanceType["exports"]>(), found: [] };
  collectResources(type.exports, [], search);
  return search.found;
}

interface ResourceSearch {
  readonly open: Set<Resource>;
  /** Lists that were walked: a type may name another one twice, level by level. */
  readonly seen: Set<InstanceType["exports"]>;
  readonly found: FoundResource[];
}

function collectResources(exports: InstanceType["exports"], path: readonly string[], search: ResourceSearch): void {
  const { open, seen, found } = search;
  if (open.size === 0 || seen.has(exports)) return;
  seen.add(exports);
  for (const [name, type] of exports) {
    if (type.kind === "type" && type.type.kind === "resource" && open.delete(type.type.resource)) {
      found.push({ resource: type.type.resource, path: [...path, name] });
    }
    if (type.kind === "instance") collectResources(type.exports, [...path, name], search);
  }
}
