/**
 * Validation of components. In: definitions as they stand in the file. Out: the same with types, or the first rule that
 * is broken and where. Walks the definitions once, in order: each may refer only to what stands before it.
 */

import { type CoreModule, decodeCoreModule } from "../core-module/core-module.ts";
import type { CanonRef, ComponentNode, CoreFuncType, Definition, TypeRef } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import type { ExternType } from "../types/component-types.ts";
import { type CoreExternType, CoreTypeSpace, importKey } from "../types/core-types.ts";
import { freshInstance } from "../types/substitute.ts";
import { externMismatch } from "../types/subtype.ts";
import { addAlias } from "./alias.ts";
import { resourceOf, signatureOf } from "./builtin.ts";
import { checkLift, checkLower, readOptions } from "./canon-options.ts";
import { addExtern, declareExtern, defineType, named, resolveExternType } from "./declare.ts";
import { defineCoreType } from "./define-core-type.ts";
import { coreInstanceType, externTypeOf, inlineInstance, instantiate } from "./instantiate.ts";
import { Scope } from "./scope.ts";
import type { ValidComponent, ValidDefinition } from "./valid-component.ts";

interface Validation {
  readonly file: Uint8Array;
  readonly onModule: ((module: CoreModule) => void) | undefined;
}

/**
 * @param onModule is given each core module, also of nested components, as soon as it is known, whether what follows is
 *   valid or not
 * @throws DecodeError (a core module in it), ValidationError, UnsupportedError
 */
export function validateComponent(
  node: ComponentNode,
  file: Uint8Array,
  onModule?: Validation["onModule"],
): ValidComponent {
  return validateAll(new Scope("component", undefined), node, { file, onModule });
}

function validateAll(scope: Scope, node: ComponentNode, validation: Validation): ValidComponent {
  const definitions: ValidDefinition[] = [];
  for (const definition of node.definitions) {
    const valid = validate(scope, definition, validation);
    if (valid !== undefined) definitions.push(valid);
  }
  return { type: scope.componentType(), definitions, names: node.names };
}

function validate(scope: Scope, definition: Definition, validation: Validation): ValidDefinition | undefined {
  const { offset } = definition;
  switch (definition.kind) {
    case "core module":
      return validateModule(scope, definition, validation);
    case "core instance":
      scope.coreInstances.push(coreInstanceType(scope, definition.instance, offset));
      return { kind: "core instance", instance: definition.instance };
    case "core type":
      defineCoreType(scope, definition.type, offset);
      return undefined;
    case "component":
      return validateNested(scope, definition.component, validation);
    case "instance":
      return validateInstance(scope, definition, offset);
    case "alias":
      addAlias(scope, definition.alias, offset);
      return { kind: "alias", alias: definition.alias };
    case "type":
      return validateType(scope, definition.type, offset);
    case "canon":
      return validateCanon(scope, definition.canon, offset);
    case "import":
      return validateImport(scope, definition);
    case "export":
      return validateExport(scope, definition);
    default:
      throw new UnsupportedError(
        definition.kind === "start" ? "a start function of a component" : "a value definition",
      );
  }
}

function validateNested(scope: Scope, node: ComponentNode, validation: Validation): ValidDefinition {
  const component = validateAll(new Scope("component", scope), node, validation);
  scope.components.push(component.type);
  return { kind: "component", component };
}

function validateModule(
  scope: Scope,
  { bytes, offset }: Definition & { readonly kind: "core module" },
  { file, onModule }: Validation,
): ValidDefinition {
  const module = decodeCoreModule(file, offset, offset + bytes.length);
  checkImportNames(module, offset);
  onModule?.(module);
  scope.coreModules.push({ kind: "core module", imports: module.imports, exports: module.exports });
  return { kind: "core module", module };
}

/** A module may import one name twice, but nobody could say which of them an argument is for. */
function checkImportNames({ imports }: CoreModule, offset: number): void {
  const seen = new Set<string>();
  for (const { module, name } of imports) {
    const key = importKey({ module, name });
    if (seen.has(key)) throw new ValidationError(`duplicate import name \`${module}:${name}\``, offset);
    seen.add(key);
  }
}

function validateInstance(
  scope: Scope,
  { instance }: Definition & { readonly kind: "instance" },
  offset: number,
): ValidDefinition {
  const type =
    instance.kind === "exports"
      ? inlineInstance(scope, instance.exports, offset)
      : instantiate(scope, instance, offset);
  scope.instances.push(type);
  return { kind: "instance", instance, type };
}

function validateType(scope: Scope, ref: TypeRef, offset: number): ValidDefinition {
  const type = defineType(scope, ref, offset);
  scope.types.push(type);
  if (type.kind !== "resource") return { kind: "type" };
  return {
    kind: "resource",
    resource: type.resource,
    destructor: scope.localResources.get(type.resource)?.destructor,
  };
}

function validateCanon(scope: Scope, canon: CanonRef, offset: number): ValidDefinition {
  if (canon.kind === "lift") return validateLift(scope, canon, offset);
  if (canon.kind === "lower") {
    const type = scope.funcs.at(canon.func, offset);
    const options = readOptions(scope, canon.options, offset);
    scope.coreFuncs.push(coreFunc(checkLower({ type, options, offset })));
    return { kind: "lower", func: canon.func, type, options };
  }
  const { builtin } = canon;
  const isResource =
    builtin.name === "resource.new" || builtin.name === "resource.drop" || builtin.name === "resource.rep";
  const resource = isResource ? resourceOf(scope, builtin, offset) : undefined;
  const signature = signatureOf(scope, builtin, offset);
  scope.coreFuncs.push(coreFunc(signature));
  return { kind: "builtin", builtin, signature, resource };
}

function validateLift(scope: Scope, canon: CanonRef & { readonly kind: "lift" }, offset: number): ValidDefinition {
  const type = scope.types.at(canon.type, offset);
  if (type.kind !== "func") throw new ValidationError(`type index ${canon.type} is not a function type`, offset);
  const core = scope.coreFuncs.at(canon.func, offset);
  const options = readOptions(scope, canon.options, offset);
  checkLift(scope, { type, options, offset }, core);
  scope.funcs.push(type);
  return { kind: "lift", func: canon.func, type, options };
}

/** As a core module would say it, so that it can be compared with what one imports. */
function coreFunc({ params, results }: Omit<CoreFuncType, "kind">): CoreExternType & { readonly kind: "func" } {
  const space = new CoreTypeSpace();
  const type = { kind: "func", params, results } as const;
  space.addGroup([{ isFinal: true, supertypes: [], type }]);
  return { kind: "func", type, key: space.keyAt(0) };
}

function validateImport(
  scope: Scope,
  { name, type, offset }: Definition & { readonly kind: "import" },
): ValidDefinition {
  declareExtern(scope, { role: "import", name, type, offset });
  const own = scope.imports.types.get(name.name);
  if (own === undefined) throw new Error(`the import '${name.name}' was not added`);
  return { kind: "import", name: name.name, type: own };
}

function validateExport(scope: Scope, definition: Definition & { readonly kind: "export" }): ValidDefinition {
  const { name, value, offset } = definition;
  const inferred = externTypeOf(scope, value, offset);
  const type = definition.type === undefined ? inferred : ascribe(scope, definition, inferred);
  const own = named(type, name.name);
  addExtern(scope, { role: "export", name, type: own, offset });
  return { kind: "export", name, value, type: own };
}

/** The type that an export says it has, which must be a supertype of what it is. */
function ascribe(
  scope: Scope,
  { type: ref, offset }: Definition & { readonly kind: "export" },
  inferred: ExternType,
): ExternType {
  if (ref === undefined) return inferred;
  const ascribed = resolveExternType(scope, ref, offset);
  if (ref.kind === "type" && ref.bound.kind === "sub") return ascribeResource(scope, ascribed, { inferred, offset });
  const mismatch = externMismatch(inferred, ascribed);
  if (mismatch !== undefined) {
    throw new ValidationError(`ascribed type of export is not compatible with item's type: ${mismatch}`, offset);
  }
  return ascribed.kind === "instance" ? openedExport(scope, ascribed) : ascribed;
}

/** Outside it is an abstract resource of its own, whatever it is inside. */
function ascribeResource(
  scope: Scope,
  ascribed: ExternType,
  { inferred, offset }: { readonly inferred: ExternType; readonly offset: number },
): ExternType {
  if (inferred.kind !== "type" || inferred.type.kind !== "resource") {
    throw new ValidationError("ascribed type of export is not compatible with item's type: expected resource", offset);
  }
  if (ascribed.kind === "type" && ascribed.type.kind === "resource")
    scope.definedResources.push(ascribed.type.resource);
  return ascribed;
}

function openedExport(scope: Scope, type: ExternType & { readonly kind: "instance" }): ExternType {
  const own = freshInstance(type, (looks) => scope.spend(looks));
  for (const resource of own.resources) scope.definedResources.push(resource);
  return { ...own, resources: [] };
}
