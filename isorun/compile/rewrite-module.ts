/**
 * Rewrites a core module so that what it does is accounted for: fuel, growth of memories and tables, the depth of calls.
 *
 * In: a module as decoded. Out: bytes of a module that computes the same, with one more namespace of imports that
 * meter.ts provides, and the sizes that it begins with, for the budget of whoever instantiates it. Imports of an account
 * stand behind the module's own, functions behind all of its functions, so that indices of what it defines move by a
 * constant (what else was looked at: docs/decisions/0008-metering.md). Nothing is added to its exports.
 *
 * The pass does not validate. What it copies, the engine's compiler looks at; what it rewrites, it has to understand:
 * malformed code is a DecodeError, an index out of bounds a ValidationError, an instruction that it does not know an
 * UnsupportedError. Places in messages count from the beginning of the section.
 *
 * Of custom sections the names of the module and of functions stay. Debugging sections and branch hints hold places in
 * code, which move; the rest is for tools.
 */

import type { CoreModule } from "../core-module/core-module.ts";
import { ByteReader } from "../decode/byte-reader.ts";
import { type AccountIndices, type AccountName, accountNames } from "./account-indices.ts";
import { ByteWriter } from "./byte-writer.ts";
import { ConstantCost } from "./constant-cost.ts";
import { requireOfModule } from "./engine-limits.ts";
import { fuelCostVersion } from "./fuel-cost.ts";
import { HeapObjects, tagTypes } from "./heap-objects.ts";
import { type ImportedMemories, importableMemories, memoriesNamespace, memoryItems } from "./import-memories.ts";
import { checkTypePlace, growTypePlace, InjectedFunctions, injectedTypes } from "./injected-functions.ts";
import { type MemorySizes, memorySizes, type TableSizes, tableSizes } from "./module-sizes.ts";
import { FunctionRewriter } from "./rewrite-function.ts";
import { rewriteNames } from "./rewrite-names.ts";
import type { RewritePlan } from "./rewrite-plan.ts";
import {
  appendItems,
  rewriteData,
  rewriteElements,
  rewriteExports,
  rewriteGlobals,
  rewriteMemories,
  rewriteStart,
  rewriteTables,
} from "./rewrite-sections.ts";

export interface RewriteOptions {
  /** Count instructions (fuel-cost.ts), and ask when they are used up. */
  readonly fuel?: boolean;
  /** Ask before a memory or a table grows. */
  readonly growth?: boolean;
  /** Count the calls that stand within each other. It makes a call up to twice as expensive. */
  readonly callDepth?: boolean;
  /**
   * A maximum for each memory that the module defines, in bytes, where its own is not smaller; rounded down to pages, and
   * never below what the memory begins with. Growth beyond it returns −1: `growth` ends the instance instead.
   */
  readonly memoryBytesMax?: number;
  /** The same for each table, in elements. */
  readonly tableElementsMax?: number;
  /** Memories that it defines become imports, if all of them are of at most so many pages (import-memories.ts). */
  readonly importedPagesMax?: number;
  /** Called between two functions: what it throws ends the pass. */
  readonly requireLife?: () => void;
}

export interface RewrittenModule {
  readonly bytes: Uint8Array;
  /** The namespace in which the accounts are imported; none of the module's own imports has it. */
  readonly namespace: string;
  /** What it imports from there, by name. */
  readonly accounts: readonly AccountName[];
  readonly fuelCostVersion: number;
  /** By index, imported ones first, as the module itself declares them. */
  readonly memories: readonly MemorySizes[];
  readonly tables: readonly TableSizes[];
  /** What its constants cost each time that it is instantiated, in instructions. */
  readonly constantFuel: number;
  /** What of it is kept by the engine's collector, in words: no account sees that. Undefined if there is nothing. */
  readonly heapObjects: string | undefined;
  /** What it imports beside that, instead of defining it. */
  readonly importedMemories: ImportedMemories | undefined;
}

const ids = { type: 1, import: 2, function: 3, table: 4, memory: 5, tag: 13, global: 6, export: 7, start: 8 } as const;
const laterIds = { element: 9, code: 10, data: 11 } as const;

/** Ids in the order in which sections must come: tags stand before globals, the count of data before code. */
const sectionOrder = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** @throws DecodeError | ValidationError | UnsupportedError */
export function rewriteCoreModule(module: CoreModule, options: RewriteOptions): RewrittenModule {
  const sections = sectionsOf(module);
  const accounts = accountsOf(options);
  const plan = planOf(module, { sections, accounts });
  const namespace = freeNamespace(module);
  const code = rewriteCode(module, { plan, contents: sections.get(laterIds.code), requireLife: options.requireLife });
  requireDefinitions(module, plan);
  const rewritten = rewriteSections({ sections, plan, options });
  const importedMemories = takeMemories(rewritten, module, options);
  appendImports(rewritten, [
    ...importsOf(accounts, namespace, plan),
    ...(importedMemories === undefined ? [] : memoryItems(importedMemories.namespace, importedMemories.memories)),
  ]);
  const hasCode = sections.has(laterIds.code) || plan.injected.functions.length > 0;
  const bytes = assemble(rewritten, { names: namesOf(module, plan), code: hasCode ? code : undefined });
  requireOfModule("bytes", bytes.length);
  return {
    bytes,
    namespace,
    accounts,
    fuelCostVersion,
    memories: plan.memories,
    tables: plan.tables,
    heapObjects: plan.heap.kind,
    constantFuel: plan.constants?.fuel ?? 0,
    importedMemories,
  };
}

type Sections = ReadonlyMap<number, Uint8Array>;

/** Contents by id, without custom sections. Their places are told from the beginning of the file that holds the module. */
function sectionsOf({ bytes, sections }: CoreModule): Map<number, Uint8Array> {
  const base = (sections[0]?.start ?? 8) - 8;
  return new Map(
    sections
      .filter(({ id }) => id !== 0)
      .map(({ id, contents, end }) => [id, bytes.subarray(contents - base, end - base)]),
  );
}

function accountsOf({ fuel = false, growth = false, callDepth = false }: RewriteOptions): AccountName[] {
  const wanted = { check: fuel || callDepth, grow: growth, fuel, depth: callDepth };
  return accountNames.filter((name) => wanted[name]);
}

const functionAccounts: ReadonlySet<AccountName> = new Set<AccountName>(["check", "grow"]);

function planOf(
  module: CoreModule,
  { sections, accounts }: { sections: Sections; accounts: readonly AccountName[] },
): RewritePlan {
  const importedCount = (kind: string) => module.imports.filter(({ type }) => type.kind === kind).length;
  const importedFunctions = importedCount("func");
  const importedGlobals = importedCount("global");
  const functionNames = accounts.filter((name) => functionAccounts.has(name));
  const globalNames = accounts.filter((name) => !functionAccounts.has(name));
  const at = (names: readonly AccountName[], name: AccountName, from: number) =>
    names.includes(name) ? from + names.indexOf(name) : undefined;
  const indices: AccountIndices = {
    check: at(functionNames, "check", importedFunctions),
    grow: at(functionNames, "grow", importedFunctions),
    fuel: at(globalNames, "fuel", importedGlobals),
    depth: at(globalNames, "depth", importedGlobals),
  };
  const functions = {
    space: "function",
    from: importedFunctions,
    by: functionNames.length,
    count: module.functions.length,
  };
  const globals = {
    space: "global",
    from: importedGlobals,
    by: globalNames.length,
    count: importedGlobals + countOf(sections.get(ids.global)),
  };
  const typeCount = module.types.size;
  const tags = tagTypes(module, sections.get(ids.tag));
  return {
    functions,
    globals,
    accounts: indices,
    types: module.types,
    typeCount,
    memories: memorySizes(module, sections.get(ids.memory)),
    tables: tableSizes(module, { contents: sections.get(ids.table), shifts: { functions, globals, typeCount } }),
    injected: new InjectedFunctions(indices, functions.count + functions.by),
    tags,
    heap: new HeapObjects(module, tags),
    constants: accounts.includes("fuel") ? new ConstantCost(module.types) : undefined,
  };
}

const countOf = (contents: Uint8Array | undefined): number =>
  contents === undefined ? 0 : new ByteReader(contents).u32();

/** A module may import from any namespace: one that has the name of ours would get at its own accounts. */
function freeNamespace({ imports }: CoreModule): string {
  const taken = new Set(imports.map(({ module }) => module));
  let name = "isorun:meter";
  while (taken.has(name)) name += "'";
  return name;
}

const text = new TextEncoder();
const appendedTypes = injectedTypes.map((type) => Uint8Array.from(type));

/** Items of the import section, in the order of `accounts`. */
function importsOf(accounts: readonly AccountName[], namespace: string, { typeCount }: RewritePlan): Uint8Array[] {
  return accounts.map((name) => {
    const writer = new ByteWriter(64);
    writer.sized(text.encode(namespace));
    writer.sized(text.encode(name));
    if (name === "fuel" || name === "depth") writer.append([0x03, name === "fuel" ? 0x7e : 0x7f, 1]);
    else {
      writer.byte(0x00);
      writer.unsigned(typeCount + (name === "check" ? checkTypePlace : growTypePlace));
    }
    return writer.taken();
  });
}

/** How many functions there are is known behind them: room for the longest count. */
const countWidth = 5;

/** Where loops are short, code grows by a half or more: more is reserved as it is needed. */
const expectedGrowth = 1.5;

/** The contents of the code section, in a buffer with room for the other sections: a large module is written once. */
interface RewrittenCode {
  readonly output: ByteWriter;
  readonly start: number;
}

/** What the sections in front of the code grow by at most, if no index in them becomes longer. */
const headGrowth = 4096;

interface CodeWork {
  readonly plan: RewritePlan;
  readonly contents: Uint8Array | undefined;
  readonly requireLife: RewriteOptions["requireLife"];
}

function rewriteCode(module: CoreModule, { plan, contents = Uint8Array.of(0), requireLife }: CodeWork): RewrittenCode {
  const reader = new ByteReader(contents);
  const count = reader.u32();
  const defined = module.functions.slice(plan.functions.from);
  if (count !== defined.length) reader.fail("function and code section have inconsistent lengths", 0);
  const others = module.bytes.length - contents.length + headGrowth;
  const capacity = Math.ceil(contents.length * expectedGrowth) + others * 2;
  const rewriter = new FunctionRewriter(plan, { bytes: contents, capacity });
  const { output } = rewriter;
  output.length = headRoomOf(module) + countWidth;
  let index = plan.functions.from;
  for (const func of defined) {
    requireLife?.();
    const size = reader.u32();
    const start = reader.offset;
    reader.skip(size);
    const parameterCount = func.kind === "func" ? func.type.params.length : 0;
    rewriter.rewrite(start, reader.offset, { index, parameterCount });
    requireOfModule("bytes", output.length);
    index += 1;
  }
  if (!reader.isAtEnd) reader.fail("section size mismatch: unexpected data at the end of the section");
  const { injected } = plan;
  for (const { body } of injected.functions) output.sized(body);
  const total = new ByteWriter(countWidth);
  total.unsigned(count + injected.functions.length);
  const start = headRoomOf(module) + countWidth - total.length;
  output.bytes.set(total.taken(), start);
  return { output, start };
}

/** For what stands in front of the code: imports, types and functions are appended there, and indices get longer. */
function headRoomOf({ sections }: CoreModule): number {
  const isBehind = (id: number) => id === 0 || id === laterIds.code || id === laterIds.data;
  const length = sections.reduce((sum, { id, start, end }) => sum + (isBehind(id) ? 0 : end - start), 0);
  return Math.ceil(length * expectedGrowth) + headGrowth;
}

interface SectionWork {
  readonly sections: Sections;
  readonly plan: RewritePlan;
  readonly options: RewriteOptions;
}

/** @throws UnsupportedError */
function requireDefinitions({ functions, imports }: CoreModule, plan: RewritePlan): void {
  const accounts = plan.functions.by + plan.globals.by;
  if (accounts === 0) return;
  requireOfModule("types", plan.typeCount + injectedTypes.length);
  requireOfModule("functions", functions.length + plan.functions.by + plan.injected.functions.length);
  requireOfModule("imports", imports.length + accounts);
}

/** After the code: what was injected is known then. */
function rewriteSections({ sections, plan, options }: SectionWork): Map<number, Uint8Array> {
  const { functions } = plan.injected;
  const typed = functions.map(({ typePlace }) => {
    const writer = new ByteWriter(8);
    writer.unsigned(plan.typeCount + typePlace);
    return writer.taken();
  });
  const rewritten = new Map(sections);
  if (needsTypes(plan)) rewritten.set(ids.type, appendItems(sections.get(ids.type), appendedTypes));
  if (typed.length > 0) rewritten.set(ids.function, appendItems(sections.get(ids.function), typed));
  const change = (id: number, rewrite: (contents: Uint8Array) => Uint8Array) => {
    const contents = sections.get(id);
    if (contents !== undefined) rewritten.set(id, rewrite(contents));
  };
  change(ids.table, (contents) => rewriteTables(contents, plan, options.tableElementsMax));
  change(ids.memory, (contents) => rewriteMemories(contents, options.memoryBytesMax));
  change(ids.global, (contents) => rewriteGlobals(contents, plan));
  change(ids.export, (contents) => rewriteExports(contents, plan));
  change(ids.start, (contents) => rewriteStart(contents, plan));
  change(laterIds.element, (contents) => rewriteElements(contents, plan));
  change(laterIds.data, (contents) => rewriteData(contents, plan));
  return rewritten;
}

/** Only imported functions and those that were appended have types of ours. */
const needsTypes = ({ accounts, injected }: RewritePlan): boolean =>
  accounts.check !== undefined || accounts.grow !== undefined || injected.functions.length > 0;

/** Out of the section that defines them, if they can be imported. */
function takeMemories(
  rewritten: Map<number, Uint8Array>,
  { imports }: CoreModule,
  { importedPagesMax }: RewriteOptions,
): ImportedMemories | undefined {
  const contents = rewritten.get(ids.memory);
  if (importedPagesMax === undefined || contents === undefined) return undefined;
  const memories = importableMemories(new ByteReader(contents), importedPagesMax);
  if (memories === undefined) return undefined;
  rewritten.delete(ids.memory);
  return { namespace: memoriesNamespace(new Set(imports.map(({ module }) => module))), memories };
}

function appendImports(rewritten: Map<number, Uint8Array>, items: readonly Uint8Array[]): void {
  if (items.length > 0) rewritten.set(ids.import, appendItems(rewritten.get(ids.import), items));
}

interface Parts {
  readonly names: Uint8Array;
  readonly code: RewrittenCode | undefined;
}

/** The head is put in front of the code, and what follows behind it. */
function assemble(sections: Sections, { names, code }: Parts): Uint8Array {
  const head = new ByteWriter(1024);
  head.append([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  for (const id of sectionOrder) {
    const contents = sections.get(id);
    if (contents !== undefined && id !== laterIds.code && id !== laterIds.data) appendSection(head, id, contents);
  }
  if (code !== undefined) {
    head.byte(laterIds.code);
    head.unsigned(code.output.length - code.start);
  }
  const whole = code === undefined ? head : code.output;
  const start = code === undefined ? 0 : putBefore(code, head);
  const data = sections.get(laterIds.data);
  if (data !== undefined) appendSection(whole, laterIds.data, data);
  whole.append(names);
  return whole.taken().subarray(start);
}

function appendSection(writer: ByteWriter, id: number, contents: Uint8Array): void {
  writer.byte(id);
  writer.sized(contents);
}

/** @returns where the head begins */
function putBefore({ output, start }: RewrittenCode, head: ByteWriter): number {
  const missing = Math.max(0, head.length - start);
  if (missing > 0) {
    output.reserve(missing);
    output.bytes.copyWithin(start + missing, start, output.length);
    output.length += missing;
  }
  const at = start + missing - head.length;
  output.bytes.set(head.taken(), at);
  return at;
}

/** A whole custom section, or nothing. */
function namesOf({ bytes, sections }: CoreModule, plan: RewritePlan): Uint8Array {
  const base = (sections[0]?.start ?? 8) - 8;
  const writer = new ByteWriter(64);
  for (const { id, contents, end } of sections) {
    if (id !== 0) continue;
    const reader = new ByteReader(bytes, contents - base, end - base);
    if (reader.name() !== "name") continue;
    const names = rewriteNames(bytes.subarray(reader.offset, end - base), plan.functions);
    if (names === undefined) continue;
    const section = new ByteWriter(names.length + 8);
    section.append([4, 0x6e, 0x61, 0x6d, 0x65]); // "name"
    section.append(names);
    writer.byte(0);
    writer.sized(section.taken());
  }
  return writer.taken();
}
