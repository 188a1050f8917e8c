/** A store of its own with tiny wheels, and the host's interpreter, for tests of views and environments. */
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { openStore, type Store } from "@vivarium/core/store";
import { removeTree } from "@vivarium/core/store/remove-tree";
import { buildWheel, type WheelShape } from "../../../tests/fixture-index/distributions.ts";
import { findInterpreter } from "../../interpreter/find-interpreter.ts";
import type { Interpreter } from "../../interpreter/interpreter.ts";
import { bytesSource } from "../../wheel/archive-source.ts";
import { findStoredWheel, type StoredWheel, wheelKind } from "../../wheel/stored-wheel.ts";
import { unpackArchive } from "../../wheel/unpack.ts";
import { type EnvironmentOptions, ensureEnvironment } from "../ensure-environment.ts";
import type { EnvironmentRecord } from "../environment-record.ts";

export interface Scene {
  readonly root: string;
  readonly store: Store;
  readonly interpreter: Interpreter;
  readonly warnings: Problem[];
  readonly events: string[];
  /** Builds a wheel and puts it into the store. */
  readonly wheel: (shape: WheelShape) => Promise<StoredWheel>;
  readonly environment: (
    key: string,
    wheels: readonly StoredWheel[],
    more?: Partial<EnvironmentOptions>,
  ) => Promise<EnvironmentRecord>;
  readonly remove: () => void;
}

const probes = mkdtempSync(join(tmpdir(), "env-probes-"));
process.on("exit", () => rmSync(probes, { recursive: true, force: true }));

/** The interpreter that tests run with, asked once for all scenes of a process. */
const hostInterpreter = await findInterpreter({
  environment: { ...process.env, HOME: process.env["HOME"] ?? homedir() },
  cwd: probes,
  platform: process.platform === "darwin" ? "darwin" : "linux",
  cacheRoot: join(probes, "cache"),
});

/** `name` begins the name of the scene's directory. */
export function openScene(name = "env-test-"): Scene {
  const root = realpathSync(mkdtempSync(join(tmpdir(), name)));
  const store = openStore(join(root, "cache"));
  const warnings: Problem[] = [];
  const events: string[] = [];
  const report: Report = { emit: (kind) => events.push(kind), warn: (problem) => warnings.push(problem) };
  return {
    root,
    store,
    interpreter: hostInterpreter,
    warnings,
    events,
    wheel: (shape) => storeWheel(store, shape),
    environment: (key, wheels, more = {}) =>
      ensureEnvironment({ store, interpreter: hostInterpreter, wheels, key, report, ...more }),
    remove: () => removeTree(root),
  };
}

async function storeWheel(store: Store, shape: WheelShape): Promise<StoredWheel> {
  const { bytes, filename, sha256 } = buildWheel(shape);
  const directory = join(store.temporaryDirectory(), "entry");
  mkdirSync(directory);
  unpackArchive(bytesSource(bytes), { file: filename, directory });
  store.publishFrom(directory, wheelKind, sha256);
  const stored = findStoredWheel(store, sha256);
  if (stored === undefined) throw new Error(`${filename} did not reach the store`);
  return stored;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program with a clean environment. */
export function run(command: readonly string[], environment: Record<string, string> = {}, cwd?: string): Ran {
  const child = Bun.spawnSync([...command], {
    env: { PATH: "/usr/bin:/bin", LANG: "C.UTF-8", ...environment },
    stdin: "ignore",
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { code: child.exitCode, out: child.stdout.toString().trim(), err: child.stderr.toString().trim() };
}

/** What a program prints in an environment; throws what it says where it fails. */
export function python(record: EnvironmentRecord, code: string): string {
  const { code: exit, out, err } = run([record.python, "-c", code]);
  if (exit !== 0) throw new Error(`python ended with ${exit}: ${err}`);
  return out;
}

/** Every file and link below a directory with the hash of what it holds. Bytecode is left out: interpreters add it. */
export function hashTree(directory: string): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  const visit = (relative: string): void => {
    for (const name of readdirSync(join(directory, relative))) {
      if (name === "__pycache__") continue;
      const path = join(relative, name);
      const full = join(directory, path);
      const status = lstatSync(full);
      if (status.isDirectory()) visit(path);
      else if (status.isSymbolicLink()) hashes.set(path, `link ${readlinkSync(full)}`);
      else hashes.set(path, createHash("sha256").update(readFileSync(full)).digest("hex"));
    }
  };
  visit("");
  return hashes;
}

/** What a promise rejects with; throws where it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const answer = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (answer === undefined) throw new Error("nothing was thrown");
  return answer.error;
}
