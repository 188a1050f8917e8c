/**
 * Files with hostile guests: the component of tests/components/wasi/filesystem calls what it likes, with handles that
 * are of something else or gone, paths to the outside and sizes without end. Each call gives a result, or traps where a
 * handle is none; nothing outside of its directory is seen or changed, what may only be read stays as it is, and nothing
 * stays open behind it.
 */
import { existsSync, readdirSync, readlinkSync } from "node:fs";
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { FuncType, ValueType } from "../../isorun/types/component-types.ts";
import { propertyName } from "../../isorun/types/property-name.ts";
import { WasiDir } from "../../isorun/wasi/dir.ts";
import { assemble } from "../components/assemble.ts";
import { textOf } from "../components/wasi/instantiate.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { randomPath } from "./file-paths.ts";
import { outcomeOf } from "./guest-scene.ts";
import { leadsOut, Outside } from "./outside.ts";
import { chance, pick, type Random, randomBits, randomFrom, seedOf, times } from "./random.ts";
import { randomValue } from "./value-types.ts";

const runtime = new Runtime();
let loaded: Promise<Component> | undefined;

async function load(): Promise<Component> {
  const text = textOf("filesystem");
  return runtime.load((await assemble([text]))(text));
}

type Kind = "descriptor" | "input" | "output" | "entries" | "error";

/** Of the handles that a function takes, in their order; descriptors if it is not named here. */
const takes: Readonly<Record<string, readonly Kind[]>> = {
  "stream-read": ["input"],
  "stream-read-blocking": ["input"],
  "stream-write": ["output"],
  "stream-splice": ["output", "input"],
  entry: ["entries"],
  "error-code-of": ["error"],
  "drop-input": ["input"],
  "drop-output": ["output"],
  "drop-entries": ["entries"],
  "drop-error": ["error"],
};

/** Of the handle that a function gives. */
const gives: Readonly<Record<string, Kind>> = {
  "open-at": "descriptor",
  "read-via-stream": "input",
  "write-via-stream": "output",
  "append-via-stream": "output",
  "read-directory": "entries",
};

/** What leads to the contents of files and directories, one after the other. */
const readers = new Set(["open-at", "read", "read-via-stream", "stream-read", "read-directory", "entry"]);

/** What the guest holds, by handle. */
type Held = Map<number, Kind>;

interface Call {
  readonly name: string;
  readonly result: ValueType | undefined;
  readonly args: readonly unknown[];
  /** All of its handles are of the kind that it takes. */
  readonly isHonest: boolean;
}

function callOf(random: Random, funcs: readonly (readonly [string, FuncType])[], held: Held): Call {
  const reading = chance(random, 3) ? funcs.filter(([name]) => readers.has(name)) : [];
  const [name, { params, result }] = pick(random, reading.length > 0 ? reading : funcs);
  const kinds = takes[name] ?? [];
  let handles = 0;
  let isHonest = true;
  const args = params.map(({ type }) => {
    if (!isHandle(type)) return argumentOf(random, type);
    const kind = kinds[handles] ?? "descriptor";
    handles += 1;
    const fitting = [...held.keys()].filter((handle) => held.get(handle) === kind);
    const isWild = fitting.length === 0 || chance(random, 60);
    const newest = chance(random, 2) ? fitting.slice(-1) : fitting;
    const handle = isWild ? (chance(random, 2) ? randomBits(random) >>> 0 : random(12)) : pick(random, newest);
    isHonest &&= held.get(handle) === kind;
    return handle;
  });
  return { name, result, args, isHonest };
}

/** Nothing else has 32 bits here. */
const isHandle = (type: ValueType): boolean => type.kind === "primitive" && type.primitive === "u32";

function argumentOf(random: Random, type: ValueType): unknown {
  if (type.kind === "primitive" && type.primitive === "string") return randomPath(random);
  if (type.kind === "primitive" && type.primitive === "u64") return lengthOf(random);
  // What stands outside has none of these bytes.
  if (type.kind === "list") return times(random(70), () => 0x80 + random(0x80));
  if (type.kind === "flags" && chance(random, 2)) return plainFlags(type.labels);
  return randomValue(random, type);
}

/** Those of most calls: what is there is opened to be read, also through a link. */
const plainFlags = (labels: readonly string[]): unknown =>
  Object.fromEntries(labels.map((label) => [propertyName(label), label === "read" || label === "symlink-follow"]));

const lengthOf = (random: Random): bigint =>
  chance(random, 2) ? BigInt(random(100)) : pick(random, [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 32n, 2n ** 20n]);

/** A call of what it holds nothing for would end most cases at once. */
const isPossible = ([name]: readonly [string, FuncType], held: Held): boolean =>
  (takes[name] ?? ["descriptor"]).every((kind) => [...held.values()].includes(kind));

function noteResult(name: string, args: readonly unknown[], { held, text }: { held: Held; text: string }): void {
  const given = gives[name];
  const [, handle] = /^ok\((\d+)\)$/.exec(text) ?? [];
  if (given !== undefined && handle !== undefined) held.set(Number(handle), given);
  const [, failure] = /^err\(last-operation-failed\((\d+)\)\)$/.exec(text) ?? [];
  if (failure !== undefined) held.set(Number(failure), "error");
  if (name.startsWith("drop-")) held.delete(Number(args[0]));
}

async function runFiles({ scene, call }: CaseSeed): Promise<Ending> {
  const random = randomFrom(seedOf(scene, call));
  const outside = new Outside();
  try {
    const ending = await runInside(random, outside);
    outside.expectUntouched();
    return ending;
  } finally {
    outside.remove();
  }
}

async function runInside(random: Random, outside: Outside): Promise<Ending> {
  const { inside } = outside;
  loaded ??= load();
  const component = await loaded;
  const access = chance(random, 4) ? "read" : "write";
  using directory = new WasiDir(inside, { access, openFilesMax: 16 });
  const before = openBelow(outside.root);
  const contents = access === "read" ? outside.insideNow() : undefined;
  const handle = await runtime.instance(component).linkSystem(directory).instantiate();
  handle.func("get-directories")();
  const ending = steps(random, { component, handle, outside });
  await handle.terminate();
  if (openBelow(outside.root) !== before) throw new Finding("files are open behind the end of their instance");
  if (contents !== undefined && !Bun.deepEquals(outside.insideNow(), contents)) {
    throw new Finding("what may only be read was changed");
  }
  return ending;
}

const openBelow = (root: string): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return existsSync(path) && readlinkSync(path).startsWith(root);
  }).length;

interface Stage {
  readonly component: Component;
  readonly handle: InstanceHandle;
  readonly outside: Outside;
}

function steps(random: Random, { component, handle, outside }: Stage): Ending {
  const held: Held = new Map([[1, "descriptor"]]);
  const funcs = [...component.exports].flatMap(([name, type]) =>
    type.kind === "func" && name !== "get-directories" ? [[name, type] as const] : [],
  );
  for (let left = 5 + random(30); left > 0; left -= 1) {
    const possible = chance(random, 40) ? funcs : funcs.filter((func) => isPossible(func, held));
    if (possible.length === 0) return "done";
    const { name, result, args, isHonest } = callOf(random, possible, held);
    const outcome = outcomeOf(() => {
      const value = handle.func(name)(...args);
      expectInside({ name, args, value }, outside);
      return value;
    }, result);
    if (outcome.kind === "trap") {
      if (isHonest) throw new Finding(`${name}(${args.map(String).join()}) traps: ${outcome.message}`);
      return "trap";
    }
    if (!isHonest) throw new Finding(`${name}(${args.map(String).join()}) takes a handle of something else`);
    noteResult(name, args, { held, text: outcome.text });
  }
  return "done";
}

interface Answer {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Not of one that was refused. */
  readonly value: unknown;
}

function expectInside({ name, args, value }: Answer, outside: Outside): void {
  // What a link says is not where it leads.
  const paths = (name === "symlink-at" ? args.slice(2) : args).filter((arg) => typeof arg === "string");
  if (paths.some(leadsOut)) throw new Finding(`${name}(${args.map(String).join()}) leads out`);
  outside.expectUnseen(name, value);
}

export const fileKinds = { files: { run: runFiles, share: 8 } } as const satisfies Readonly<Record<string, CaseKind>>;
