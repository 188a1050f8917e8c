/**
 * Linking: what a component imports against what it was given. Every import that is missing or has another type is
 * found at once, before any guest code runs.
 */
import { ComponentError, LinkError, type LinkProblem } from "../errors/errors.ts";
import type { InstanceItem, Item } from "../instantiate/runtime-scope.ts";
import type { ComponentType, ExternType, FuncType, InstanceType } from "../types/component-types.ts";
import { Substitution } from "../types/substitute.ts";
import { externMismatch, matchResources } from "../types/subtype.ts";
import { formatExternType } from "../types/wit.ts";
import type { HostDefinition, HostFunction, Linker } from "./linker.ts";
import { Linker as LinkerClass } from "./linker.ts";

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
  readonly compile: (bytes: Uint8Array) => WebAssembly.Module;
}

/** @throws LinkError */
export function linkImports({ imports, importedResources }: ComponentType, given: Given): ReadonlyMap<string, Item> {
  const fit = new Substitution();
  const localTypes = new Map([...given.locals].map(([name, { type }]) => [name, type]));
  const open = new Set(importedResources.map(({ resource }) => resource));
  matchResources(imports, localTypes, { open, substitution: fit });
  const problems: LinkProblem[] = [];
  const definitions = LinkerClass.definitionsOf(given.linker);
  const items = new Map<string, Item>();
  for (const [name, type] of imports) {
    const local = given.locals.get(name);
    const item =
      local === undefined
        ? hostItem({ path: [name], type, definition: definitions.get(name) }, { given, problems })
        : localItem({ name, type: fit.extern(type), local }, problems);
    if (item !== undefined) items.set(name, item);
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
}

function hostItem({ path, type, definition }: HostImport, linking: Linking): Item | undefined {
  if (type.kind === "instance") return hostInstance({ path, type, definition }, linking);
  if (definition === undefined) return absentItem(path, type, linking);
  if (type.kind === "func" && definition.kind === "func") return hostFunc(type, definition.implementation);
  if (type.kind === "type" && type.type.kind === "resource" && definition.kind === "resource") {
    return { kind: "type", resource: definition.resource };
  }
  if (type.kind === "core module" && definition.kind === "module") {
    return { kind: "core module", module: linking.given.compile(definition.bytes) };
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

function absentItem(path: readonly string[], type: ExternType, linking: Linking): Item | undefined {
  // Types that are no resources are known from their uses: nobody has to give them.
  if (type.kind === "type" && type.type.kind !== "resource") return { kind: "type", resource: undefined };
  if (linking.given.unknownImportsTrap && type.kind === "func") return { kind: "func", call: unknownImport(path) };
  if (linking.given.unknownImportsTrap && type.kind === "type") {
    return { kind: "type", resource: { kind: "resource", drop: () => undefined, owner: undefined } };
  }
  report(linking, path, `nothing was given for it, which is ${formatExternType(type)}`);
  return undefined;
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
  problems.push({ import: name, ...(func === "" ? {} : { func }), message: `cannot link ${place}: ${detail}` });
}

/** A host's function returns the `ok` side of its result, or throws the other as ComponentError. */
function hostFunc(type: FuncType, implementation: HostFunction): Item {
  const run = implementation as (...values: unknown[]) => unknown; // its arguments are what the type says
  if (type.result?.kind !== "result") {
    return { kind: "func", call: (...values) => settled(run(...values)) };
  }
  const call = (...values: unknown[]): unknown => {
    try {
      return { tag: "ok", val: settled(run(...values)) };
    } catch (error) {
      if (error instanceof ComponentError) return { tag: "err", val: error.payload };
      throw error;
    }
  };
  return { kind: "func", call };
}

function settled(value: unknown): unknown {
  if (!(value instanceof Promise)) return value;
  // Nobody waits for it any more: its failure must not end the process.
  value.catch(() => undefined);
  throw new TypeError("a host function returned a promise, for which this call cannot wait");
}
