/** Core types that stand in components: recursion groups, and module types with index spaces of their own. */

import { resolveCoreExternType, unknownType } from "../core-module/core-module.ts";
import type { CoreDeclaration, CoreExternTypeRef, CoreSubType, CoreTypeRef } from "../decode/ast.ts";
import { ValidationError } from "../errors/errors.ts";
import { subTypeProblem } from "../types/core-subtype.ts";
import {
  type CoreExternType,
  type CoreImport,
  CoreTypeSpace,
  importKey,
  type ModuleType,
} from "../types/core-types.ts";
import { unknownTypeIn } from "../types/unknown-type.ts";
import type { Scope } from "./scope.ts";

/** @throws ValidationError */
export function defineCoreType(scope: Scope, type: CoreTypeRef, offset: number): void {
  if (type.kind === "module") scope.coreTypes.push(defineModuleType(scope, type.declarations));
  else addGroup(scope.coreTypes.space, type.types, offset);
}

function defineModuleType(scope: Scope, declarations: readonly CoreDeclaration[]): ModuleType {
  const types = new CoreTypeSpace();
  const imports: CoreImport[] = [];
  const imported = new Set<string>();
  const exports = new Map<string, CoreExternType>();
  for (const declaration of declarations) {
    if (declaration.kind === "type") {
      addGroup(types, declaration.types, declaration.offset);
    } else if (declaration.kind === "alias") {
      addAlias(types, { scope, ...declaration });
    } else if (declaration.kind === "import") {
      const type = resolve(declaration.type, types, declaration.offset);
      const { module, name } = declaration;
      const key = importKey({ module, name });
      if (imported.has(key)) {
        throw new ValidationError(`duplicate import name \`${module}:${name}\``, declaration.offset);
      }
      imported.add(key);
      imports.push({ module, name, type });
    } else {
      if (exports.has(declaration.name)) {
        throw new ValidationError(`export name \`${declaration.name}\` already defined`, declaration.offset);
      }
      exports.set(declaration.name, resolve(declaration.type, types, declaration.offset));
    }
  }
  return { kind: "core module", imports, exports };
}

function addGroup(types: CoreTypeSpace, group: readonly CoreSubType[], offset: number): void {
  const unknown = unknownTypeIn(group, types);
  if (unknown !== undefined) {
    const isThere = unknown < types.size;
    const complaint = isThere ? `type index ${unknown} is a module type, not a sub type` : unknownType(unknown);
    throw new ValidationError(complaint, offset);
  }
  const start = types.size;
  types.addGroup(group);
  for (let index = start; index < types.size; index += 1) {
    const problem = subTypeProblem(types, index);
    if (problem !== undefined) throw new ValidationError(problem, offset);
  }
}

interface OuterAlias {
  readonly scope: Scope;
  readonly count: number;
  readonly index: number;
  readonly offset: number;
}

/** Level 0 is the module type itself. */
function addAlias(types: CoreTypeSpace, { scope, count, index, offset }: OuterAlias): void {
  if (count === 0) {
    const own = types.definedAt(index);
    if (own === undefined) throw new ValidationError(`unknown type ${index}: type index out of bounds`, offset);
    types.addAlias(own);
    return;
  }
  const found = scope.enclosing(count - 1, offset).coreTypes.at(index, offset);
  if (found.kind === "core module") {
    throw new ValidationError("module types cannot be aliased in module types", offset);
  }
  types.addAlias(found);
}

function resolve(type: CoreExternTypeRef, types: CoreTypeSpace, offset: number): CoreExternType {
  const resolved = resolveCoreExternType(type, types);
  if (typeof resolved === "string") throw new ValidationError(resolved, offset);
  return resolved;
}
