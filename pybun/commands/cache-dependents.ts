/** Who depends on what in the store: an environment on its view and its wheels, a view on its wheels. */
import { basename, dirname } from "node:path";
import type { Store } from "@vivarium/core/store";
import { type EnvironmentRecord, environmentKind, environmentPath } from "../env/environment-record.ts";
import { listEnvironments } from "../env/list-environments.ts";
import { placedKind } from "../env/placed-environment.ts";
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
    const hashes = readWheelSet(store, key) ?? [];
    return hashes.length > 0 && hashes.every((hash) => isUsed(wheelKind, hash));
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
