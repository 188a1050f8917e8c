/** Who depends on what in the store: an environment on its view and its wheels, a view on its wheels. */
import { basename, dirname } from "node:path";
import type { Store } from "@vivarium/core/store";
import { creatingCommand } from "../env/creating-command.ts";
import { type EnvironmentRecord, environmentKind, environmentPath } from "../env/environment-record.ts";
import { listEnvironments } from "../env/list-environments.ts";
import { placedKind } from "../env/placed-environment.ts";
import { verifyEnvironment, verifyView } from "../env/verify-links.ts";
import { viewKind } from "../env/view.ts";
import { choiceKind, readChoice } from "../install/choice.ts";
import { readWheelSet, wheelSetKind } from "../install/wheel-set.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";

const isInStore = (store: Store, { path, key }: EnvironmentRecord): boolean => path === environmentPath(store, key);

/** `<root>/<kind>/<key>/site-packages` → the key. */
const viewKeyOf = ({ view }: EnvironmentRecord): string => basename(dirname(view));

/**
 * `kind/key` of what cleaning must leave: what living processes have leased, environments that the user put at a place
 * of his own, what both are made of, and what is remembered of wishes where all that it names stays.
 */
export function entriesInUse(store: Store): ReadonlySet<string> {
  const used = new Set(store.leased());
  // Without the pointers nobody would know what environments at places of their own depend on.
  for (const key of store.keys(placedKind)) used.add(`${placedKind}/${key}`);
  for (const record of listEnvironments(store)) {
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
 * Takes a damaged wheel out of the store, with the views made from it and the environments of the store that use those:
 * the next run makes them again. What a living process uses stays, and so does an environment at a place of its own;
 * both find the wheel again when it was fetched again.
 */
export function removeWheel(store: Store, sha256: string): void {
  const leased = store.leased();
  for (const record of listEnvironments(store)) {
    if (!record.packages.some((each) => each.sha256 === sha256)) continue;
    if (!isInStore(store, record) || leased.has(`${environmentKind}/${record.key}`)) continue;
    store.remove(environmentKind, record.key);
    store.remove(viewKind, viewKeyOf(record));
  }
  store.remove(wheelKind, sha256);
}

export interface BrokenEntries {
  /** Views and environments of the store that were removed: the next run makes them again. */
  readonly lost: readonly { readonly entry: string; readonly reason: string }[];
  /** Environments at places of their own, which stay. */
  readonly broken: readonly { readonly path: string; readonly reason: string; readonly command: string }[];
}

/** Takes views whose wheels are gone out of the store, then environments that lack their view or files of their own. */
export function discardBroken(store: Store): BrokenEntries {
  const lost: { entry: string; reason: string }[] = [];
  const broken: { path: string; reason: string; command: string }[] = [];
  const leased = store.leased();
  for (const key of store.keys(viewKind)) {
    const reason = verifyView(store, key);
    if (reason !== undefined && store.remove(viewKind, key)) lost.push({ entry: `${viewKind}/${key}`, reason });
  }
  for (const record of listEnvironments(store)) {
    const reason = verifyEnvironment(record);
    if (reason === undefined) continue;
    if (leased.has(`${environmentKind}/${record.key}`)) continue;
    if (!isInStore(store, record)) broken.push({ path: record.path, reason, command: creatingCommand(record) });
    else if (store.remove(environmentKind, record.key))
      lost.push({ entry: `${environmentKind}/${record.key}`, reason });
  }
  return { lost, broken };
}
