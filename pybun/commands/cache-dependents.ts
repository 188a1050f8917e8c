/** Who depends on what in the store: an environment on its view and its wheels, a view on its wheels. */
import { basename, dirname } from "node:path";
import type { Store, StoreKey } from "@vivarium/core/store";
import type { Patience } from "@vivarium/core/store/eviction";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { createKind } from "../create/create-record.ts";
import { creatingCommand } from "../env/creating-command.ts";
import {
  type EnvironmentRecord,
  environmentKind,
  environmentPath,
  readEnvironmentRecord,
} from "../env/environment-record.ts";
import { listEnvironments } from "../env/list-environments.ts";
import { inspectPlace } from "../env/place.ts";
import { isPointerName, placedKind } from "../env/placed-environment.ts";
import { verifyEnvironment, verifyPrefix, verifyView } from "../env/verify-links.ts";
import { viewKind } from "../env/view.ts";
import { choiceKind, readChoice } from "../install/choice.ts";
import { readWheelSet, wheelSetKind } from "../install/wheel-set.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";

const isInStore = (store: Store, { path, key }: EnvironmentRecord): boolean => path === environmentPath(store, key);

/** `<root>/<kind>/<key>/site-packages` → the key. */
const viewKeyOf = ({ view }: EnvironmentRecord): string => basename(dirname(view));

/**
 * Environments go before views, views before wheels: nothing is ever left without its parts. What leads to environments
 * goes before them: a warm run takes no lock, and knows by its choice that it came before the cleaning.
 */
export const dependentKinds = ["runs-v1", createKind, choiceKind, environmentKind, viewKind, wheelSetKind];

/**
 * What cleaning must leave: what living processes have leased, environments that the user put at a place of his own,
 * what both are made of, and what is remembered of wishes where all that it names stays. Leases are read at each
 * question. What had to stay once stays for the whole cleaning, also when its lease ends: what depends on it was left
 * before, and another run may take it over. Asked for while nobody installs, so that all environments are known: one
 * that is out of its place, because its lease came late, cannot be read just when that lease has to count.
 */
export function keeperOf(store: Store): (entry: StoreKey) => boolean {
  const records = listEnvironments(store);
  let leased = store.leased();
  let used = inUse(store, records, leased);
  return ({ kind, key }) => {
    // Without the pointers nobody would know what environments at places of their own depend on.
    if (kind === placedKind && isPointerName(key)) return true;
    const now = store.leased();
    if (now.symmetricDifference(leased).size > 0) {
      leased = now;
      used = inUse(store, records, used.union(leased));
    }
    return used.has(`${kind}/${key}`);
  };
}

/** What must stay already, and what that depends on. */
function inUse(store: Store, records: readonly EnvironmentRecord[], known: ReadonlySet<string>): ReadonlySet<string> {
  const used = new Set(known);
  for (const record of records) {
    if (isInStore(store, record) && !used.has(`${environmentKind}/${record.key}`)) continue;
    used.add(`${viewKind}/${viewKeyOf(record)}`);
    for (const { sha256 } of record.packages) used.add(`${wheelKind}/${sha256}`);
  }
  return used.union(memoriesOf(store, used));
}

function memoriesOf(store: Store, used: ReadonlySet<string>): ReadonlySet<string> {
  const isUsed = (kind: string, key: string | undefined) => used.has(`${kind}/${key}`);
  const choices = store.keys(choiceKind).filter((key) => isUsed(environmentKind, readChoice(store, key)));
  const sets = store.keys(wheelSetKind).filter((key) => {
    const wheels = readWheelSet(store, key) ?? [];
    return wheels.length > 0 && wheels.every(({ sha256 }) => isUsed(wheelKind, sha256));
  });
  return new Set([...choices.map((key) => `${choiceKind}/${key}`), ...sets.map((key) => `${wheelSetKind}/${key}`)]);
}

/**
 * Takes a damaged wheel out of the store, with the views made from it: the next use makes them again. Environments
 * stay, since somebody may have put something into them. What a living process uses keeps its view too.
 */
export function removeWheel(store: Store, sha256: string): void {
  const leased = store.leased();
  for (const record of listEnvironments(store)) {
    if (!record.packages.some((each) => each.sha256 === sha256)) continue;
    if (!isInStore(store, record) || leased.has(`${environmentKind}/${record.key}`)) continue;
    store.remove(viewKind, viewKeyOf(record));
  }
  store.remove(wheelKind, sha256);
}

export interface BrokenEntries {
  /** Views and environments of the store that were removed: the next run makes them again. */
  readonly lost: readonly { readonly entry: string; readonly reason: string }[];
  /** Environments of the store that stay, and get their view again when they are asked for next. */
  readonly waiting: readonly { readonly path: string; readonly reason: string }[];
  /** Environments at places of their own, which stay. */
  readonly broken: readonly { readonly path: string; readonly reason: string; readonly command: string }[];
}

/**
 * Takes views whose wheels are gone out of the store, then environments that lack files of their own. Looks first while
 * others may install and clean; what it finds so may be their doing, and counts when it is still so while nobody does.
 */
export async function discardBroken(store: Store, patience: Patience): Promise<BrokenEntries> {
  const found = tryFindBroken(store);
  if (found !== undefined && found.lost.length + found.waiting.length + found.broken.length === 0) return found;
  return store.withEviction(() => findBroken(store, ({ kind, key }) => store.remove(kind, key)), patience);
}

/** Undefined where something went while it was looked at. */
function tryFindBroken(store: Store): BrokenEntries | undefined {
  try {
    return findBroken(store, () => undefined);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

function findBroken(store: Store, discard: (entry: StoreKey) => void): BrokenEntries {
  const lost: { entry: string; reason: string }[] = [];
  const waiting: { path: string; reason: string }[] = [];
  const broken: { path: string; reason: string; command: string }[] = [];
  const lose = (kind: string, key: string, reason: string) => {
    discard({ kind, key });
    lost.push({ entry: `${kind}/${key}`, reason });
  };
  for (const key of store.keys(viewKind)) {
    const reason = verifyView(store, key);
    if (reason !== undefined) lose(viewKind, key, reason);
  }
  const leased = store.leased();
  for (const key of store.keys(environmentKind)) {
    const isKnown = readEnvironmentRecord(store, key) !== undefined || leased.has(`${environmentKind}/${key}`);
    if (!isKnown && store.has(environmentKind, key)) lose(environmentKind, key, "its record cannot be read");
  }
  for (const record of listEnvironments(store)) {
    const reason = verifyEnvironment(record);
    if (reason === undefined || leased.has(`${environmentKind}/${record.key}`)) continue;
    if (isGone(store, record)) continue;
    if (!isInStore(store, record)) broken.push({ path: record.path, reason, command: creatingCommand(record) });
    else if (verifyPrefix(record) === undefined) waiting.push({ path: record.path, reason });
    else lose(environmentKind, record.key, reason);
  }
  return { lost, waiting, broken };
}

/** Removing one environment waits for nobody: its record was read, and then all of it went. */
const isGone = (store: Store, record: EnvironmentRecord): boolean =>
  isInStore(store, record)
    ? readEnvironmentRecord(store, record.key) === undefined
    : inspectPlace(record.path).kind === "none";
