/** Declarations: bodies of component types and instance types, and what imports and exports say of themselves. */
import type { Declaration, ExternName, ExternTypeRef, TypeRef } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import {
  type AnyType,
  aliasOf,
  type ExternType,
  externKindOf,
  newResource,
  openResourcesOf,
  type Resource,
} from "../types/component-types.ts";
import { freshInstance } from "../types/substitute.ts";
import { extentOf, extentProblem } from "../types/type-extent.ts";
import { addAlias } from "./alias.ts";
import { defineCoreType } from "./define-core-type.ts";
import { definePlainType } from "./define-type.ts";
import { Scope } from "./scope.ts";

/** @throws ValidationError, UnsupportedError */
export function defineType(scope: Scope, type: TypeRef, offset: number): AnyType {
  const made = makeType(scope, type, offset);
  const problem = extentProblem(extentOf(made));
  if (problem !== undefined) throw new ValidationError(problem, offset);
  return made;
}

function makeType(scope: Scope, type: TypeRef, offset: number): AnyType {
  if (type.kind === "component") {
    return declareAll(new Scope("component type", scope), type.declarations).componentType();
  }
  if (type.kind === "instance") return declareAll(new Scope("instance type", scope), type.declarations).instanceType();
  return definePlainType(scope, type, offset);
}

function declareAll(scope: Scope, declarations: readonly Declaration[]): Scope {
  for (const declaration of declarations) {
    const { offset } = declaration;
    if (declaration.kind === "core type") defineCoreType(scope, declaration.type, offset);
    else if (declaration.kind === "type") scope.types.push(defineType(scope, declaration.type, offset));
    else if (declaration.kind === "alias") addAlias(scope, declaration.alias, offset);
    else declareExtern(scope, { role: declaration.kind, name: declaration.name, type: declaration.type, offset });
  }
  return scope;
}

interface ExternDeclaration {
  readonly role: "import" | "export";
  readonly name: ExternName;
  readonly type: ExternTypeRef;
  readonly offset: number;
}

/** An import of a component, or an import or export of a type: what it is, is what it says. @throws ValidationError */
export function declareExtern(scope: Scope, { role, name, type: ref, offset }: ExternDeclaration): void {
  const type = named(resolveExternType(scope, ref, offset), name.name);
  if (type.kind === "instance") {
    const own = freshInstance(type, (looks) => scope.spend(looks));
    for (const { resource, path } of openResourcesOf(own))
      introduce(scope, { role, resource, path: [name.name, ...path] });
    addExtern(scope, { role, name, type: { ...own, resources: [] }, offset });
    return;
  }
  const isFresh = ref.kind === "type" && ref.bound.kind === "sub";
  if (isFresh && type.kind === "type" && type.type.kind === "resource") {
    introduce(scope, { role, resource: type.type.resource, path: [name.name] });
  }
  addExtern(scope, { role, name, type, offset });
}

/** What an extern type says, as a type of this scope. @throws ValidationError, UnsupportedError */
export function resolveExternType(scope: Scope, ref: ExternTypeRef, offset: number): ExternType {
  if (ref.kind === "value") throw new UnsupportedError("importing and exporting values");
  if (ref.kind === "core module") {
    const found = scope.coreTypes.at(ref.type, offset);
    if (found.kind === "core module") return found;
    throw new ValidationError(`core type index ${ref.type} is not a module type`, offset);
  }
  if (ref.kind !== "type") return typeOfKind(scope, ref, offset);
  if (ref.bound.kind === "sub") return { kind: "type", type: { kind: "resource", resource: newResource() } };
  return { kind: "type", type: scope.types.at(ref.bound.type, offset) };
}

/** Of a type, an object of its own by this name. */
export const named = (type: ExternType, name: string): ExternType =>
  type.kind === "type" ? { kind: "type", type: aliasOf(type.type, name) } : type;

const articles = { func: "a function", instance: "an instance", component: "a component" } as const;

function typeOfKind(
  scope: Scope,
  { kind, type: index }: { readonly kind: "func" | "component" | "instance"; readonly type: number },
  offset: number,
): ExternType {
  const type: AnyType = scope.types.at(index, offset);
  if (type.kind === kind) return type;
  throw new ValidationError(`type index ${index} is not ${articles[kind]} type`, offset);
}

interface Introduced {
  readonly role: "import" | "export";
  readonly resource: Resource;
  readonly path: readonly string[];
}

/**
 * Resources that come with an import or a declared export are this scope's from now on: a fresh one for `(sub
 * resource)`, and one for each that an instance type leaves open.
 */
function introduce(scope: Scope, { role, resource, path }: Introduced): void {
  if (role === "import") scope.importedResources.push({ resource, path });
  else scope.definedResources.push(resource);
}

/** Adds a name to the imports or exports, and what it names to its index space. @throws ValidationError */
export function addExtern(
  scope: Scope,
  { role, name, type, offset }: { role: "import" | "export"; name: ExternName; type: ExternType; offset: number },
): void {
  // An instance type may use what it does not name: that is judged where something has the type.
  if (scope.kind !== "instance type" && !scope.named.register(type, role)) {
    throw new ValidationError(`${externKindOf(type)} not valid to be used as ${role}`, offset);
  }
  scope.push(type);
  scope[role === "import" ? "imports" : "exports"].add(name, type, offset);
}
