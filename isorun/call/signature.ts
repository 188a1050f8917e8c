/**
 * One specialised function for each signature: `entry` calls a lifted core function with JavaScript values, `exit` is
 * the core function that a lowered one is seen as from inside. Generated once for a signature and its options, bound to
 * memories, handles and resource types for each instance. No type is looked at while a call runs.
 */
import type { FuncType, Resource, ValueType } from "../types/component-types.ts";
import { flatParamsMax, flatResultsMax, flattenType, flattenTypes, hasPointers } from "../types/flatten.ts";
import { layoutOf, offsetsOf, sequenceOf } from "../types/layout.ts";
import { emitLiftFlat, emitLoad, FlatValues } from "./lift-source.ts";
import { emitLowerFlat, emitStore } from "./lower-source.ts";
import { plus, Source } from "./source.ts";

interface Generated {
  /** Binds the text: `(cx, target, r, post) => function`. */
  readonly bind: (cx: unknown, target: unknown, resources: readonly unknown[], post: unknown) => unknown;
  /** Which resource types it wants, in the order of `r`. */
  readonly resources: readonly Resource[];
}

function finish(source: Source, params: readonly string[]): Generated {
  const text = `"use strict";\nreturn (cx, target, r, post) => {\n  const m = cx.memory;\n  return function (${params.join(", ")}) {\n${source.text}\n  };\n};`;
  // Generated from types alone: names and numbers of the guest stand in it as JSON or not at all.
  // oxlint-disable-next-line no-implied-eval
  const make = new Function("k", text) as (constants: readonly unknown[]) => Generated["bind"]; // the text says so
  return { bind: make(source.constants), resources: source.resources };
}

const entries = new WeakMap<FuncType, Map<string, Generated>>();

/**
 * `(...values) => value`: a `result` as the whole result is returned or thrown, and what goes wrong is told to
 * `cx.host`. @param hasPostReturn whether `post` is to be called with the core results
 */
export function entryOf(type: FuncType, hasPostReturn: boolean): Generated {
  return remembered(entries, { type, key: String(hasPostReturn) }, () => makeEntry(type, hasPostReturn));
}

const exits = new WeakMap<FuncType, Map<string, Generated>>();

/** `(...core) => core`; `target` takes values and returns one. */
export function exitOf(type: FuncType): Generated {
  return remembered(exits, { type, key: "" }, () => makeExit(type));
}

function remembered(
  known: WeakMap<FuncType, Map<string, Generated>>,
  { type, key }: { readonly type: FuncType; readonly key: string },
  make: () => Generated,
): Generated {
  const ofType = known.get(type) ?? new Map<string, Generated>();
  known.set(type, ofType);
  const made = ofType.get(key) ?? make();
  ofType.set(key, made);
  return made;
}

/** `canon lift`. Until the core function is called, a bad argument is the caller's problem, and the instance unharmed. */
function makeEntry({ params, result }: FuncType, hasPostReturn: boolean): Generated {
  const source = new Source();
  const names = params.map((_, index) => `arg${index}`);
  const types = params.map(({ type }) => type);
  source.line(`cx.host.begin(arguments.length, ${names.length});`);
  source.line("cx.enter();");
  const scope = types.some(({ hasBorrow }) => hasBorrow) ? source.let("cx.openScope()", "b") : undefined;
  source.line("let isInside = false;");
  source.block(
    "try",
    () => {
      if (hasMemoryUse({ params, result })) source.line("m.refresh();");
      const isSpilled = flattenTypes(types).length > flatParamsMax;
      const flat = isSpilled ? [spill(source, types, names)] : lowerAll(source, types, names);
      source.line("isInside = true;");
      emitCall(source, { flat, result, hasPostReturn, scope });
    },
    "} catch (error) {",
  );
  source.line("  throw cx.host.end(isInside ? cx.fail(error) : cx.abandon(error));");
  source.line("}");
  return finish(source, names);
}

interface CallOf {
  readonly flat: readonly string[];
  readonly result: FuncType["result"];
  readonly hasPostReturn: boolean;
  readonly scope: string | undefined;
}

function emitCall(source: Source, { flat, result, hasPostReturn, scope }: CallOf): void {
  const hasResult = result !== undefined;
  source.line(`${hasResult ? "const flat = " : ""}target(${flat.join(", ")});`);
  if (hasResult && touchesMemory(result)) source.line("m.refresh();");
  const value = hasResult ? liftResult(source, result) : "undefined";
  if (hasPostReturn) source.line(`cx.postReturn(post${hasResult ? ", flat" : ""});`);
  if (scope !== undefined) source.line(`cx.closeScope(${scope});`);
  source.line("cx.leave();");
  // The call is over: an error that is returned as a result is no trap.
  if (result?.kind === "result") source.line("isInside = false;");
  source.line(`return ${result?.kind === "result" ? `cx.host.unwrap(${value})` : value};`);
}

const touchesMemory = (type: ValueType): boolean => hasPointers(type) || flattenType(type).length > flatResultsMax;

/** Whether the options of this function have a memory, which validation asks for then. */
function hasMemoryUse({ params, result }: Pick<FuncType, "params" | "result">): boolean {
  const types = params.map(({ type }) => type);
  if (types.some(hasPointers) || flattenTypes(types).length > flatParamsMax) return true;
  return result !== undefined && touchesMemory(result);
}

function lowerAll(source: Source, types: readonly ValueType[], names: readonly string[]): string[] {
  return types.flatMap((type, index) => emitLowerFlat(source, type, { value: names[index] ?? "undefined" }));
}

function spill(source: Source, types: readonly ValueType[], names: readonly string[]): string {
  const { size, align } = sequenceOf(types);
  const start = source.let(`cx.allocate(${size}, ${align})`, "p");
  for (const [index, offset] of offsetsOf(types).entries()) {
    const type = types[index];
    if (type === undefined) continue;
    emitStore(source, type, { value: names[index] ?? "undefined", pointer: source.let(plus(start, offset), "p") });
  }
  return start;
}

function liftResult(source: Source, type: ValueType): string {
  const flat = flattenType(type);
  const [only] = flat;
  if (flat.length <= flatResultsMax && only !== undefined) {
    return emitLiftFlat(source, type, { flat: new FlatValues([{ name: "flat", type: only }]) });
  }
  const { size, align } = layoutOf(type);
  const pointer = source.let("flat >>> 0", "p");
  source.line(`cx.checkRecord(${pointer}, ${size}, ${align});`);
  return emitLoad(source, type, { pointer });
}

/** `canon lower` */
function makeExit({ params, result }: FuncType): Generated {
  const source = new Source();
  const types = params.map(({ type }) => type);
  const flat = flattenTypes(types);
  const isSpilled = flat.length > flatParamsMax;
  const given = isSpilled
    ? [{ name: "f0", type: "i32" as const }]
    : flat.map((type, index) => ({ name: `f${index}`, type }));
  const names = given.map(({ name }) => name);
  const resultFlat = result === undefined ? [] : flattenType(result);
  const hasPointer = resultFlat.length > flatResultsMax;
  const usesMemory = hasMemoryUse({ params, result });
  const lends = types.some(({ hasBorrow }) => hasBorrow);
  if (lends) source.line("cx.beginLending();");
  if (usesMemory) source.line("m.refresh();");
  const values = isSpilled ? loadAll(source, types) : liftAll(source, types, given);
  source.line(`${result === undefined ? "" : "const value = "}target(${values.join(", ")});`);
  if (usesMemory) source.line("m.refresh();");
  if (result === undefined) {
    if (lends) source.line("cx.endLending();");
  } else if (hasPointer) {
    const { size, align } = layoutOf(result);
    const pointer = source.let("out >>> 0", "p");
    source.line(`cx.checkRecord(${pointer}, ${size}, ${align});`);
    emitStore(source, result, { value: "value", pointer });
    if (lends) source.line("cx.endLending();");
  } else {
    const [core] = emitLowerFlat(source, result, { value: "value" });
    if (lends) source.line("cx.endLending();");
    source.line(`return ${core};`);
  }
  return finish(source, hasPointer ? [...names, "out"] : names);
}

function liftAll(
  source: Source,
  types: readonly ValueType[],
  given: ConstructorParameters<typeof FlatValues>[0],
): string[] {
  const flat = new FlatValues(given);
  return types.map((type) => emitLiftFlat(source, type, { flat }));
}

function loadAll(source: Source, types: readonly ValueType[]): string[] {
  const { size, align } = sequenceOf(types);
  const start = source.let("f0 >>> 0", "p");
  source.line(`cx.checkRecord(${start}, ${size}, ${align});`);
  const offsets = offsetsOf(types);
  return types.map((type, index) =>
    emitLoad(source, type, { pointer: source.let(plus(start, offsets[index] ?? 0), "p") }),
  );
}
