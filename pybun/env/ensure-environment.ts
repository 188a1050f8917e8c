/**
 * Makes the environment of a key, or takes the one that is there and whole.
 *
 * In: stored wheels, an interpreter, a key that stands for everything that decides the contents. Out: the record.
 * View first (shared), then the private prefix in a temporary directory, its record last, then one rename. A kill at
 * any moment leaves the old state or the new one. A lock for each key lets one of many equal processes do the work.
 * Whole means: the record can be read, the interpreter is the one it names, the prefix has its interpreter, and the
 * view is there; anything else is thrown away and made again.
 */
import { lstatSync, mkdirSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import type { Origins } from "./direct-url.ts";
import {
  type EnvironmentRecord,
  environmentKind,
  environmentPath,
  type RecordedPackage,
  type RecordedWish,
  readEnvironmentRecord,
  recordFileName,
  recordVersion,
} from "./environment-record.ts";
import { wheelsToMaterialize } from "./materialize.ts";
import { inspectPlace } from "./place.ts";
import { checkDirectory, placeEnvironment, placeLockOf } from "./placed-environment.ts";
import { type PrefixRequest, planPrefix } from "./prefix-plan.ts";
import { writePrefix } from "./prefix-write.ts";
import { promptOf } from "./prompt.ts";
import { verifyEnvironment } from "./verify-links.ts";
import { ensureView } from "./view.ts";
import { warnOfConflicts } from "./warn-of-conflicts.ts";

const problem = problemsOf<typeof envDiagnostics>();
const storeProblem = problemsOf<typeof coreDiagnostics>();

export interface EnvironmentOptions {
  readonly store: Store;
  readonly interpreter: Interpreter;
  readonly wheels: readonly StoredWheel[];
  /** Names the environment in the store: letters, digits, `_`, `-`, `.`. */
  readonly key: string;
  /** Directories that are put on the path of this environment alone. */
  readonly editables?: readonly string[];
  /** Names of distributions to copy instead of linking; the known ones are always copied. */
  readonly materialize?: readonly string[];
  /** What the environment is for, for its record. */
  readonly wish?: () => RecordedWish;
  /** Of wheels that were asked for by URL. */
  readonly origins?: Origins;
  readonly report: Report;
  /** An absolute path: the environment is made there instead of in the store. */
  readonly directory?: string;
  /** Make it anew, also where there is one that is whole. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
}

/** @throws the codes of envDiagnostics, E_STORE_DAMAGED (a wheel), the other E_STORE_* codes */
export async function ensureEnvironment(options: EnvironmentOptions): Promise<EnvironmentRecord> {
  const known = findWhole(options);
  if (known !== undefined) return announce(options, { record: known, created: false, startMs: performance.now() });
  const { store, key, directory, signal } = options;
  // Of two wishes for one place the second has to see what the first one made there.
  const lock = directory === undefined ? `environment-${key}` : placeLockOf(directory);
  return store.withoutEviction(() => store.withLock(lock, () => make(options), signal), signal);
}

/**
 * Nobody evicts meanwhile, but a careless hand may, or somebody on a file system without locks: what is made of a wheel
 * that is gone by now, or was half-way, is told of as damage, which callers mend.
 */
async function make(options: EnvironmentOptions): Promise<EnvironmentRecord> {
  const startMs = performance.now();
  const known = findWhole(options);
  if (known !== undefined) return announce(options, { record: known, created: false, startMs });
  const { store, directory, key, fresh: clear = false } = options;
  if (directory !== undefined) checkDirectory({ store, directory, key, clear });
  checkPresent(options.wheels);
  try {
    return await build(options, startMs);
  } finally {
    checkPresent(options.wheels);
  }
}

/** @throws E_STORE_DAMAGED */
function checkPresent(wheels: readonly StoredWheel[]): void {
  const absent = wheels.find(({ path }) => !isPresent(path));
  if (absent !== undefined) throw storeProblem("E_STORE_DAMAGED", { path: dirname(absent.path), detail: "it is gone" });
}

async function build(options: EnvironmentOptions, startMs: number): Promise<EnvironmentRecord> {
  const {
    store,
    interpreter,
    wheels,
    key,
    report,
    directory,
    editables = [],
    materialize,
    origins = new Map(),
  } = options;
  const materialized = wheelsToMaterialize(wheels, materialize);
  const linked = wheels.filter((wheel) => !materialized.has(wheel.sha256));
  const view = await ensureView({ store, abi: interpreter.abi, wheels: linked, origins, report });
  // Only the view was missing: the prefix stays, with what the user put into it.
  const mended = findWhole(options);
  if (mended?.view === view.path) return announce(options, { record: mended, created: false, startMs });
  const prefix = directory ?? environmentPath(store, key);
  const parts = { prefix, interpreter, view: view.path, wheels, materialized, editables, origins };
  const record = recordOf(parts, options);
  // In the store the last part of every prefix is the same.
  const request = directory === undefined ? { ...parts, prompt: promptOf(record) } : parts;
  const plan = planPrefix(request);
  const fill = (target: string): void => writePrefix(plan, target, record);
  if (directory === undefined) await publishInStore(options, { record, fill });
  else await placeEnvironment({ store, directory, record, fill, clear: options.fresh ?? false });
  if (!isPresent(view.path)) throw storeProblem("E_STORE_DAMAGED", { path: view.path, detail: "it is gone" });
  warnOfConflicts(plan.conflicts, report);
  return announce(options, { record, created: true, startMs });
}

interface Made {
  readonly record: EnvironmentRecord;
  readonly fill: (directory: string) => void;
}

async function publishInStore(
  { store, key, fresh = false }: EnvironmentOptions,
  { record, fill }: Made,
): Promise<void> {
  if (store.has(environmentKind, key)) {
    const lease = `${environmentKind}/${key}`;
    if (fresh && store.leased().has(lease)) throw problem("E_ENV_IN_USE", { path: record.path });
    store.remove(environmentKind, key);
  }
  await store.publish(environmentKind, key, (directory) => {
    const prefix = join(directory, "environment");
    mkdirSync(prefix);
    fill(prefix);
    writeFileSync(join(directory, recordFileName), JSON.stringify(record));
  });
}

function recordOf(request: PrefixRequest, { key, wish }: EnvironmentOptions): EnvironmentRecord {
  const { prefix, interpreter, view, wheels, origins } = request;
  const { realPath, size, mtimeMs, version, scheme } = interpreter;
  return {
    format: recordVersion,
    key,
    path: prefix,
    python: join(prefix, scheme.scripts, "python"),
    view,
    packages: wheels.map((wheel) => packageOf(wheel, origins?.get(wheel.sha256))),
    wish: wish?.() ?? { requirements: [] },
    interpreter: { realPath, size, mtimeMs, version },
  };
}

function packageOf({ manifest, sha256 }: StoredWheel, url: string | undefined): RecordedPackage {
  return { name: manifest.name, version: manifest.version, sha256, ...(url === undefined ? {} : { url }) };
}

function findWhole(options: EnvironmentOptions): EnvironmentRecord | undefined {
  const { store, key, directory, interpreter, fresh = false } = options;
  if (fresh) return undefined;
  const record = directory === undefined ? storedRecord(store, key) : placedRecord(directory);
  if (record?.key !== key) return undefined;
  const { realPath, size, mtimeMs } = record.interpreter;
  const isSame = realPath === interpreter.realPath && size === interpreter.size && mtimeMs === interpreter.mtimeMs;
  const isKept = isSame && hasWheels(record, options) && isEnvironmentWhole(record);
  // A run looks at less; who asks for the environment itself gets a whole one.
  return isKept && verifyEnvironment(record) === undefined ? record : undefined;
}

function storedRecord(store: Store, key: string): EnvironmentRecord | undefined {
  const record = readEnvironmentRecord(store, key);
  // A store that was moved as a whole has environments that name their former places.
  return record?.path === environmentPath(store, key) ? record : undefined;
}

function placedRecord(directory: string): EnvironmentRecord | undefined {
  const place = inspectPlace(directory);
  return place.kind === "environment" ? place.record : undefined;
}

/** A refresh may find other wheels for a key that only says what was asked for. */
function hasWheels({ packages }: EnvironmentRecord, { wheels, origins }: EnvironmentOptions): boolean {
  const recorded = new Map(packages.map(({ sha256, url }) => [sha256, url]));
  const isRecorded = ({ sha256 }: StoredWheel) => recorded.has(sha256) && recorded.get(sha256) === origins?.get(sha256);
  return recorded.size === wheels.length && wheels.every(isRecorded);
}

/** What every use checks: the interpreter and the view are there. Four system calls. */
export function isEnvironmentWhole({ path, python, view, interpreter }: EnvironmentRecord): boolean {
  if (!isPresent(join(path, "pyvenv.cfg")) || !isPresent(view)) return false;
  const status = statSync(interpreter.realPath, { throwIfNoEntry: false });
  if (status === undefined || status.size !== interpreter.size || status.mtimeMs !== interpreter.mtimeMs) return false;
  return linkTarget(python) === interpreter.realPath;
}

const isPresent = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "EINVAL" || errno === "ENOTDIR") return undefined;
    throw error;
  }
}

interface Announcement {
  readonly record: EnvironmentRecord;
  readonly created: boolean;
  readonly startMs: number;
}

function announce({ report }: EnvironmentOptions, { record, created, startMs }: Announcement): EnvironmentRecord {
  const { key, path, packages } = record;
  const duration_ms = performance.now() - startMs;
  report.emit("env.create", { key, path, packages: packages.length, created, duration_ms });
  return record;
}
