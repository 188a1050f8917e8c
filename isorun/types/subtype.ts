/**
 * Subtyping (Explainer.md, Type Checking): may what has the type `actual` stand where `expected` is asked for? Answers
 * with the reason why not, outermost place first, or undefined if it may. The words are those that the reference tests
 * look for.
 */

import {
  type AnyType,
  type ComponentType,
  type ExternType,
  externKindOf,
  type FuncType,
  type InstanceType,
  isValueType,
  type Resource,
  type ValueType,
  type ValueTypeOf,
} from "./component-types.ts";
import { coreMismatch, importKey, type ModuleType } from "./core-types.ts";
import { Substitution } from "./substitute.ts";
import { primitiveType } from "./value-type.ts";

type Mismatch = string | undefined;

function within(context: string, mismatch: Mismatch): Mismatch {
  return mismatch === undefined ? undefined : `${context}: ${mismatch}`;
}

/** Whether the one may stand for the other, or both for each other: walked once, and not each way at every level. */
type Relation = "subtype" | "equal";

export const externMismatch = (actual: ExternType, expected: ExternType): Mismatch =>
  mismatchOf("subtype", actual, expected);

function mismatchOf(relation: Relation, actual: ExternType, expected: ExternType): Mismatch {
  if (actual === expected) return undefined;
  if (actual.kind === "func" && expected.kind === "func") return funcMismatch(actual, expected);
  if (actual.kind === "instance" && expected.kind === "instance") {
    return unlessKnown(relation, [actual, expected], () => instanceMismatch(relation, actual, expected));
  }
  if (actual.kind === "component" && expected.kind === "component") {
    return unlessKnown(relation, [actual, expected], () => componentMismatch(relation, actual, expected));
  }
  if (actual.kind === "core module" && expected.kind === "core module") {
    return unlessKnown(relation, [actual, expected], () => {
      const mismatch = moduleMismatch(actual, expected);
      return mismatch === undefined && relation === "equal" ? moduleMismatch(expected, actual) : mismatch;
    });
  }
  if (actual.kind === "type" && expected.kind === "type") return typeMismatch(actual.type, expected.type);
  return `expected ${externKindOf(expected)}, found ${externKindOf(actual)}`;
}

/**
 * Pairs that were compared, and fit: one instance may be given to many others, each of which takes long to walk, and a
 * value type may name another one twice, level by level.
 */
const fitting = { subtype: new WeakMap<object, WeakSet<object>>(), equal: new WeakMap<object, WeakSet<object>>() };

function unlessKnown(
  relation: Relation,
  [actual, expected]: readonly [object, object],
  compare: () => Mismatch,
): Mismatch {
  const known = fitting[relation].get(actual) ?? new WeakSet();
  if (known.has(expected)) return undefined;
  const mismatch = compare();
  if (mismatch === undefined) fitting[relation].set(actual, known.add(expected));
  return mismatch;
}

/** Bounds of types are equalities. */
function typeMismatch(actual: AnyType, expected: AnyType): Mismatch {
  if (actual === expected) return undefined;
  if (actual.kind === "resource" && expected.kind === "resource") {
    return actual.resource === expected.resource ? undefined : "resource types are not the same";
  }
  if (isValueType(actual) && isValueType(expected)) {
    return valueMismatch(actual, expected) ?? valueMismatch(expected, actual);
  }
  if (actual.kind !== expected.kind || isValueType(actual) || isValueType(expected)) {
    return `expected ${describe(expected)}, found ${describe(actual)}`;
  }
  return mismatchOf("equal", actual as ExternType, expected as ExternType); // a function, an instance or a component
}

function describe(type: AnyType): string {
  return isValueType(type) ? "defined type" : type.kind;
}

function funcMismatch(actual: FuncType, expected: FuncType): Mismatch {
  if (actual.isAsync !== expected.isAsync) return "expected async func type to match";
  if (actual.params.length !== expected.params.length) {
    return `expected ${expected.params.length} parameters, found ${actual.params.length}`;
  }
  for (const [index, param] of expected.params.entries()) {
    const given = actual.params[index];
    if (given === undefined) continue;
    if (given.label !== param.label) return `expected parameter named \`${param.label}\`, found \`${given.label}\``;
    const mismatch = valueMismatch(given.type, param.type);
    if (mismatch !== undefined) return `type mismatch in function parameter \`${param.label}\`: ${mismatch}`;
  }
  return resultMismatch(actual.result, expected.result);
}

function resultMismatch(actual: ValueType | undefined, expected: ValueType | undefined): Mismatch {
  if (actual === undefined || expected === undefined) {
    if (actual === expected) return undefined;
    return "one has and the other has no result: expected a result, found none";
  }
  return within("type mismatch with result type", valueMismatch(actual, expected));
}

/** Resources that `expected` leaves open are those that stand under the same names in `actual`. */
function instanceMismatch(relation: Relation, actual: InstanceType, expected: InstanceType): Mismatch {
  const substitution = new Substitution();
  if (expected.resources.length > 0) {
    matchResources(expected.exports, actual.exports, { open: new Set(expected.resources), substitution });
  }
  const given = relation === "equal" ? new Set(actual.resources) : undefined;
  const wanted = substitution.any(expected) as InstanceType; // the kind stays
  return (
    listMismatch(relation, { actual: actual.exports, expected: wanted.exports, words: instanceWords }) ??
    unmatched(substitution, expected.resources, given)
  );
}

/** Types are equal only if each open resource of the one stands for one of the other, and for no second one. */
function unmatched(
  substitution: Substitution,
  resources: Iterable<Resource>,
  given: ReadonlySet<Resource> | undefined,
): Mismatch {
  if (given === undefined) return undefined;
  const open = [...resources];
  const found = new Set(open.map((resource) => substitution.resource(resource)));
  const areMatched = found.size === open.length && found.size === given.size && found.isSubsetOf(given);
  return areMatched ? undefined : "resource types are not the same";
}

interface Opening {
  readonly open: ReadonlySet<Resource>;
  readonly substitution: Substitution;
  /** What is found for a type of another kind stands for it too, from then on. */
  readonly areTypesGiven?: boolean;
}

/** Finds what stands in `actual` where `expected` introduces one of the open resources, by names. */
export const matchResources = (expected: Items, actual: Items, opening: Opening): void =>
  matchItems(expected, actual, { ...opening, seen: new Map() });

type Items = ReadonlyMap<string, ExternType>;

interface Matching extends Opening {
  /** Lists that were walked beside each other: a type may name another one twice, level by level. */
  readonly seen: Map<Items, Set<Items>>;
}

function matchItems(expected: Items, actual: Items, opening: Matching): void {
  const seen = opening.seen.get(expected) ?? new Set();
  if (seen.has(actual)) return;
  opening.seen.set(expected, seen.add(actual));
  for (const [name, type] of expected) {
    const given = actual.get(name);
    if (given === undefined) continue;
    if (type.kind === "instance" && given.kind === "instance" && holdsTypes(type)) {
      matchItems(type.exports, given.exports, opening);
    }
    if (type.kind !== "type" || given.kind !== "type") continue;
    if (opening.areTypesGiven === true) opening.substitution.setType(type.type, given.type);
    if (type.type.kind !== "resource" || given.type.kind !== "resource") continue;
    const { resource } = type.type;
    const isOpen = opening.open.has(resource) && opening.substitution.resource(resource) === resource;
    if (isOpen) opening.substitution.set(resource, given.type.resource);
  }
}

const knownHolders = new WeakMap<InstanceType, boolean>();

/** Whether it exports a type, or an instance that does. */
function holdsTypes(type: InstanceType): boolean {
  const known = knownHolders.get(type);
  if (known !== undefined) return known;
  const isHolder = [...type.exports.values()].some(
    (each) => each.kind === "type" || (each.kind === "instance" && holdsTypes(each)),
  );
  knownHolders.set(type, isHolder);
  return isHolder;
}

interface Words {
  readonly item: "export" | "import";
  readonly context: string;
}

const instanceWords: Words = { item: "export", context: "type mismatch in instance export" };
const exportWords: Words = { item: "export", context: "type mismatch in export" };
const importWords: Words = { item: "import", context: "type mismatch in import" };

interface Lists {
  readonly actual: ReadonlyMap<string, ExternType>;
  readonly expected: ReadonlyMap<string, ExternType>;
  readonly words: Words;
}

/** All that is expected must be there. */
function listMismatch(relation: Relation, { actual, expected, words: { item, context } }: Lists): Mismatch {
  for (const [name, type] of expected) {
    const given = actual.get(name);
    if (given === undefined) return `missing expected ${item} \`${name}\``;
    const mismatch = mismatchOf(relation, given, type);
    if (mismatch !== undefined) return `${context} \`${name}\`: ${mismatch}`;
  }
  if (relation === "subtype") return undefined;
  const extra = [...actual.keys()].find((name) => !expected.has(name));
  return extra === undefined ? undefined : `missing expected ${item} \`${extra}\``;
}

/** Imports the other way round: what `expected` is given must do for `actual`. */
function componentMismatch(relation: Relation, actual: ComponentType, expected: ComponentType): Mismatch {
  const isEqual = relation === "equal";
  const imports = new Substitution();
  const importedByActual = new Set(actual.importedResources.map(({ resource }) => resource));
  matchResources(actual.imports, expected.imports, { open: importedByActual, substitution: imports });
  const opened = imports.any(actual) as ComponentType; // the kind stays
  const exports = new Substitution();
  matchResources(expected.exports, opened.exports, { open: expected.definedResources, substitution: exports });
  const wanted = exports.any(expected) as ComponentType; // the kind stays
  const importedByExpected = new Set(expected.importedResources.map(({ resource }) => resource));
  return (
    listMismatch(relation, { actual: expected.imports, expected: opened.imports, words: importWords }) ??
    listMismatch(relation, { actual: opened.exports, expected: wanted.exports, words: exportWords }) ??
    unmatched(imports, importedByActual, isEqual ? importedByExpected : undefined) ??
    unmatched(exports, expected.definedResources, isEqual ? actual.definedResources : undefined)
  );
}

function moduleMismatch(actual: ModuleType, expected: ModuleType): Mismatch {
  const given = new Map(expected.imports.map((each) => [importKey(each), each.type]));
  for (const { module, name, type } of actual.imports) {
    const found = given.get(importKey({ module, name }));
    if (found === undefined) return `missing expected import \`${module}::${name}\``;
    const mismatch = coreMismatch(found, type);
    if (mismatch !== undefined) return `type mismatch in import \`${module}::${name}\`: ${mismatch}`;
  }
  for (const [name, type] of expected.exports) {
    const found = actual.exports.get(name);
    if (found === undefined) return `missing expected export \`${name}\``;
    const mismatch = coreMismatch(found, type);
    if (mismatch !== undefined) return `type mismatch in export \`${name}\`: ${mismatch}`;
  }
  return undefined;
}

/** A primitive that is named where it is used, without a definition of its own. */
const isInline = (type: ValueTypeOf<"primitive">): boolean => primitiveType(type.primitive) === type;

/** What has fewer parts is compared again in less time than it is looked up. */
const rememberedMin = 32;

function valueMismatch(actual: ValueType, expected: ValueType): Mismatch {
  if (actual === expected) return undefined;
  if (actual.kind === "primitive" || expected.kind === "primitive") return primitiveMismatch(actual, expected);
  if (actual.kind !== expected.kind) return `expected ${nameOf(expected)}, found ${nameOf(actual)}`;
  const compare = comparers[expected.kind] as (a: ValueType, b: ValueType) => Mismatch; // the kinds are equal
  if (expected.extent.size < rememberedMin) return compare(actual, expected);
  return unlessKnown("subtype", [actual, expected], () => compare(actual, expected));
}

function primitiveMismatch(actual: ValueType, expected: ValueType): Mismatch {
  if (actual.kind === "primitive" && expected.kind === "primitive") {
    if (actual.primitive === expected.primitive) return undefined;
    return `expected primitive \`${expected.primitive}\` found primitive \`${actual.primitive}\``;
  }
  if (expected.kind === "primitive") {
    return `expected ${isInline(expected) ? expected.primitive : "primitive"}, found ${nameOf(actual)}`;
  }
  return `expected ${nameOf(expected)}, found ${actual.kind === "primitive" ? actual.primitive : nameOf(actual)}`;
}

const nameOf = (type: ValueType): string => (type.kind === "fixed-list" ? "fixed-length list" : type.kind);

const comparers = {
  record: recordMismatch,
  variant: variantMismatch,
  list: (actual: ValueTypeOf<"list">, expected: ValueTypeOf<"list">) =>
    within("type mismatch in list", valueMismatch(actual.element, expected.element)),
  "fixed-list": (actual: ValueTypeOf<"fixed-list">, expected: ValueTypeOf<"fixed-list">) =>
    actual.length === expected.length
      ? within("type mismatch in fixed-length list", valueMismatch(actual.element, expected.element))
      : `expected a list of length ${expected.length}, found length ${actual.length}`,
  tuple: tupleMismatch,
  flags: (actual: ValueTypeOf<"flags">, expected: ValueTypeOf<"flags">) =>
    haveSameLabels(actual, expected) ? undefined : "mismatch in flags elements",
  enum: (actual: ValueTypeOf<"enum">, expected: ValueTypeOf<"enum">) =>
    haveSameLabels(actual, expected) ? undefined : "mismatch in enum elements",
  option: (actual: ValueTypeOf<"option">, expected: ValueTypeOf<"option">) =>
    within("type mismatch in option", valueMismatch(actual.type, expected.type)),
  result: (actual: ValueTypeOf<"result">, expected: ValueTypeOf<"result">) =>
    sideMismatch("ok", actual.ok, expected.ok) ?? sideMismatch("err", actual.error, expected.error),
  own: handleMismatch,
  borrow: handleMismatch,
  stream: elementMismatch,
  future: elementMismatch,
  map: (actual: ValueTypeOf<"map">, expected: ValueTypeOf<"map">) =>
    within("type mismatch in map key", valueMismatch(actual.key, expected.key)) ??
    within("type mismatch in map value", valueMismatch(actual.value, expected.value)),
};

function recordMismatch(actual: ValueTypeOf<"record">, expected: ValueTypeOf<"record">): Mismatch {
  if (actual.fields.length !== expected.fields.length) {
    return `expected ${expected.fields.length} fields, found ${actual.fields.length}`;
  }
  for (const [index, field] of expected.fields.entries()) {
    const given = actual.fields[index];
    if (given === undefined) continue;
    if (given.label !== field.label) return `expected field name \`${field.label}\`, found \`${given.label}\``;
    const mismatch = valueMismatch(given.type, field.type);
    if (mismatch !== undefined) return `type mismatch in record field \`${field.label}\`: ${mismatch}`;
  }
  return undefined;
}

function variantMismatch(actual: ValueTypeOf<"variant">, expected: ValueTypeOf<"variant">): Mismatch {
  if (actual.cases.length !== expected.cases.length) {
    return `expected ${expected.cases.length} cases, found ${actual.cases.length}`;
  }
  for (const [index, { label, type }] of expected.cases.entries()) {
    const given = actual.cases[index];
    if (given === undefined) continue;
    if (given.label !== label) return `expected case named \`${label}\`, found \`${given.label}\``;
    if (type === undefined && given.type !== undefined) return `expected case \`${label}\` to have no type`;
    if (type !== undefined && given.type === undefined) return `expected case \`${label}\` to have a type, found none`;
    if (type === undefined || given.type === undefined) continue;
    const mismatch = valueMismatch(given.type, type);
    if (mismatch !== undefined) return `type mismatch in variant case \`${label}\`: ${mismatch}`;
  }
  return undefined;
}

function tupleMismatch(actual: ValueTypeOf<"tuple">, expected: ValueTypeOf<"tuple">): Mismatch {
  if (actual.types.length !== expected.types.length) {
    return `expected ${expected.types.length} types, found ${actual.types.length}`;
  }
  for (const [index, type] of expected.types.entries()) {
    const given = actual.types[index];
    const mismatch = given === undefined ? undefined : valueMismatch(given, type);
    if (mismatch !== undefined) return `type mismatch in tuple field ${index}: ${mismatch}`;
  }
  return undefined;
}

function haveSameLabels(
  actual: { readonly labels: readonly string[] },
  expected: { readonly labels: readonly string[] },
) {
  return (
    actual.labels.length === expected.labels.length &&
    actual.labels.every((label, index) => label === expected.labels[index])
  );
}

function sideMismatch(side: "ok" | "err", actual: ValueType | undefined, expected: ValueType | undefined): Mismatch {
  if (actual === undefined || expected === undefined) {
    if (actual === expected) return undefined;
    return expected === undefined ? `expected ${side} type to not be present` : `expected ${side} type, but found none`;
  }
  return within(`type mismatch in ${side} variant`, valueMismatch(actual, expected));
}

function handleMismatch(actual: ValueTypeOf<"own" | "borrow">, expected: ValueTypeOf<"own" | "borrow">): Mismatch {
  return actual.resource.resource === expected.resource.resource ? undefined : "resource types are not the same";
}

type OfElements = ValueTypeOf<"stream" | "future">;

function elementMismatch({ element: actual, kind }: OfElements, { element: expected }: OfElements): Mismatch {
  if (actual === undefined || expected === undefined) {
    if (actual === expected) return undefined;
    return expected === undefined ? `expected ${kind} type to not be present` : `expected ${kind} type, but found none`;
  }
  return within(`type mismatch in ${kind}`, valueMismatch(actual, expected));
}
