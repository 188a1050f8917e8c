/** Aliases (Binary.md, Alias Definitions): one more index for something that is there. */
import type { AliasRef } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import { type AnyType, externKindOf } from "../types/component-types.ts";
import type { CoreExternType } from "../types/core-types.ts";
import { hasFreeResources } from "./free-resources.ts";
import type { Scope } from "./scope.ts";

/** @throws ValidationError, UnsupportedError */
export function addAlias(scope: Scope, alias: AliasRef, offset: number): void {
  if (scope.kind !== "component") checkDeclared(alias, offset);
  if (alias.kind === "export") addExport(scope, alias, offset);
  else if (alias.kind === "core export") addCoreExport(scope, alias, offset);
  else addOuter(scope, alias, offset);
}

/** In types there is nothing but types to alias. */
function checkDeclared(alias: AliasRef, offset: number): void {
  if (alias.kind === "outer") {
    if (alias.sort === "type" || alias.sort === "core type") return;
    throw new ValidationError("outer aliases in type declarations may only refer to types or instances", offset);
  }
  const isAllowed = alias.kind === "export" && (alias.sort === "instance" || alias.sort === "type");
  if (!isAllowed)
    throw new ValidationError("aliases in type declarations may only refer to types or instances", offset);
}

const expectedKinds = {
  "core module": "core module",
  func: "func",
  type: "type",
  component: "component",
  instance: "instance",
} as const;

function addExport(
  scope: Scope,
  { sort, instance, name }: AliasRef & { readonly kind: "export" },
  offset: number,
): void {
  if (sort === "value") throw new UnsupportedError("aliases of values");
  const found = scope.instances.at(instance, offset).exports.get(name);
  if (found === undefined) throw new ValidationError(`instance ${instance} has no export named \`${name}\``, offset);
  if (found.kind !== expectedKinds[sort]) {
    const complaint = `is not a ${sort === "core module" ? "module" : sort}, but a ${externKindOf(found)}`;
    throw new ValidationError(`export \`${name}\` for instance ${instance} ${complaint}`, offset);
  }
  scope.push(found);
}

function addCoreExport(
  scope: Scope,
  { sort, instance, name }: AliasRef & { readonly kind: "core export" },
  offset: number,
): void {
  const found = scope.coreInstances.at(instance, offset).get(name);
  if (found === undefined)
    throw new ValidationError(`core instance ${instance} has no export named \`${name}\``, offset);
  if (found.kind !== sort) {
    throw new ValidationError(`export \`${name}\` for core instance ${instance} is not a ${sort}`, offset);
  }
  pushCore(scope, found);
}

function pushCore(scope: Scope, type: CoreExternType): void {
  if (type.kind === "memory") scope.coreMemories.push(type);
  else if (type.kind === "table") scope.coreTables.push(type);
  else if (type.kind === "global") scope.coreGlobals.push(type);
  else if (type.kind === "tag") scope.coreTags.push(type);
  else scope.coreFuncs.push({ ...type, kind: "func" });
}

function addOuter(scope: Scope, { sort, count, index }: AliasRef & { readonly kind: "outer" }, offset: number): void {
  const target = scope.enclosing(count, offset);
  if (sort === "core module") {
    scope.coreModules.push(target.coreModules.at(index, offset));
  } else if (sort === "core type") {
    scope.coreTypes.push(target.coreTypes.at(index, offset));
  } else {
    const found = sort === "component" ? target.components.at(index, offset) : target.types.at(index, offset);
    checkResources(scope, { found, target, offset });
    if (found.kind === "component" && sort === "component") scope.components.push(found);
    else scope.types.push(found);
  }
}

interface Outer {
  readonly found: AnyType;
  readonly target: Scope;
  readonly offset: number;
}

/**
 * A component is instantiated many times: types from outside cannot name what only one instance has. What its own scopes
 * introduce is new in them, so that a type of an outer scope names none of it.
 */
function checkResources(scope: Scope, { found, target, offset }: Outer): void {
  if (scope.componentLevel <= target.level || !hasFreeResources(found)) return;
  const complaint =
    "cannot alias outer type which transitively refers to resources not defined in the current component";
  throw new ValidationError(complaint, offset);
}
