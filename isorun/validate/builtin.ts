/** Canonical built-ins: their core signatures, and what validation asks of their immediates (CanonicalABI.md). */
import type { BuiltinRef } from "../decode/ast.ts";
import { UnsupportedError, ValidationError } from "../errors/errors.ts";
import type { Resource } from "../types/component-types.ts";
import { type FlatFuncType, flatParamsMax, flattenType } from "../types/flatten.ts";
import { readOptions } from "./canon-options.ts";
import { resolveResource, resolveValType } from "./define-type.ts";
import type { Scope } from "./scope.ts";

type Arity = readonly [params: number, results: number];

/** Those whose parameters and results are all i32. */
const arities: Readonly<Record<string, Arity>> = {
  "resource.new": [1, 1],
  "resource.drop": [1, 0],
  "resource.rep": [1, 1],
  "backpressure.inc": [0, 0],
  "backpressure.dec": [0, 0],
  "task.cancel": [0, 0],
  "subtask.cancel": [1, 1],
  "subtask.drop": [1, 0],
  "stream.read": [3, 1],
  "stream.write": [3, 1],
  "future.read": [2, 1],
  "future.write": [2, 1],
  "stream.cancel-read": [1, 1],
  "stream.cancel-write": [1, 1],
  "future.cancel-read": [1, 1],
  "future.cancel-write": [1, 1],
  "stream.drop-readable": [1, 0],
  "stream.drop-writable": [1, 0],
  "future.drop-readable": [1, 0],
  "future.drop-writable": [1, 0],
  "error-context.new": [2, 1],
  "error-context.debug-message": [2, 0],
  "error-context.drop": [1, 0],
  "waitable-set.new": [0, 1],
  "waitable-set.wait": [2, 1],
  "waitable-set.poll": [2, 1],
  "waitable-set.drop": [1, 0],
  "waitable.join": [2, 0],
  "thread.index": [0, 1],
  "thread.new-indirect": [2, 1],
  "thread.resume-later": [1, 0],
  "thread.suspend": [0, 1],
  "thread.yield": [0, 1],
  "thread.suspend-then-resume": [1, 1],
  "thread.yield-then-resume": [1, 1],
  "thread.suspend-then-promote": [1, 1],
  "thread.yield-then-promote": [1, 1],
  "thread.spawn-ref": [2, 1],
  "thread.spawn-indirect": [2, 1],
  "thread.available-parallelism": [0, 1],
};

/** @throws ValidationError, UnsupportedError */
export function signatureOf(scope: Scope, builtin: BuiltinRef, offset: number): FlatFuncType {
  if ("options" in builtin) readOptions(scope, builtin.options, offset);
  if ("memory" in builtin) scope.coreMemories.at(builtin.memory, offset);
  if ("table" in builtin) scope.coreTables.at(builtin.table, offset);
  if (builtin.name === "context.get" || builtin.name === "context.set") return contextSignature(builtin, offset);
  if (builtin.name === "task.return") return taskReturnSignature(scope, builtin, offset);
  if (builtin.name.startsWith("stream.") || builtin.name.startsWith("future.")) checkElements(scope, builtin, offset);
  if (builtin.name === "stream.new" || builtin.name === "future.new") return { params: [], results: ["i64"] };
  if (builtin.name.startsWith("thread.spawn") || builtin.name === "thread.available-parallelism") {
    throw new UnsupportedError(`the built-in ${builtin.name}`);
  }
  const arity = arities[builtin.name];
  if (arity === undefined) throw new Error(`no signature for the built-in ${builtin.name}`);
  const some = (count: number): readonly "i32"[] => Array.from({ length: count }, () => "i32");
  return { params: some(arity[0]), results: some(arity[1]) };
}

/** The resource of a built-in. Only who defines it may make handles and see representations. @throws ValidationError */
export function resourceOf(
  scope: Scope,
  { name, type }: BuiltinRef & { readonly name: "resource.new" | "resource.drop" | "resource.rep" },
  offset: number,
): Resource {
  const { resource } = resolveResource(scope, type, offset);
  if (name !== "resource.drop" && !scope.localResources.has(resource)) {
    throw new ValidationError(`type index ${type} is not a local resource`, offset);
  }
  return resource;
}

const contextSlots = 2;

function contextSignature(
  { name, type, slot }: BuiltinRef & { readonly name: "context.get" | "context.set" },
  offset: number,
): FlatFuncType {
  if (type !== "i32") throw new ValidationError("only i32 is a valid type of a context slot", offset);
  if (slot >= contextSlots) throw new ValidationError(`${name} immediate must be less than ${contextSlots}`, offset);
  return name === "context.get" ? { params: [], results: [type] } : { params: [type], results: [] };
}

function taskReturnSignature(
  scope: Scope,
  { result }: BuiltinRef & { readonly name: "task.return" },
  offset: number,
): FlatFuncType {
  if (result === undefined) return { params: [], results: [] };
  const type = resolveValType(scope, result, offset);
  if (type.hasBorrow) throw new ValidationError("function result cannot contain a `borrow` type", offset);
  const flat = flattenType(type);
  return { params: flat.length > flatParamsMax ? ["i32"] : flat, results: [] };
}

function checkElements(scope: Scope, builtin: BuiltinRef, offset: number): void {
  if (!("type" in builtin) || typeof builtin.type !== "number") return;
  const kind = builtin.name.slice(0, builtin.name.indexOf("."));
  const found = scope.types.at(builtin.type, offset);
  if (found.kind !== kind) throw new ValidationError(`type index ${builtin.type} is not a ${kind} type`, offset);
}
