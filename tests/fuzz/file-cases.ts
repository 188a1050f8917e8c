/**
 * Files with hostile guests: the component of tests/components/wasi/filesystem calls what it likes, with handles that
 * are of something else or gone, paths to the outside and sizes without end. Each call gives a result, or traps where a
 * handle is none; nothing outside of its directory is seen or changed, and nothing stays open behind it.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Component } from "../../isorun/runtime/component.ts";
import type { InstanceHandle } from "../../isorun/runtime/instance-handle.ts";
import { Runtime } from "../../isorun/runtime/runtime.ts";
import type { FuncType, ValueType } from "../../isorun/types/component-types.ts";
import { WasiDir } from "../../isorun/wasi/dir.ts";
import { assemble } from "../components/assemble.ts";
import { textOf } from "../components/wasi/instantiate.ts";
import { type CaseKind, type CaseSeed, type Ending, Finding } from "./case-kind.ts";
import { outcomeOf } from "./guest-scene.ts";
import { chance, pick, type Random, randomBits, randomFrom, seedOf, times } from "./random.ts";
import { randomValue } from "./value-types.ts";

const secret = "what nobody inside may see";

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

/** What the guest holds, by handle. */
type Held = Map<number, Kind>;

const names = ["file", "dir", "dir/inner", "new", "new/deep", "out", "loop", "dir/up"];
const wildPaths = [
  "..",
  "../secret",
  "dir/../../secret",
  "/etc/passwd",
  "/proc/self/environ",
  "out/secret",
  "dir/up/../secret",
  "",
  ".",
  "/",
  "//file",
  "file/",
  "file/..",
  "dir/./inner",
  "a\0b",
  "\\..\\secret",
  "x".repeat(300),
  "dir/".repeat(2000),
];

const pathOf = (random: Random): string => pick(random, chance(random, 3) ? wildPaths : names);

interface Call {
  readonly name: string;
  readonly result: ValueType | undefined;
  readonly args: readonly unknown[];
  /** All of its handles are of the kind that it takes. */
  readonly isHonest: boolean;
}

function callOf(random: Random, funcs: readonly (readonly [string, FuncType])[], held: Held): Call {
  const [name, { params, result }] = pick(random, funcs);
  const kinds = takes[name] ?? [];
  let handles = 0;
  let isHonest = true;
  const args = params.map(({ type }) => {
    if (!isHandle(type)) return argumentOf(random, type);
    const kind = kinds[handles] ?? "descriptor";
    handles += 1;
    const fitting = [...held.keys()].filter((handle) => held.get(handle) === kind);
    const isWild = fitting.length === 0 || chance(random, 60);
    const handle = isWild ? (chance(random, 2) ? randomBits(random) >>> 0 : random(12)) : pick(random, fitting);
    isHonest &&= held.get(handle) === kind;
    return handle;
  });
  return { name, result, args, isHonest };
}

/** Nothing else has 32 bits here. */
const isHandle = (type: ValueType): boolean => type.kind === "primitive" && type.primitive === "u32";

function argumentOf(random: Random, type: ValueType): unknown {
  if (type.kind === "primitive" && type.primitive === "string") return pathOf(random);
  if (type.kind === "primitive" && type.primitive === "u64") return lengthOf(random);
  if (type.kind === "list") return times(random(70), () => random(0x100));
  return randomValue(random, type);
}

const lengthOf = (random: Random): bigint =>
  chance(random, 2) ? BigInt(random(100)) : pick(random, [2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 2n ** 32n, 2n ** 20n]);

/** A call of what it holds nothing for would end most cases at once. */
const isPossible = ([name]: readonly [string, FuncType], held: Held): boolean =>
  (takes[name] ?? ["descriptor"]).every((kind) => [...held.values()].includes(kind));

function noteResult(name: string, args: readonly unknown[], { held, text }: { held: Held; text: string }): void {
  if (text.includes(secret)) throw new Finding(`${name} shows what stands outside`);
  const given = gives[name];
  const [, handle] = /^ok\((\d+)\)$/.exec(text) ?? [];
  if (given !== undefined && handle !== undefined) held.set(Number(handle), given);
  const [, failure] = /^err\(last-operation-failed\((\d+)\)\)$/.exec(text) ?? [];
  if (failure !== undefined) held.set(Number(failure), "error");
  if (name.startsWith("drop-")) held.delete(Number(args[0]));
}

async function runFiles({ scene, call }: CaseSeed): Promise<Ending> {
  const random = randomFrom(seedOf(scene, call));
  const root = mkdtempSync(join(tmpdir(), "fuzz-files-"));
  const inside = join(root, "inside");
  furnish(root, inside);
  try {
    const ending = await runInside(random, inside);
    expectUntouched(root);
    return ending;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function furnish(root: string, inside: string): void {
  mkdirSync(join(inside, "dir"), { recursive: true });
  writeFileSync(join(root, "secret"), secret);
  writeFileSync(join(inside, "file"), "what everybody may see");
  writeFileSync(join(inside, "dir/inner"), "inner");
  symlinkSync(root, join(inside, "out"));
  symlinkSync("loop", join(inside, "loop"));
  symlinkSync("..", join(inside, "dir/up"));
}

function expectUntouched(root: string): void {
  const found = readdirSync(root).toSorted();
  if (!Bun.deepEquals(found, ["inside", "secret"])) throw new Finding(`outside stands ${found.join()}`);
  if (readFileSync(join(root, "secret"), "utf8") !== secret) throw new Finding("a file outside was written to");
}

async function runInside(random: Random, inside: string): Promise<Ending> {
  loaded ??= load();
  const component = await loaded;
  using directory = new WasiDir(inside, { access: chance(random, 4) ? "read" : "write", openFilesMax: 16 });
  const before = openBelow(inside);
  const handle = await runtime.instance(component).linkSystem(directory).instantiate();
  handle.func("get-directories")();
  const ending = steps(random, { component, handle });
  await handle.terminate();
  if (openBelow(inside) !== before) throw new Finding("files are open behind the end of their instance");
  return ending;
}

const openBelow = (inside: string): number =>
  readdirSync("/proc/self/fd").filter((fd) => {
    const path = `/proc/self/fd/${fd}`;
    return existsSync(path) && readlinkSync(path).startsWith(inside);
  }).length;

interface Stage {
  readonly component: Component;
  readonly handle: InstanceHandle;
}

function steps(random: Random, { component, handle }: Stage): Ending {
  const held: Held = new Map([[1, "descriptor"]]);
  const funcs = [...component.exports].flatMap(([name, type]) =>
    type.kind === "func" && name !== "get-directories" ? [[name, type] as const] : [],
  );
  for (let left = 5 + random(30); left > 0; left -= 1) {
    const possible = chance(random, 40) ? funcs : funcs.filter((func) => isPossible(func, held));
    if (possible.length === 0) return "done";
    const { name, result, args, isHonest } = callOf(random, possible, held);
    const outcome = outcomeOf(() => handle.func(name)(...args), result);
    if (outcome.kind === "trap") {
      if (isHonest) throw new Finding(`${name}(${args.map(String).join()}) traps: ${outcome.message}`);
      return "trap";
    }
    if (!isHonest) throw new Finding(`${name}(${args.map(String).join()}) takes a handle of something else`);
    noteResult(name, args, { held, text: outcome.text });
  }
  return "done";
}

export const fileKinds = { files: { run: runFiles, share: 8 } } as const satisfies Readonly<Record<string, CaseKind>>;
