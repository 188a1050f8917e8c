import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CommandContext, Execute } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { openStore, type Store } from "@vivarium/core/store";
import { type Cleared, clearStore } from "@vivarium/core/store/clear";
import type { Patience } from "@vivarium/core/store/eviction";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { envDiagnostics } from "../env/diagnostics.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";
import { isRemnant, verifyEntry } from "../wheel/verify.ts";
import { dependentKinds, discardBroken, keeperOf, removeWheel } from "./cache-dependents.ts";

const problem = problemsOf<typeof coreDiagnostics>();
const envProblem = problemsOf<typeof envDiagnostics>();

const storeOf = ({ platform, environment, home }: CommandContext): Store =>
  openStore(placesOf(platform, environment, home).cache);

/** `pybun cache dir` */
export const executeDir: Execute = async (context) => {
  const path = placesOf(context.platform, context.environment, context.home).cache;
  context.out(`${path}\n`);
  context.detail({ path });
  return exitCode.success;
};

/** `pybun cache verify`. @throws E_STORE_VERIFY at the end, if an entry was damaged */
export const executeVerify: Execute = async (context) => {
  const store = storeOf(context);
  store.sweep();
  await discardRemnants(store, patienceOf(context, store));
  const keys = store.keys(wheelKind);
  const damaged: { entry: string; reason: string }[] = [];
  for (const key of keys) {
    await letSignalsIn();
    context.signal.throwIfAborted();
    const reason = await discardDamaged(store, key, patienceOf(context, store));
    const entry = `${wheelKind}/${key}`;
    context.report.emit("cache.verify", { entry, intact: reason === undefined });
    if (reason === undefined) continue;
    damaged.push({ entry, reason });
    context.report.warn(problem("W_STORE_REMOVED", { path: store.entryPath(wheelKind, key), detail: reason }));
  }
  const { lost, waiting, broken } = await discardBroken(store, patienceOf(context, store));
  for (const { entry, reason } of lost) {
    damaged.push({ entry, reason });
    context.report.warn(problem("W_STORE_REMOVED", { path: join(store.root, entry), detail: reason }));
  }
  for (const params of waiting) context.report.warn(envProblem("W_ENV_VIEW_GONE", params));
  for (const params of broken) context.report.warn(envProblem("W_ENV_BROKEN", params));
  context.detail({ checked: keys.length, damaged, waiting: [...waiting], broken: [...broken] });
  if (damaged.length + broken.length > 0) {
    throw problem("E_STORE_VERIFY", { path: store.root, damaged: damaged.length, checked: keys.length });
  }
  context.note(`${intactWords(keys.length)}\n`);
  return exitCode.success;
};

async function discardRemnants(store: Store, patience: Patience): Promise<void> {
  const remnants = () => store.keys(wheelKind).filter((key) => isRemnant(store.entryPath(wheelKind, key)));
  if (remnants().length === 0) return;
  // Somebody who installs may have put the wheel there meanwhile.
  await store.withEviction(() => {
    for (const key of remnants()) store.remove(wheelKind, key);
  }, patience);
}

/**
 * Removes a wheel that is damaged, and says what is wrong with it. Looks first while others may install and clean: one
 * that leaves and comes again meanwhile seems to lack what it has, so damage counts when it is there while nobody does.
 */
async function discardDamaged(store: Store, key: string, patience: Patience): Promise<string | undefined> {
  if (seemsIntact(store, key)) return undefined;
  return store.withEviction(() => {
    if (!store.has(wheelKind, key)) return undefined;
    const reason = verifyEntry(store.entryPath(wheelKind, key));
    if (reason !== undefined) removeWheel(store, key);
    return reason;
  }, patience);
}

function seemsIntact(store: Store, key: string): boolean {
  try {
    return verifyEntry(store.entryPath(wheelKind, key)) === undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function intactWords(count: number): string {
  if (count === 0) return "the store holds no wheels";
  return count === 1 ? "1 wheel is intact" : `${count} wheels are intact`;
}

/** Longer than the installation of something large over a slow line; who looks on can end it any time. */
const waitMs = 300_000;

const patienceOf = ({ report, signal }: CommandContext, { root }: Store): Patience => ({
  waitMs,
  signal,
  onWait: () => report.warn(problem("W_STORE_WAITING", { path: root })),
});

/** Hashing is synchronous: between two entries the event loop may see Ctrl-C. */
const letSignalsIn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const nothing: Cleared = { entries: 0, bytes: 0, kept: 0, foreign: [] };

/** A warning names so many paths; the details all. */
const shownMax = 3;

/** `pybun cache clean` */
export const executeClean: Execute = async (context) => {
  const store = storeOf(context);
  const { signal } = context;
  const clear = () => clearStore(store, { keeps: keeperOf(store), dependents: dependentKinds, signal });
  const cleared = existsSync(store.root) ? await store.withEviction(clear, patienceOf(context, store)) : nothing;
  const { entries, bytes, kept } = cleared;
  const foreign = cleared.foreign.map((name) => join(store.root, name));
  context.report.emit("cache.clean", { entries, bytes });
  context.detail({ entries, bytes, kept, foreign });
  if (foreign.length > 0) {
    context.report.warn(problem("W_STORE_FOREIGN", { paths: foreign.slice(0, shownMax), count: foreign.length }));
  }
  const inUse = kept === 0 ? "" : `; ${kept} in use stay`;
  context.note(`removed ${entries} ${entries === 1 ? "entry" : "entries"}, ${(bytes / 1e6).toFixed(1)} MB${inUse}\n`);
  return exitCode.success;
};
