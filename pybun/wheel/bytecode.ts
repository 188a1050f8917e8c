/**
 * Bytecode of stored wheels: which wheels lack it for an interpreter, and the process that makes it.
 *
 * Compiled files lie in the tree itself, in `__pycache__`, because a view links whole directories and an interpreter
 * looks nowhere else. They are no part of the seal; `bytecode/<cache tag>.json` lists them with their hashes. They are
 * unchecked-hash files (PEP 552): taken without a look at the source, so neither two wheels of equal size and time nor
 * a copied tree can make them stale.
 *
 * The work takes seconds, so it happens behind the run that needed the wheel: a detached process at low priority. Until
 * it is done, an interpreter compiles what it imports and may itself write `.pyc` files into the tree; they are right
 * (the source beside them never changes), written by one rename each, and replaced by ours. Forbidding it would take
 * PYTHONDONTWRITEBYTECODE or PYTHONPYCACHEPREFIX, which the user's own modules and child processes would feel too.
 * `pybun cache verify` removes what no list covers.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { hasFields, readSmallJson, wholeOf } from "@vivarium/core/store/small-file";
import compileScript from "./compile-bytecode.py" with { type: "text" };
import { type StoredWheel, wheelKind } from "./stored-wheel.ts";

export interface BytecodeOptions {
  readonly store: Store;
  /** The interpreter that will use the bytecode. */
  readonly python: string;
  /** `sys.implementation.cache_tag`, such as `cpython-312`. */
  readonly cacheTag: string;
  readonly wheels: readonly StoredWheel[];
}

/** Whether a stored wheel has all the bytecode that can be made for a cache tag. */
export function hasBytecode({ path, manifest }: StoredWheel, cacheTag: string): boolean {
  return manifest.sources === 0 || existsSync(listPath(dirname(path), cacheTag));
}

const listPath = (entry: string, cacheTag: string): string => join(entry, "bytecode", `${cacheTag}.json`);

/**
 * Starts to compile what is missing and resolves as soon as that goes on without us; the compiling process is then no
 * child of ours, so a program that replaces us by execve never meets it in `os.wait`. Resolves to the number of wheels.
 */
export async function compileInBackground(options: BytecodeOptions): Promise<number> {
  const command = planCommand(options);
  if (command === undefined) return 0;
  // The shell starts it and ends at once; with `&` it also ignores the terminal's Ctrl-C.
  const detached = process.platform === "win32" ? command.cmd : ["/bin/sh", "-c", '"$@" &', "sh", ...command.cmd];
  const child = Bun.spawn(detached, { ...spawnOptions(options.store), detached: true });
  child.unref();
  if (process.platform !== "win32") await child.exited;
  return command.wheels;
}

/** Compiles what is missing and waits for it. Resolves to the number of wheels; rejects if the interpreter fails. */
export async function compileNow(options: BytecodeOptions): Promise<number> {
  const command = planCommand(options);
  if (command === undefined) return 0;
  const child = Bun.spawn(command.cmd, { ...spawnOptions(options.store), stderr: "pipe" });
  const [exitCode, stderr] = await Promise.all([child.exited, child.stderr.text()]);
  if (exitCode !== 0) throw new Error(`compiling bytecode ended with ${exitCode}: ${stderr.trim()}`);
  return command.wheels;
}

function planCommand({
  store,
  python,
  cacheTag,
  wheels,
}: BytecodeOptions): { cmd: string[]; wheels: number } | undefined {
  const missing = wheels.filter((wheel) => !hasBytecode(wheel, cacheTag));
  if (missing.length === 0) return undefined;
  const entries = missing.map((wheel) => store.entryPath(wheelKind, wheel.sha256));
  // -I and -S: neither the user's variables, directory nor site-packages take part.
  return { cmd: [python, "-I", "-S", "-B", "-c", compileScript, cacheTag, ...entries], wheels: missing.length };
}

/** The store as working directory, so that the user's own is not held; no variable of the user is needed. */
const spawnOptions = (store: Store) =>
  ({ cwd: store.root, env: {}, stdin: "ignore", stdout: "ignore", stderr: "ignore" }) as const;

export interface BytecodeFile {
  /** Relative to the tree. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

interface BytecodeColumns {
  readonly path: readonly string[];
  readonly size: readonly number[];
  readonly sha256: readonly string[];
}

/** What was compiled for a cache tag; undefined if nothing was, or not to the end, or if the list is damaged. */
export function readBytecodeList(entry: string, cacheTag: string): readonly BytecodeFile[] | undefined {
  // Written by compile-bytecode.py, by one rename.
  const list = wholeOf(readSmallJson(listPath(entry, cacheTag), isList));
  return list?.path.map((path, index) => ({ path, size: list.size[index] ?? 0, sha256: list.sha256[index] ?? "" }));
}

const isList = (value: object): value is BytecodeColumns =>
  hasFields(value, { path: "strings", size: "list", sha256: "strings" });
