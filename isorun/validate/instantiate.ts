/** Instances (Binary.md, Instance Definitions): what they are made of, checked, and the types that they then have. */
import type { Argument, CoreInstanceRef, CoreSort, InlineExport, SortIndex } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import { aliasOf, type ComponentType, type ExternType, type InstanceType } from "../types/component-types.ts";
import {
  type CoreExternType,
  type CoreImport,
  type CoreInstanceType,
  coreMismatch,
  type ModuleType,
} from "../types/core-types.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch, matchResources } from "../types/subtype.ts";
import { ExternList } from "./extern-list.ts";
import type { Scope } from "./scope.ts";

/** @throws ValidationError */
export function coreInstanceType(scope: Scope, instance: CoreInstanceRef, offset: number): CoreInstanceType {
  if (instance.kind === "exports") return inlineCoreInstance(scope, instance.exports, offset);
  const module = scope.coreModules.at(instance.module, offset);
  const given = new Map<string, CoreInstanceType>();
  for (const { name, instance: index } of instance.arguments) {
    if (given.has(name)) {
      throw new ValidationError(`duplicate module instantiation argument named \`${name}\``, offset);
    }
    given.set(name, scope.coreInstances.at(index, offset));
  }
  checkModuleArguments(module, given, offset);
  return module.exports;
}

/** One module may be instantiated many times with the same instances: each is looked at once under each name. */
const fitting = new WeakMap<ModuleType, WeakMap<CoreInstanceType, Set<string>>>();
const groups = new WeakMap<ModuleType, ReadonlyMap<string, readonly CoreImport[]>>();

function importsByName(module: ModuleType): ReadonlyMap<string, readonly CoreImport[]> {
  const made = groups.get(module) ?? Map.groupBy(module.imports, ({ module: from }) => from);
  groups.set(module, made);
  return made;
}

function checkModuleArguments(module: ModuleType, given: ReadonlyMap<string, CoreInstanceType>, offset: number): void {
  const known = fitting.get(module) ?? new WeakMap<CoreInstanceType, Set<string>>();
  fitting.set(module, known);
  for (const [from, imports] of importsByName(module)) {
    const instance = given.get(from);
    if (instance === undefined) {
      throw new ValidationError(`missing module instantiation argument named \`${from}\``, offset);
    }
    const names = known.get(instance) ?? new Set();
    if (names.has(from)) continue;
    checkImports(imports, instance, offset);
    known.set(instance, names.add(from));
  }
}

function checkImports(imports: readonly CoreImport[], instance: CoreInstanceType, offset: number): void {
  for (const { module: from, name, type } of imports) {
    const found = instance.get(name);
    if (found === undefined) {
      const complaint = `module instantiation argument \`${from}\` does not export an item named \`${name}\``;
      throw new ValidationError(complaint, offset);
    }
    const mismatch = coreMismatch(found, type);
    if (mismatch === undefined) continue;
    const place = `type mismatch for export \`${name}\` of module instantiation argument \`${from}\``;
    throw new ValidationError(`${place}: ${mismatch}`, offset);
  }
}

function inlineCoreInstance(
  scope: Scope,
  exports: readonly { readonly name: string; readonly sort: CoreSort; readonly index: number }[],
  offset: number,
): CoreInstanceType {
  const types = new Map<string, CoreExternType>();
  for (const { name, sort, index } of exports) {
    if (types.has(name)) throw new ValidationError(`export name \`${name}\` already defined`, offset);
    types.set(name, coreItem(scope, { sort, index, offset }));
  }
  return types;
}

function coreItem(
  scope: Scope,
  { sort, index, offset }: { readonly sort: CoreSort; readonly index: number; readonly offset: number },
): CoreExternType {
  if (sort === "func") return scope.coreFuncs.at(index, offset);
  if (sort === "table") return scope.coreTables.at(index, offset);
  if (sort === "memory") return scope.coreMemories.at(index, offset);
  if (sort === "global") return scope.coreGlobals.at(index, offset);
  if (sort === "tag") return scope.coreTags.at(index, offset);
  throw new ValidationError(`a core instance cannot export a core ${sort}`, offset);
}

/** The type of what an index stands for. @throws ValidationError, UnsupportedError */
export function externTypeOf(scope: Scope, { sort, index }: SortIndex, offset: number): ExternType {
  if (sort === "func") return scope.funcs.at(index, offset);
  if (sort === "instance") return scope.instances.at(index, offset);
  if (sort === "component") return scope.components.at(index, offset);
  if (sort === "core module") return scope.coreModules.at(index, offset);
  if (sort === "type") return { kind: "type", type: scope.types.at(index, offset) };
  throw new UnsupportedError(`a ${sort} as an import or export`);
}

/** An instance that is a list of what is there already. @throws ValidationError */
export function inlineInstance(scope: Scope, exports: readonly InlineExport[], offset: number): InstanceType {
  const list = new ExternList("export");
  for (const { name, value } of exports) {
    const type = externTypeOf(scope, value, offset);
    list.add(name, type.kind === "type" ? { kind: "type", type: aliasOf(type.type, name.name) } : type, offset);
  }
  return { kind: "instance", exports: list.types, resources: [] };
}

/** @throws ValidationError */
export function instantiate(
  scope: Scope,
  { component: index, arguments: given }: { readonly component: number; readonly arguments: readonly Argument[] },
  offset: number,
): InstanceType {
  const component = scope.components.at(index, offset);
  const types = new Map<string, ExternType>();
  for (const { name, value } of given) {
    if (types.has(name)) {
      const complaint = `instantiation argument \`${name}\` conflicts with previous argument \`${name}\``;
      throw new ValidationError(complaint, offset);
    }
    types.set(name, externTypeOf(scope, value, offset));
  }
  return instanceOf(scope, { component, types, offset });
}

interface Instantiation {
  readonly component: ComponentType;
  readonly types: ReadonlyMap<string, ExternType>;
  readonly offset: number;
}

/**
 * Imported resources are the given ones from here on, and what the component defines and exports is made anew for each
 * instance.
 * @throws ValidationError, UnsupportedError
 */
function instanceOf(scope: Scope, { component, types, offset }: Instantiation): InstanceType {
  const substitution = new Substitution();
  const open = new Set(component.importedResources.map(({ resource }) => resource));
  matchResources(component.imports, types, { open, substitution });
  for (const [name, wanted] of component.imports) {
    const given = types.get(name);
    if (given === undefined) throw new ValidationError(`missing import named \`${name}\``, offset);
    const mismatch = externMismatch(given, substitution.extern(wanted));
    if (mismatch !== undefined) {
      throw new ValidationError(`type mismatch for import \`${name}\`: ${mismatch}`, offset);
    }
  }
  matchResources(component.imports, types, { open: new Set(), substitution, areTypesGiven: true });
  // What no export names is not made: instances of instances of… would have more of it than memory holds.
  substitution.setFresh(component.definedResources);
  const exports = substitution.externs(component.exports);
  scope.spend(substitution.looks);
  for (const resource of substitution.made) scope.definedResources.push(resource);
  return { kind: "instance", exports, resources: [] };
}
