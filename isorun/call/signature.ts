/**
 * One specialised function for each signature: `entry` calls a lifted core function with JavaScript values, `exit` is
 * the core function that a lowered one is seen as from inside. Generated once for a signature and its options, bound to
 * memories, handles and resource types for each instance. No type is looked at while a call runs.
 */
import type { FuncType, Resource, ValueType } from "../types/component-types.ts";
import { flatParamsMax, flatResultsMax, flattenType, flattenTypes, hasPointers } from "../types/flatten.ts";
import { layoutOf, offsetsOf, sequenceOf } from "../types/layout.ts";
import { mayHaveThen } from "./awaitable.ts";
import { emitLiftFlat, emitLoad, FlatValues } from "./lift-source.ts";
import { emitLowerFlat, emitStore } from "./lower-source.ts";
import { plus, Source } from "./source.ts";
import { dutyIndex, pendingIndex, runningIndex } from "./task-numbers.ts";
import { ValuePath } from "./value-place.ts";

interface Generated {
  /** Binds the text: `(cx, target, r, post) => …`; of an exit the last one is what `target` answers with if it waits. */
  readonly bind: (cx: unknown, target: unknown, resources: readonly unknown[], post: unknown) => unknown;
  /** Which resource types it wants, in the order of `r`. */
  readonly resources: readonly Resource[];
}

/** @param before statements that `value` uses */
function finish(source: Source, value: string, before = ""): Generated {
  const text = `"use strict";\nreturn (cx, target, r, post) => {\n  const m = cx.memory;\n${before}\n${source.functions}\n  return ${value};\n};`;
  // Generated from types alone: names and numbers of the guest stand in it as JSON or not at all.
  // oxlint-disable-next-line no-implied-eval
  const make = new Function("k", text) as (constants: readonly unknown[]) => Generated["bind"]; // the text says so
  return { bind: make(source.constants), resources: source.resources };
}

const entries = new WeakMap<FuncType, Map<string, Generated>>();

export interface EntryOptions {
  /** Whether `post` is to be called with the core results. */
  readonly postReturn: boolean;
  /** `(task, ...values) => promise`, and the core function answers with a promise too. */
  readonly isSuspendable: boolean;
  /** Whether the core function is a gate, which enters and leaves the instance. */
  readonly isGated: boolean;
  /** Whether it stands where a gate could, of an instance that can call nobody: while it runs, no one sees who entered. */
  readonly isClosed?: boolean;
}

/** `(...values) => value`: a `result` as the whole result is returned or thrown. */
export function entryOf(type: FuncType, options: EntryOptions): Generated {
  return remembered(entries, { type, key: JSON.stringify(options) }, () => makeEntry(type, options));
}

const exits = new WeakMap<FuncType, Map<string, Generated>>();

/**
 * `{ run, finish }`: `run` is `(...core) => core`, and `target` takes values and returns one. If it has to wait, `run`
 * returns a zero, and `finish` is called with the value and the same core values later.
 */
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
function makeEntry({ params, result }: FuncType, options: EntryOptions): Generated {
  const { postReturn, isSuspendable, isGated, isClosed = false } = options;
  if (isGated || isClosed) return makeScalarEntry({ params, result }, isClosed);
  const names = params.map((_, index) => `arg${index}`);
  const types = params.map(({ type }) => type);
  const source = new Source({ lowered: types, lifted: onlyOf(result) });
  if (isSuspendable) source.line(`cx.enterTask(task, arguments.length - 1, ${names.length});`);
  else emitEnter(source, types);
  source.line(`let isInside = false${result === undefined ? "" : ", value"};`);
  source.block(
    "try",
    () => {
      const scope = types.some(({ hasBorrow }) => hasBorrow) ? source.let("cx.openScope()", "b") : undefined;
      if (hasMemoryUse({ params, result })) source.line("cx.beginArguments();");
      const isSpilled = flattenTypes(types).length > flatParamsMax;
      const flat = isSpilled ? [spill(source, params)] : lowerAll(source, params);
      // Only these can have run code of the caller, which may have ended the instance or the call.
      if (!types.every(({ kind }) => kind === "primitive")) {
        source.line("if (cx.words[cx.root.endedIndex] !== 0 || task.interrupt !== undefined) throw cx.endOf(task);");
      }
      source.line("isInside = true;");
      emitCall(source, { flat, result, postReturn, isSuspendable, scope });
    },
    "} catch (error) {",
  );
  const end = "isInside ? cx.fail(task, error) : cx.abandon(task, error)";
  if (isSuspendable) source.line(`  if (isInside) cx.resume(task);\n  throw ${end};\n}`);
  else source.line(`${throwing(end, "quick")}\n}`);
  // The call is over: an error that is returned as a result is no trap.
  const answer = result?.kind === "result" ? "cx.host.unwrap(value)" : "value";
  if (result !== undefined && !(isSuspendable && mayHaveThen(result))) source.line(`return ${answer};`);
  else if (result !== undefined) {
    const [type, resources] = [result, source.resources].map((each) => source.constant(each));
    source.line(`return cx.awaitable(${answer}, { result: ${type}, resources: ${resources}, bound: r });`);
  }
  const given = isSuspendable ? ["task", ...names] : names;
  const before = isSuspendable ? forgetting : forgetting + books;
  return finish(
    source,
    `${isSuspendable ? "async " : ""}function (${given.join(", ")}) {\n${source.text}\n  }`,
    before,
  );
}

/**
 * A function that is kept holds no memory of an instance that is gone: nothing comes to core code any more. In an object,
 * because engines take a variable that is set again for no constant, which makes calls half as fast.
 */
const forgetting =
  "  const core = { target, post };\n  cx.root.onceGone(() => { core.target = core.post = undefined; r.length = 0; });\n";

/** What quick calls keep (edge.ts). In place, because engines inline few of the functions that all entries share. */
const books = `  const { words, isQuick } = cx;
  const { task: own, place, enterIndex, endedIndex, holderIndex, callsIndex } = cx.root;
`;

const canEnter = `words[enterIndex] === 1 && words[endedIndex] === 0 && words[${runningIndex}] === 0`;
const countCall = "if ((words[callsIndex] = words[callsIndex] + 1 | 0) === 0) words[callsIndex + 1] += 1;";

/**
 * Throws what `end` answers with. It throws itself where the native stack has no room left for it, and has done nothing
 * then: the instance has ended all the same, of which words must do to tell here. Who looks at it next does the rest
 * (`Root.state`).
 * @param isIn whether the call, which was quick, is still in the instance
 */
const throwing = (end: string, isIn: string): string => `let end;
try { end = ${end}; } catch (full) {
  if (${isIn}) {
    words[endedIndex] = 1; words[enterIndex] = 1;
    words[${runningIndex}] = 0; words[${pendingIndex}] = 0; words[${dutyIndex}] = 1;
  }
  throw full;
}
throw end;`;

function emitEnter(source: Source, types: readonly ValueType[]): void {
  // What is lent is given back by the end of the call alone.
  if (types.some(({ hasBorrow }) => hasBorrow)) source.line("cx.requireRoom();");
  source.line(`const quick = isQuick && ${canEnter} && arguments.length === ${types.length};`);
  source.line(`const task = quick ? own : cx.enter(arguments.length, ${types.length});`);
  source.block("if (quick)", () => {
    if (!types.every(({ kind }) => kind === "primitive")) source.line("cx.forgetTaken();");
    source.line(`words[enterIndex] = 0;`);
    source.line(`words[holderIndex] = place;`);
    source.line(`words[${runningIndex}] = place;`);
    source.line(countCall);
  });
}

function emitLeave(source: Source): void {
  source.block("if (quick)", () => {
    source.line("words[enterIndex] = 1;");
    source.line(`words[${runningIndex}] = 0;`);
    source.line(`if (words[${dutyIndex}] !== 0) cx.settleDuty();`);
  });
  source.line("else cx.leave(task);");
}

/** Nothing but scalars: the gate does the rest, or there is nothing to do. */
function makeScalarEntry({ params, result }: Pick<FuncType, "params" | "result">, isClosed: boolean): Generated {
  const source = new Source();
  const names = params.map((_, index) => `arg${index}`);
  source.line(`if (arguments.length !== ${names.length}) throw cx.refuseCount(arguments.length, ${names.length});`);
  const lowered = source.sibling();
  const flat = lowerAll(lowered, params);
  const given = flat.map((_, index) => `c${index}`);
  if (given.length > 0) {
    source.line(`let ${given.join(", ")};`);
    source.line(`try {\n${lowered.text}`);
    source.line(given.map((name, index) => `${name} = ${flat[index]};`).join(" "));
    source.line("} catch (error) { throw cx.refuse(error); }");
  }
  source.line(`${isClosed ? `const isFree = ${canEnter};\n` : ""}let flat;`);
  const called = `core.target(${given.join(", ")})`;
  // A call that fails is counted where that is told.
  const closed = `if (isFree) { flat = ${called}; ${countCall} } else flat = cx.slowly(() => ${called});`;
  const call = isClosed ? closed : `flat = ${called};`;
  // A gate has looked for the room that its end takes.
  const thrown = isClosed ? throwing("cx.failGate(error)", "isFree") : "throw cx.failGate(error);";
  source.line(`try { ${call} } catch (error) { ${thrown} }`);
  if (result !== undefined) source.line(`return ${liftResult(source, result)};`);
  return finish(
    source,
    `function (${names.join(", ")}) {\n${source.text}\n  }`,
    isClosed ? forgetting + books : forgetting,
  );
}

interface CallOf {
  readonly flat: readonly string[];
  readonly result: FuncType["result"];
  readonly postReturn: boolean;
  readonly isSuspendable: boolean;
  readonly scope: string | undefined;
}

function emitCall(source: Source, { flat, result, postReturn, isSuspendable, scope }: CallOf): void {
  const hasResult = result !== undefined;
  const called = `core.target(${flat.join(", ")})`;
  if (isSuspendable) {
    source.line(`const suspended = ${called};`);
    source.line("cx.pause(task);");
  }
  source.line(`${hasResult ? "const flat = " : ""}${isSuspendable ? "await suspended" : called};`);
  if (isSuspendable) {
    source.line("cx.resume(task);");
    // Behind the end of core code others run before this does: an ended instance has nothing left to lift from.
    source.line("if (cx.words[cx.root.endedIndex] !== 0) throw cx.endOf(task);");
  }
  if (hasResult && touchesMemory(result)) source.line("cx.beginMessage();");
  if (hasResult) source.line(`value = ${liftResult(source, result)};`);
  if (postReturn) source.line(`cx.postReturn(core.post${hasResult ? ", flat" : ""});`);
  if (scope !== undefined) source.line(`cx.closeScope(${scope});`);
  if (hasResult && source.resources.length > 0) source.line("cx.arrive();");
  if (isSuspendable) source.line("cx.leave(task);");
  else emitLeave(source);
}

const onlyOf = (result: FuncType["result"]): readonly ValueType[] => (result === undefined ? [] : [result]);

const touchesMemory = (type: ValueType): boolean => hasPointers(type) || flattenType(type).length > flatResultsMax;

/** Whether the options of this function have a memory, which validation asks for then. */
function hasMemoryUse({ params, result }: Pick<FuncType, "params" | "result">): boolean {
  const types = params.map(({ type }) => type);
  if (types.some(hasPointers) || flattenTypes(types).length > flatParamsMax) return true;
  return result !== undefined && touchesMemory(result);
}

type Params = FuncType["params"];

/** The argument in its variable. */
const argument = ({ label }: Params[number], index: number) => ({
  value: `arg${index}`,
  path: new ValuePath([`args[${index}]`], { param: label }),
});

function lowerAll(source: Source, params: Params): string[] {
  return params.flatMap((param, index) => emitLowerFlat(source, param.type, argument(param, index)));
}

function spill(source: Source, params: Params): string {
  const types = params.map(({ type }) => type);
  const { size, align } = sequenceOf(types);
  const start = source.let(`cx.allocate(${size}, ${align})`, "p");
  const offsets = offsetsOf(types);
  for (const [index, param] of params.entries()) {
    const pointer = source.let(plus(start, offsets[index] ?? 0), "p");
    emitStore(source, param.type, { ...argument(param, index), pointer });
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
  const types = params.map(({ type }) => type);
  const source = new Source({ lowered: onlyOf(result), lifted: types, isAnswer: true });
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
  // Before anything is taken from the guest (`refusing`).
  if (types.some(({ hasResource }) => hasResource)) source.line("if (refuses) target();");
  // A stack that is full behind this, on the way to the host or back, would lose what is owned.
  if ([...types, ...onlyOf(result)].some(({ hasResource }) => hasResource)) source.line("cx.requireRoomForGuest();");
  if (lends) source.line("cx.beginLending();");
  if (usesMemory) source.line("cx.beginMessage();");
  const values = isSpilled ? loadAll(source, types) : liftAll(source, types, given);
  if (source.resources.length > 0) source.line("cx.arrive();");
  source.line(`const value = target(${values.join(", ")});`);
  const zero = resultFlat[0] === "i64" ? "0n" : "0";
  source.line(`if (value === post) return${result === undefined || hasPointer ? "" : ` ${zero}`};`);
  const all = hasPointer ? [...names, "out"] : names;
  source.line(`return finish(value, ${all.join(", ")});`);
  const finishing = source.sibling();
  emitFinish(finishing, { result, usesMemory, lends });
  // One alone is looked after where it is lowered.
  const lowering = hasParts(result) ? givingUp(source, finishing.text) : finishing.text;
  const functions = [
    "  const { words } = cx, refuses = target.refuses === true;",
    `  const finish = function (value, ${all.join(", ")}) {\n${lowering}\n  };`,
    `  const run = function (${all.join(", ")}) {\n${source.text}\n  };`,
  ];
  return finish(source, `{ run, finish }`, functions.join("\n"));
}

/** Whether some of what it owns may have been lowered when the rest cannot be. */
const hasParts = (result: FuncType["result"]): result is ValueType =>
  result?.hasResource === true && result.kind !== "own";

/** What owns resources is lowered by the text. */
function givingUp(source: Source, text: string): string {
  const resources = source.constant(source.resources);
  return `try {\n${text}\n} catch (error) { throw cx.giveUp(error, { resources: ${resources}, bound: r }); }`;
}

interface Finish {
  readonly result: FuncType["result"];
  readonly usesMemory: boolean;
  readonly lends: boolean;
}

const returned = new ValuePath(["the result"]);
const answer = { value: "value", path: returned };

/** Whose sides are what a function of the host returns, and what it throws (runtime/host-func.ts). */
const sides = [returned, new ValuePath(["the error's payload"])];
const answerOfSides = { value: "value", path: new ValuePath(["the result"], { payloads: sides }) };

const answerOf = ({ kind }: ValueType): typeof answer => (kind === "result" ? answerOfSides : answer);

/** Lowers the answer. The host function, and code that reads what it answered, may have ended the call: no guest goes on then. */
function emitFinish(source: Source, { result, usesMemory, lends }: Finish): void {
  if (usesMemory) source.line("cx.beginMessage();");
  const isStored = result !== undefined && flattenType(result).length > flatResultsMax;
  if (isStored) storeAnswer(source, result);
  const [core] = isStored || result === undefined ? [] : emitLowerFlat(source, result, answerOf(result));
  // Behind the last code of the host, and not before: what that calls must not find the word that ends this call.
  source.line(`if (words[${dutyIndex}] !== 0) cx.endIfStopped();`);
  if (lends) source.line("cx.endLending();");
  if (core !== undefined) source.line(`return ${core};`);
}

function storeAnswer(source: Source, result: ValueType): void {
  const { size, align } = layoutOf(result);
  const pointer = source.let("out >>> 0", "p");
  const check = `cx.checkRecord(${pointer}, ${size}, ${align});`;
  const untaken = `throw cx.leaveAnswer(error, ${source.constant(result)}, value);`;
  source.line(hasParts(result) ? `try { ${check} } catch (error) { ${untaken} }` : check);
  emitStore(source, result, { ...answerOf(result), pointer });
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
