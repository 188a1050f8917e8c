/** Core modules and the engine's compiler, which validates them and works beside this thread. */
import { withAllNames } from "../compile/complete-names.ts";
import { type ImportedMemories, importMemories } from "../compile/import-memories.ts";
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import type { CoreModule } from "../core-module/core-module.ts";
import type { ComponentNode } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import { pooledPagesMax } from "../instantiate/memory-pool.ts";

/** By where a core module begins in the file. */
export type Compiling = ReadonlyMap<number, Promise<WebAssembly.Module>>;

/** Begins with all core modules of a component and of those in it, whether the component is valid or not. */
export function beginCompilingAll(node: ComponentNode): Compiling {
  const compiling = new Map<number, Promise<WebAssembly.Module>>();
  begin(node, compiling);
  return compiling;
}

function begin(node: ComponentNode, compiling: Map<number, Promise<WebAssembly.Module>>): void {
  for (const definition of node.definitions) {
    if (definition.kind === "core module") compiling.set(definition.offset, beginCompiling(definition.bytes));
    else if (definition.kind === "component") begin(definition.component, compiling);
  }
}

export const beginCompilingCores = (cores: readonly CoreModule[]): Compiling =>
  new Map(cores.map(({ offset, bytes }) => [offset, beginCompiling(bytes)]));

/** A refusal is told to who waits for it; if nobody does, because something else is wrong, it is none of the process's. */
export function beginCompiling(bytes: Uint8Array): Promise<WebAssembly.Module> {
  const module = compile(bytes);
  module.catch(() => undefined);
  return module;
}

const imported = new WeakMap<WebAssembly.Module, ImportedMemories>();

/** What a module that was compiled here imports instead of defining it; undefined if there is nothing. */
export const importedMemoriesOf = (module: WebAssembly.Module): ImportedMemories | undefined => imported.get(module);

// Places in what an engine tells of a module are those of what it was given: a refusal is that of the module as it stands.

async function compile(bytes: Uint8Array): Promise<WebAssembly.Module> {
  const moved = importMemories(bytes, pooledPagesMax);
  if (moved === undefined) return WebAssembly.compile(compilable(bytes));
  try {
    return remembered(await WebAssembly.compile(compilable(moved.bytes)), moved);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return WebAssembly.compile(compilable(bytes));
  }
}

/** @throws WebAssembly.CompileError */
export function compileNow(bytes: Uint8Array): WebAssembly.Module {
  const moved = importMemories(bytes, pooledPagesMax);
  if (moved === undefined) return new WebAssembly.Module(compilable(bytes));
  try {
    return remembered(new WebAssembly.Module(compilable(moved.bytes)), moved);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return new WebAssembly.Module(compilable(bytes));
  }
}

/** Of a module that was rewritten to import what it can (`importedPagesMax`); refused as `beginCompiling` does. */
export function beginCompilingRewritten({ bytes, importedMemories }: RewrittenModule): Promise<WebAssembly.Module> {
  const compiling = WebAssembly.compile(compilable(bytes));
  if (importedMemories === undefined) {
    compiling.catch(() => undefined);
    return compiling;
  }
  const module = compiling.then((made) => remembered(made, importedMemories));
  module.catch(() => undefined);
  return module;
}

/** @throws WebAssembly.CompileError */
export function compileRewritten({ bytes, importedMemories }: RewrittenModule): WebAssembly.Module {
  const module = new WebAssembly.Module(compilable(bytes));
  return importedMemories === undefined ? module : remembered(module, importedMemories);
}

/** Without the bytes, which the engine has copied. */
function remembered(module: WebAssembly.Module, { namespace, memories }: ImportedMemories): WebAssembly.Module {
  imported.set(module, { namespace, memories });
  return module;
}

/** Engines copy what they compile; memory that others may change or resize meanwhile they do not take. */
function compilable(given: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = withAllNames(given);
  const { buffer } = bytes;
  const isTaken = buffer instanceof ArrayBuffer && !buffer.resizable;
  return isTaken ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes); // its buffer was looked at
}

/** In the order of the file, so that of several that are wrong the first is told. @throws ValidationError, UnsupportedError */
export async function compiledModules(
  cores: readonly CoreModule[],
  compiling: Compiling,
): Promise<Map<CoreModule, WebAssembly.Module>> {
  const modules = new Map<CoreModule, WebAssembly.Module>();
  for (const core of cores) modules.set(core, await compiledModule(core, compiling));
  return modules;
}

/** What is wrong within a function's body only the engine's compiler knows. */
async function compiledModule({ bytes, offset }: CoreModule, compiling: Compiling): Promise<WebAssembly.Module> {
  try {
    return await (compiling.get(offset) ?? beginCompiling(bytes));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    // JavaScriptCore's words, which knows no such memories; V8 does.
    if (error.message.includes("Memory64")) throw new UnsupportedError("a memory with addresses of 64 bits");
    throw new ValidationError(`a core module is not valid: ${error.message}`, offset);
  }
}
