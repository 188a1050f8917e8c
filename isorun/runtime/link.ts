/**
 * Linking: what a component imports against what it was given. Every import that is missing or has another type is
 * found at once, before any guest code runs.
 */

import { nearest } from "../../core/nearest.ts";
import type { RuntimeResource } from "../call/handle-table.ts";
import { refusing } from "../call/refusals.ts";
import type { Scheduler } from "../call/scheduler.ts";
import { canSuspend } from "../call/suspending.ts";
import { DecodeError, LinkError, UnsupportedError, ValidationError } from "../errors/errors.ts";
import { bindResources } from "../instantiate/instantiate.ts";
import type { InstanceItem, Item, ModuleItem, ResourceMap } from "../instantiate/runtime-scope.ts";
import type { ComponentType, ExternType, FuncType, InstanceType, ResourceType } from "../types/component-types.ts";
import type { ModuleType } from "../types/core-types.ts";
import { externMismatch } from "../types/subtype.ts";
import { formatExternType } from "../types/wit.ts";
import { compatibleLookup } from "./compatible-name.ts";
import { hostFunc, isAsyncFunction } from "./host-func.ts";
import { ImportTypes } from "./import-types.ts";
import { ImportedResources } from "./link-absent.ts";
import { LinkProblems } from "./link-problems.ts";
import { type LocalLink, servedTypes } from "./link-resources.ts";
import { type HostDefinition, Linker } from "./linker.ts";
import { addAllEnded, addUnasked, localItem } from "./local-link.ts";
import { Unasked } from "./unasked.ts";

/** A core module of the host, compiled when its type has turned out to fit. */
export interface GivenModule {
  readonly type: ModuleType;
  readonly compile: () => ModuleItem;
}

export interface Given {
  readonly linker: Linker;
  readonly locals: ReadonlyMap<string, LocalLink>;
  /** Imports that nobody gives trap when they are called. */
  readonly unknownImportsTrap: boolean;
  /** @throws DecodeError, ValidationError, UnsupportedError */
  readonly moduleOf: (bytes: Uint8Array) => GivenModule;
  readonly scheduler: Scheduler;
  /** Whether the time of host functions counts. */
  readonly isTimed: boolean;
}

/** @throws LinkError */
export function linkImports(component: ComponentType, given: Given): ReadonlyMap<string, Item> {
  const { imports } = component;
  const problems = new LinkProblems();
  const { linker, unknownImportsTrap } = given;
  // Fallbacks may link while they are asked: that is for the next instance, or what was compared would not be what is given.
  const locals = new Map(given.locals);
  const localOf = compatibleLookup(locals);
  const definitionOf = remembering(compatibleLookup(Linker.definitionsOf(linker)));
  const serving = { linker, locals, unknownImportsTrap, localOf, definitionOf };
  const resources = new ImportedResources(component, serving);
  const types = new ImportTypes(component, servedTypes(component, serving, resources));
  const linking = { given, problems, types, definitionOf, unasked: new Unasked(imports), resources };
  const items = new Map<string, Item>();
  const idle = new Set(locals.values());
  addAllEnded(locals, problems);
  for (const [name, type] of imports) {
    const local = localOf(name);
    if (local !== undefined) idle.delete(local);
    const item =
      local === undefined
        ? hostItem({ path: [name], type, definition: definitionOf(name) }, linking)
        : localItem({ name, item: local.item, type, types }, problems);
    if (item === undefined) continue;
    items.set(name, item);
    if (local === undefined) continue;
    if (!sharesResources(type, item, resources.known)) problems.add([name], "mismatch", otherResource);
    bindResources(type, item, resources.known);
  }
  if (idle.size > 0) addUnasked({ locals, idle, imports }, problems);
  // Who serves may define while it is asked. Handles that are of one type here and of another there end whom they reach.
  const disagreeing = problems.all.length === 0 ? types.disagreeing(resources.known) : undefined;
  if (disagreeing !== undefined) problems.add(disagreeing, "mismatch", otherResource);
  if (problems.all.length > 0) throw new LinkError(problems.all);
  return items;
}

/** Each item of an interface that is missing asks for it again, by a name that may be long. */
function remembering<T>(lookup: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined || known.has(name)) return before as T; // has it
    const found = lookup(name);
    known.set(name, found);
    return found;
  };
}

interface HostImport {
  /** The import, then the names in it. */
  readonly path: readonly string[];
  readonly type: ExternType;
  readonly definition: HostDefinition | undefined;
  /** Of the interface that it stands in, as the component asks for it. */
  readonly around?: InstanceType;
  /** Whether that interface was given. */
  readonly isInterfaceGiven?: boolean;
}

interface Linking {
  readonly given: Given;
  /** What was defined for an import. */
  readonly definitionOf: (name: string) => HostDefinition | undefined;
  readonly unasked: Unasked;
  readonly problems: LinkProblems;
  readonly types: ImportTypes;
  readonly resources: ImportedResources;
}

const givenWords: Readonly<Record<HostDefinition["kind"], string>> = {
  func: "a function",
  instance: "an interface",
  resource: "a resource",
  module: "a core module",
};

function hostItem({ path, type, definition, ...place }: HostImport, linking: Linking): Item | undefined {
  if (type.kind === "instance") return hostInstance({ path, type, definition }, linking);
  if (definition === undefined) return absentItem({ path, type, definition, ...place }, linking);
  if (type.kind === "func" && definition.kind === "func") {
    return hostFuncItem({ path, type, definition, ...place }, linking);
  }
  if (type.kind === "type" && type.type.kind === "resource" && definition.kind === "resource") {
    return hostResource(definition.resource, { path, type: type.type }, linking);
  }
  if (type.kind === "core module" && definition.kind === "module") {
    return hostModule({ path, type, bytes: definition.bytes }, linking);
  }
  const detail = `it is ${formatExternType(type)}, and ${givenWords[definition.kind]} was given`;
  linking.problems.add(path, "mismatch", detail);
  return undefined;
}

interface FuncImport extends HostImport {
  readonly type: FuncType;
  readonly definition: HostDefinition & { readonly kind: "func" };
}

function hostFuncItem({ path, type, definition, around }: FuncImport, linking: Linking): Item | undefined {
  const { implementation } = definition;
  const { problems, types, given } = linking;
  if (isAsyncFunction(implementation) && !canSuspend()) {
    problems.add(path, "refused", "it was given an async function, and this engine has no WebAssembly.Suspending");
    return undefined;
  }
  const mismatch = types.mismatchOf(type, definition, path.at(-1) ?? "");
  if (mismatch !== undefined) {
    const wantedIn = around === undefined ? undefined : types.exportsOf(around);
    problems.addMismatch(path, { ...mismatch, wantedIn, giver: "what was given is" });
    return undefined;
  }
  const { scheduler, isTimed } = given;
  const call = hostFunc(type, { path, implementation, scheduler, isTimed, resources: linking.resources.known });
  // Not joined: an interface may have a name that is long, and many functions, and this shares it.
  const name = path.reduce((before, part) => `${before}#${part}`);
  return { kind: "func", call, name };
}

interface ModuleImport {
  readonly path: readonly string[];
  readonly type: ModuleType;
  readonly bytes: Uint8Array;
}

/** Its bodies are looked at by the engine's compiler, which has the last word. */
function hostModule({ path, type, bytes }: ModuleImport, { given, problems }: Linking): ModuleItem | undefined {
  try {
    const module = given.moduleOf(bytes);
    const mismatch = externMismatch(module.type, type);
    if (mismatch === undefined) return module.compile();
    problems.addMismatch(path, { wanted: type, given: module.type, giver: "what was given is", mismatch });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    problems.add(path, "mismatch", `what was given is no core module that can be used: ${error.message}`);
  }
  return undefined;
}

const isRefusal = (error: unknown): error is Error =>
  error instanceof WebAssembly.CompileError ||
  [DecodeError, ValidationError, UnsupportedError].some((kind) => error instanceof kind);

function hostInstance(
  { path, type, definition }: HostImport & { readonly type: InstanceType },
  linking: Linking,
): InstanceItem | undefined {
  if (definition !== undefined && definition.kind !== "instance") {
    const detail = `it is an interface, and ${givenWords[definition.kind]} was given`;
    linking.problems.add(path, "mismatch", detail);
    return undefined;
  }
  const definitions = definition === undefined ? new Map() : Linker.definitionsOf(definition.linker);
  const exports = new Map<string, Item>();
  for (const [name, inner] of type.exports) {
    const place = { around: type, isInterfaceGiven: definition !== undefined };
    const item = hostItem({ path: [...path, name], type: inner, definition: definitions.get(name), ...place }, linking);
    if (item !== undefined) exports.set(name, item);
  }
  return { kind: "instance", exports };
}

const otherResource = "another resource was given for it than where it comes from";

/** Whether the resources of an instance that is linked are those that other interfaces were given. */
function sharesResources(type: ExternType, item: Item, known: ResourceMap): boolean {
  if (type.kind === "type" && type.type.kind === "resource" && item.kind === "type") {
    const other = known.get(type.type.resource);
    return other === undefined || other === item.resource;
  }
  if (type.kind !== "instance" || item.kind !== "instance") return true;
  return [...type.exports].every(([name, inner]) => {
    const found = item.exports.get(name);
    return found === undefined || sharesResources(inner, found, known);
  });
}

/** Interfaces may name one resource: it must be the same everywhere, or handles would be of two types. */
function hostResource(
  resource: RuntimeResource,
  { path, type }: { readonly path: readonly string[]; readonly type: ResourceType },
  linking: Linking,
): Item | undefined {
  const known = linking.resources.known.get(type.resource);
  if (known !== undefined && known !== resource) {
    linking.problems.add(path, "mismatch", otherResource);
    return undefined;
  }
  linking.resources.known.set(type.resource, resource);
  return { kind: "type", resource };
}

function absentItem({ path, type, around, isInterfaceGiven = false }: HostImport, linking: Linking): Item | undefined {
  const resource = type.kind === "type" && type.type.kind === "resource" ? type.type : undefined;
  // Types that are no resources are known from their uses: nobody has to give them.
  if (type.kind === "type" && resource === undefined) return { kind: "type", resource: undefined };
  const { given, resources } = linking;
  const used = resource === undefined ? undefined : resources.known.get(resource.resource);
  if (used !== undefined) return { kind: "type", resource: used };
  const definition = fallbackFor(path, type, linking);
  if (definition !== undefined) return hostItem({ path, type, definition }, linking);
  if (given.unknownImportsTrap && type.kind === "func") return { kind: "func", call: unknownImport(path) };
  if (given.unknownImportsTrap && resource !== undefined) {
    return { kind: "type", resource: resources.standIn(resource.resource) };
  }
  linking.problems.addMissing(path, type, { isInterfaceGiven, unasked: unaskedLike(path, around, linking) });
  return undefined;
}

/** Names that were defined beside it, and that nothing imports: one of them may be what was meant. */
function unaskedLike(
  path: readonly string[],
  around: InstanceType | undefined,
  { given, definitionOf, unasked }: Linking,
): readonly string[] {
  const [first = "", name = first] = path;
  const outer = path.length > 1 ? definitionOf(first) : undefined;
  if (outer?.kind !== "instance") return nearest(first, unasked.among(Linker.definitionsOf(given.linker)));
  return nearest(name, unasked.among(Linker.definitionsOf(outer.linker), around));
}

function fallbackFor(path: readonly string[], type: ExternType, { given, resources }: Linking) {
  if (type.kind === "func") return Linker.fallbackOf(given.linker, { path, type });
  if (type.kind !== "type" || type.type.kind !== "resource") return undefined;
  return resources.fallbackFor({ path, type: type.type });
}

const unknownImport = (path: readonly string[]): (() => never) =>
  refusing(() => {
    throw new Error(`the import '${path.join("#")}' was called, which nobody gave`);
  });
