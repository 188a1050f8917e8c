/**
 * Puts resources and named types in the place of others, throughout a type. What holds none of them is left as it is,
 * and what is met twice is rewritten once: names keep their identity.
 */
import {
  type AnyType,
  type ComponentType,
  type ExternType,
  type FuncType,
  type InstanceType,
  isValueType,
  newResource,
  type Resource,
  type ResourceType,
  type ValueShape,
  type ValueType,
} from "./component-types.ts";
import { makeValueType, partsOf } from "./value-type.ts";

export class Substitution {
  readonly #resources = new Map<Resource, Resource>();
  readonly #types = new Map<AnyType, AnyType>();
  readonly #rewritten = new Map<AnyType, AnyType>();
  #generative: ReadonlySet<Resource> = new Set();
  readonly #made: Resource[] = [];
  #looks = 0;

  /** How many types and items were looked at so far. */
  get looks(): number {
    return this.#looks;
  }

  set(from: Resource, to: Resource): void {
    if (from !== to) this.#resources.set(from, to);
    this.#rewritten.clear();
  }

  /** For uses of a type that was imported: from now on they mean the type that was given. */
  setType(from: AnyType, to: AnyType): void {
    if (from !== to) this.#types.set(from, to);
    this.#rewritten.clear();
  }

  /** In the place of each of these stands a fresh one, made when something is met that names it. */
  setFresh(resources: ReadonlySet<Resource>): void {
    this.#generative = resources;
    this.#rewritten.clear();
  }

  /** The fresh ones, so far. */
  get made(): readonly Resource[] {
    return this.#made;
  }

  resource(resource: Resource): Resource {
    const known = this.#resources.get(resource);
    if (known !== undefined || !this.#generative.has(resource)) return known ?? resource;
    const own = newResource();
    this.#resources.set(resource, own);
    this.#made.push(own);
    return own;
  }

  get #isEmpty(): boolean {
    return this.#resources.size === 0 && this.#types.size === 0 && this.#generative.size === 0;
  }

  extern(type: ExternType): ExternType {
    if (type.kind === "core module" || this.#isEmpty) return type;
    this.#looks += 1;
    if (type.kind === "type") {
      const inner = this.any(type.type);
      return inner === type.type ? type : { kind: "type", type: inner };
    }
    return this.any(type) as ExternType; // the kind stays
  }

  any(type: AnyType): AnyType {
    this.#looks += 1;
    const known = this.#types.get(type) ?? this.#rewritten.get(type);
    if (known !== undefined) return known;
    const made = this.#rewrite(type);
    this.#rewritten.set(type, made);
    return made;
  }

  #rewrite(type: AnyType): AnyType {
    if (type.kind === "resource") return this.#resourceType(type);
    if (isValueType(type)) return this.#valueType(type);
    if (type.kind === "func") return type.hasResource || this.#types.size > 0 ? this.#func(type) : type;
    return type.kind === "instance" ? this.#instance(type) : this.#component(type);
  }

  #resourceType(type: ResourceType): ResourceType {
    const resource = this.resource(type.resource);
    return resource === type.resource ? type : { ...type, resource };
  }

  #valueType(type: ValueType): ValueType {
    if (!type.hasResource && this.#types.size === 0) return type;
    const shape = this.#shape(type);
    const isHandle = shape.kind === "own" || shape.kind === "borrow";
    const parts = partsOf(type);
    const isSame = isHandle ? this.#keepsHandle(type) : partsOf(shape).every((part, index) => part === parts[index]);
    if (isSame) return type;
    const made = makeValueType(shape);
    return type.name === undefined ? made : { ...made, name: type.name };
  }

  #keepsHandle(type: ValueType): boolean {
    return (type.kind === "own" || type.kind === "borrow") && this.any(type.resource) === type.resource;
  }

  #value(type: ValueType): ValueType {
    return this.any(type) as ValueType; // the kind stays
  }

  #optional(type: ValueType | undefined): ValueType | undefined {
    return type === undefined ? undefined : this.#value(type);
  }

  #shape(type: ValueType): ValueShape {
    if (type.kind === "own" || type.kind === "borrow") {
      return { kind: type.kind, resource: this.any(type.resource) as ResourceType }; // the kind stays
    }
    if (type.kind === "record") {
      return { kind: "record", fields: type.fields.map((field) => ({ ...field, type: this.#value(field.type) })) };
    }
    if (type.kind === "variant") {
      return { kind: "variant", cases: type.cases.map((each) => ({ ...each, type: this.#optional(each.type) })) };
    }
    if (type.kind === "tuple") return { kind: "tuple", types: type.types.map((each) => this.#value(each)) };
    if (type.kind === "option") return { kind: "option", type: this.#value(type.type) };
    if (type.kind === "result") {
      return { kind: "result", ok: this.#optional(type.ok), error: this.#optional(type.error) };
    }
    if (type.kind === "list") return { kind: "list", element: this.#value(type.element) };
    if (type.kind === "fixed-list") return { ...type, element: this.#value(type.element) };
    if (type.kind === "map") return { kind: "map", key: this.#value(type.key), value: this.#value(type.value) };
    if (type.kind === "stream" || type.kind === "future") {
      return { kind: type.kind, element: this.#optional(type.element) };
    }
    return type;
  }

  #func(type: FuncType): FuncType {
    const result = this.#optional(type.result);
    const isSame = result === type.result && type.params.every((param) => this.#value(param.type) === param.type);
    if (isSame) return type;
    return { ...type, params: type.params.map((param) => ({ ...param, type: this.#value(param.type) })), result };
  }

  /** The same list where nothing in it is another one: many instances of a component have one. */
  externs(types: ReadonlyMap<string, ExternType>): ReadonlyMap<string, ExternType> {
    if (this.#isEmpty) return types;
    let isSame = true;
    const rewritten = new Map<string, ExternType>();
    for (const [name, type] of types) {
      const own = this.extern(type);
      isSame &&= own === type;
      rewritten.set(name, own);
    }
    return isSame ? types : rewritten;
  }

  #instance(type: InstanceType): InstanceType {
    const exports = this.externs(type.exports);
    const resources = type.resources.map((each) => this.resource(each));
    const isSame = exports === type.exports && resources.every((each, index) => each === type.resources[index]);
    return isSame ? type : { ...type, exports, resources };
  }

  #component(type: ComponentType): ComponentType {
    const imports = this.externs(type.imports);
    const exports = this.externs(type.exports);
    return imports === type.imports && exports === type.exports ? type : { ...type, imports, exports };
  }
}

/**
 * The type with fresh resources in the place of those that it introduces itself.
 * @param onLooks is told what that took
 */
export function freshInstance(type: InstanceType, onLooks: (looks: number) => void): InstanceType {
  if (type.resources.length === 0) return type;
  const substitution = new Substitution();
  for (const resource of type.resources) substitution.set(resource, newResource());
  const fresh = substitution.any(type) as InstanceType; // the kind stays
  onLooks(substitution.looks);
  return fresh;
}
