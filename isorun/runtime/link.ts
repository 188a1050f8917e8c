/**
 * Linking: what a component imports against what it was given. Every import that is missing or has another type is
 * found at once, before any guest code runs.
 */

import type { RuntimeResource } from "../call/handle-table.ts";
import type { Scheduler } from "../call/scheduler.ts";
import { canSuspend } from "../call/suspending.ts";
import { LinkError, type LinkProblem } from "../errors/errors.ts";
import { bindResources } from "../instantiate/instantiate.ts";
import type { InstanceItem, Item, ModuleItem, ResourceMap } from "../instantiate/runtime-scope.ts";
import type { ComponentType, ExternType, InstanceType, ResourceType } from "../types/component-types.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch, matchResources } from "../types/subtype.ts";
import { formatExternType } from "../types/wit.ts";
import { compatibleLookup } from "./compatible-name.ts";
import { hostFunc, isAsyncFunction } from "./host-func.ts";
import type { HostDefinition, Linker } from "./linker.ts";
import { Linker as LinkerClass } from "./linker.ts";
import { providerOf } from "./provider.ts";

/** An export of another instance, which serves an import. */
export interface LocalLink {
  readonly item: Item;
  readonly type: ExternType;
}

export interface Given {
  readonly linker: Linker;
  readonly locals: ReadonlyMap<string, LocalLink>;
  /** Imports that nobody gives trap when they are called. */
  readonly unknownImportsTrap: boolean;
  readonly compile: (bytes: Uint8Array) => ModuleItem;
  readonly scheduler: Scheduler;
  /** Whether the time of host functions counts. */
  readonly isTimed: boolean;
}

/** @throws LinkError */
export function linkImports({ imports, importedResources }: ComponentType, given: Given): ReadonlyMap<string, Item> {
  const fit = new Substitution();
  const localTypes = new Map([...given.locals].map(([name, { type }]) => [name, type]));
  const open = new Set(importedResources.map(({ resource }) => resource));
  matchResources(imports, localTypes, { open, substitution: fit });
  const problems: LinkProblem[] = [];
  const linking = { given, problems, resources: new Map() };
  const definitionOf = compatibleLookup(LinkerClass.definitionsOf(given.linker));
  const items = new Map<string, Item>();
  for (const [name, type] of imports) {
    const local = given.locals.get(name);
    const item =
      local === undefined
        ? hostItem({ path: [name], type, definition: definitionOf(name) }, linking)
        : localItem({ name, type: fit.extern(type), local }, problems);
    if (item === undefined) continue;
    items.set(name, item);
    if (local === undefined) continue;
    if (!sharesResources(type, item, linking.resources)) report(linking, [name], otherResource);
    bindResources(type, item, linking.resources);
  }
  if (problems.length > 0) throw new LinkError(problems);
  return items;
}

interface LocalImport {
  readonly name: string;
  readonly type: ExternType;
  readonly local: LocalLink;
}

function localItem({ name, type, local }: LocalImport, problems: LinkProblem[]): Item | undefined {
  const mismatch = externMismatch(local.type, type);
  if (mismatch === undefined) return local.item;
  problems.push({ import: name, message: `the instance linked for '${name}' does not fit: ${mismatch}` });
  return undefined;
}

interface HostImport {
  /** The import, then the names in it. */
  readonly path: readonly string[];
  readonly type: ExternType;
  readonly definition: HostDefinition | undefined;
}

interface Linking {
  readonly given: Given;
  readonly problems: LinkProblem[];
  /** What was found for the resources of imports so far: other interfaces use them under names of their own. */
  readonly resources: ResourceMap;
}

function hostItem({ path, type, definition }: HostImport, linking: Linking): Item | undefined {
  if (type.kind === "instance") return hostInstance({ path, type, definition }, linking);
  if (definition === undefined) return absentItem(path, type, linking);
  if (type.kind === "func" && definition.kind === "func") {
    const { implementation } = definition;
    if (isAsyncFunction(implementation) && !canSuspend()) {
      report(linking, path, "it was given an async function, and this engine has no WebAssembly.Suspending");
      return undefined;
    }
    const { scheduler, isTimed } = linking.given;
    const call = hostFunc(type, { path, implementation, scheduler, isTimed });
    return { kind: "func", call, name: path.join("#") };
  }
  if (type.kind === "type" && type.type.kind === "resource" && definition.kind === "resource") {
    return hostResource(definition.resource, { path, type: type.type }, linking);
  }
  if (type.kind === "core module" && definition.kind === "module") {
    return linking.given.compile(definition.bytes);
  }
  const given = definition.kind === "resource" || definition.kind === "module" ? `a ${definition.kind}` : "a function";
  report(linking, path, `it is ${formatExternType(type)}, and ${given} was given`);
  return undefined;
}

function hostInstance(
  { path, type, definition }: HostImport & { readonly type: InstanceType },
  linking: Linking,
): InstanceItem | undefined {
  if (definition !== undefined && definition.kind !== "instance") {
    report(linking, path, "it is an interface, and something else was given");
    return undefined;
  }
  const definitions = definition === undefined ? new Map() : LinkerClass.definitionsOf(definition.linker);
  const exports = new Map<string, Item>();
  for (const [name, inner] of type.exports) {
    const item = hostItem({ path: [...path, name], type: inner, definition: definitions.get(name) }, linking);
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
  const known = linking.resources.get(type.resource);
  if (known !== undefined && known !== resource) {
    report(linking, path, otherResource);
    return undefined;
  }
  linking.resources.set(type.resource, resource);
  return { kind: "type", resource };
}

function absentItem(path: readonly string[], type: ExternType, linking: Linking): Item | undefined {
  // Types that are no resources are known from their uses: nobody has to give them.
  if (type.kind === "type" && type.type.kind !== "resource") return { kind: "type", resource: undefined };
  const used =
    type.kind === "type" && type.type.kind === "resource" ? linking.resources.get(type.type.resource) : undefined;
  if (used !== undefined) return { kind: "type", resource: used };
  const definition = fallbackFor(path, type, linking);
  if (definition !== undefined) return hostItem({ path, type, definition }, linking);
  if (linking.given.unknownImportsTrap && type.kind === "func") return { kind: "func", call: unknownImport(path) };
  if (linking.given.unknownImportsTrap && type.kind === "type") {
    return { kind: "type", resource: { kind: "resource", drop: () => undefined, owner: undefined } };
  }
  const provider = providerOf(path[0] ?? "");
  const hint = provider === undefined ? "" : `; ${provider} would provide it`;
  const wanted = type.kind === "type" && type.type.kind === "resource" ? "a resource" : formatExternType(type);
  report(linking, path, `nothing was given for it, which is ${wanted}${hint}`);
  return undefined;
}

function fallbackFor(path: readonly string[], type: ExternType, { given }: Linking): HostDefinition | undefined {
  if (type.kind === "func") return LinkerClass.fallbackOf(given.linker, { path, type });
  if (type.kind !== "type" || type.type.kind !== "resource") return undefined;
  return LinkerClass.fallbackOf(given.linker, { path, type: type.type });
}

function unknownImport(path: readonly string[]): () => never {
  return () => {
    throw new Error(`the import '${path.join("#")}' was called, which nobody gave`);
  };
}

function report({ problems }: Linking, path: readonly string[], detail: string): void {
  const [name = "", ...rest] = path;
  const func = rest.join(".");
  const place = func === "" ? `'${name}'` : `'${func}' of '${name}'`;
  const provider = providerOf(name);
  problems.push({
    import: name,
    ...(func === "" ? {} : { func }),
    ...(provider === undefined ? {} : { provider }),
    message: `cannot link ${place}: ${detail}`,
  });
}
