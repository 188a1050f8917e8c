/** Definitions of types (Binary.md, Type Definitions): what the file says, resolved and checked. */
import type { CaseRef, DefinedTypeRef, FuncTypeRef, Labelled, TypeRef, ValTypeRef } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import {
  type AnyType,
  type FuncType,
  isValueType,
  newResource,
  type ResourceType,
  type ValueShape,
  type ValueType,
} from "../types/component-types.ts";
import { isPlainFunc } from "../types/core-types.ts";
import { makeValueType, primitiveType, valueSizeEnd } from "../types/value-type.ts";
import { isLabel } from "./extern-name.ts";
import type { Scope } from "./scope.ts";

type PlainTypeRef = Exclude<TypeRef, { readonly kind: "component" } | { readonly kind: "instance" }>;

/** Types that are made of types alone, without scopes of their own. @throws ValidationError */
export function definePlainType(scope: Scope, type: PlainTypeRef, offset: number): AnyType {
  if (type.kind === "func") return defineFunc(scope, type, offset);
  return type.kind === "resource" ? defineResource(scope, type, offset) : defineValueType(scope, type, offset);
}

function defineResource(
  scope: Scope,
  { representation, destructor }: TypeRef & { readonly kind: "resource" },
  offset: number,
): ResourceType {
  if (scope.kind !== "component") {
    throw new ValidationError("resources can only be defined within a concrete component", offset);
  }
  if (representation !== "i32") {
    throw new ValidationError("a resource whose representation is not i32 is not valid at this time", offset);
  }
  if (destructor !== undefined) {
    const { type, key } = scope.coreFuncs.at(destructor, offset);
    const [param] = type.params;
    if (type.params.length !== 1 || param !== "i32" || type.results.length > 0) {
      throw new ValidationError(`core function ${destructor} has wrong signature for a destructor`, offset);
    }
    if (!isPlainFunc(key)) throw new UnsupportedError("a core function with a type of its own as a destructor");
  }
  const resource = newResource();
  scope.definedResources.push(resource);
  scope.localResources.set(resource, { destructor });
  return { kind: "resource", resource };
}

/** The reference implementation's, and in its words (wasmparser, limits.rs and readers/component/types.rs). */
const partsMax = 10_000;
const paramsMax = 1000;

/** @throws ValidationError */
function checkCount(
  { length }: readonly unknown[],
  what: string,
  { max, offset }: { max: number; offset: number },
): void {
  if (length > max) throw new ValidationError(`${what} size is out of bounds`, offset);
}

function defineFunc(scope: Scope, type: FuncTypeRef, offset: number): FuncType {
  checkCount(type.params, "component function parameters", { max: paramsMax, offset });
  checkLabels(
    type.params.map(({ label }) => label),
    { kind: "function parameter", previous: "parameter", offset },
  );
  const params = type.params.map(({ label, type: of }) => ({ label, type: resolveValType(scope, of, offset) }));
  const result = optional(scope, type.result, offset);
  if (result?.hasBorrow === true) {
    throw new ValidationError("function result cannot contain a `borrow` type", offset);
  }
  const hasResource = params.some((param) => param.type.hasResource) || result?.hasResource === true;
  return { kind: "func", isAsync: type.isAsync, params, result, hasResource };
}

export function resolveValType(scope: Scope, type: ValTypeRef, offset: number): ValueType {
  if (typeof type === "string") return primitiveType(type);
  const found = scope.types.at(type, offset);
  if (!isValueType(found)) throw new ValidationError(`type index ${type} is not a defined type`, offset);
  return found;
}

const optional = (scope: Scope, type: ValTypeRef | undefined, offset: number): ValueType | undefined =>
  type === undefined ? undefined : resolveValType(scope, type, offset);

export function resolveResource(scope: Scope, index: number, offset: number): ResourceType {
  const type = scope.types.at(index, offset);
  if (type.kind !== "resource") throw new ValidationError(`type index ${index} is not a resource type`, offset);
  return type;
}

function defineValueType(scope: Scope, type: DefinedTypeRef, offset: number): ValueType {
  const made = makeValueType(resolveShape(scope, type, offset));
  if (made.size64 < valueSizeEnd) return made;
  throw new ValidationError(`a value of this type exceeds maximum byte size of ${valueSizeEnd - 1}`, offset);
}

function resolveShape(scope: Scope, type: DefinedTypeRef, offset: number): ValueShape {
  const resolve = (ref: ValTypeRef) => resolveValType(scope, ref, offset);
  if (type.kind === "primitive") return type;
  if (type.kind === "record") return { kind: "record", fields: fieldsOf(type.fields, { resolve, offset }) };
  if (type.kind === "variant") return { kind: "variant", cases: casesOf(type.cases, { resolve, offset }) };
  if (type.kind === "flags" || type.kind === "enum") return { kind: type.kind, labels: labelsOf(type, offset) };
  if (type.kind === "own" || type.kind === "borrow") {
    return { kind: type.kind, resource: resolveResource(scope, type.resource, offset) };
  }
  if (type.kind === "tuple") {
    checkCount(type.types, "tuple types", { max: partsMax, offset });
    if (type.types.length === 0) throw new ValidationError("tuple type must have at least one type", offset);
    return { kind: "tuple", types: type.types.map(resolve) };
  }
  if (type.kind === "option") return { kind: "option", type: resolve(type.type) };
  if (type.kind === "list") return { kind: "list", element: resolve(type.element) };
  if (type.kind === "fixed-list") {
    if (type.length === 0) throw new ValidationError("fixed-length lists must have at least one element", offset);
    return { kind: "fixed-list", element: resolve(type.element), length: type.length };
  }
  if (type.kind === "map") return mapOf({ key: resolve(type.key), value: resolve(type.value) }, offset);
  if (type.kind === "stream" || type.kind === "future") return elementsOf(scope, type, offset);
  return { kind: "result", ok: optional(scope, type.ok, offset), error: optional(scope, type.error, offset) };
}

interface Resolving {
  readonly resolve: (ref: ValTypeRef) => ValueType;
  readonly offset: number;
}

function fieldsOf(fields: readonly Labelled[], { resolve, offset }: Resolving) {
  checkCount(fields, "record field", { max: partsMax, offset });
  if (fields.length === 0) throw new ValidationError("record type must have at least one field", offset);
  checkLabels(
    fields.map(({ label }) => label),
    { kind: "record field", previous: "field", offset },
  );
  return fields.map(({ label, type }) => ({ label, type: resolve(type) }));
}

function casesOf(cases: readonly CaseRef[], { resolve, offset }: Resolving) {
  checkCount(cases, "variant cases", { max: partsMax, offset });
  if (cases.length === 0) throw new ValidationError("variant type must have at least one case", offset);
  checkLabels(
    cases.map(({ label }) => label),
    { kind: "variant case", previous: "case", offset },
  );
  return cases.map(({ label, type }) => ({ label, type: type === undefined ? undefined : resolve(type) }));
}

const flagsMax = 32;

function labelsOf({ kind, labels }: DefinedTypeRef & { readonly kind: "flags" | "enum" }, offset: number) {
  if (labels.length === 0) {
    const complaint =
      kind === "flags" ? "flags must have at least one entry" : "enum type must have at least one variant";
    throw new ValidationError(complaint, offset);
  }
  if (kind === "flags" && labels.length > flagsMax) {
    throw new ValidationError(`cannot have more than ${flagsMax} flags`, offset);
  }
  checkCount(labels, "enum cases", { max: partsMax, offset });
  const names = kind === "flags" ? { kind: "flag", previous: "flag" } : { kind: "enum tag", previous: "tag" };
  checkLabels(labels, { ...names, offset });
  return labels;
}

const keyTypes = new Set(["bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "char", "string"]);

function mapOf({ key, value }: { readonly key: ValueType; readonly value: ValueType }, offset: number): ValueShape {
  if (key.kind === "primitive" && keyTypes.has(key.primitive)) return { kind: "map", key, value };
  throw new ValidationError("invalid map key type", offset);
}

function elementsOf(
  scope: Scope,
  { kind, element: ref }: DefinedTypeRef & { readonly kind: "stream" | "future" },
  offset: number,
): ValueShape {
  const element = optional(scope, ref, offset);
  if (element?.hasBorrow === true)
    throw new ValidationError(`${kind} payload cannot contain a \`borrow\` type`, offset);
  const isChar = element?.kind === "primitive" && element.primitive === "char";
  if (kind === "stream" && isChar) throw new ValidationError("`stream<char>` is not valid at this time", offset);
  return { kind, element };
}

interface LabelRole {
  readonly kind: string;
  readonly previous: string;
  readonly offset: number;
}

/** @throws ValidationError where one is empty, no label, or not strongly unique */
function checkLabels(labels: readonly string[], { kind, previous, offset }: LabelRole): void {
  const seen = new Map<string, string>();
  for (const label of labels) {
    if (label === "") throw new ValidationError(`${kind} name cannot be empty`, offset);
    if (!isLabel(label)) throw new ValidationError(`${kind} name \`${label}\` is not in kebab case`, offset);
    const other = seen.get(label.toLowerCase());
    if (other !== undefined) {
      throw new ValidationError(
        `${kind} name \`${label}\` conflicts with previous ${previous} name \`${other}\``,
        offset,
      );
    }
    seen.set(label.toLowerCase(), label);
  }
}
