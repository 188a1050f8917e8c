/** Which environment serves a key: one small file for each key, replaced by rename. */
import { join } from "node:path";
import { writeFileAtomic } from "@vivarium/core/atomic-file";
import type { Store } from "@vivarium/core/store";
import { readSmallText, wholeOf } from "@vivarium/core/store/small-file";
import { isEnvironmentWhole } from "../env/ensure-environment.ts";
import { type EnvironmentRecord, readEnvironmentRecord } from "../env/environment-record.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";

/** The kind of the store's entries that name the environment of a key. */
export const choiceKind = "choices-v1";

const choicePath = (store: Store, key: string): string => join(store.root, choiceKind, key);

/** The environment that serves a key, if there is one and it is whole and of this very interpreter. */
export function chosenEnvironment(store: Store, key: string, interpreter: Interpreter): EnvironmentRecord | undefined {
  const chosen = readChoice(store, key);
  const record = chosen === undefined ? undefined : readEnvironmentRecord(store, chosen);
  if (record === undefined || record.interpreter.realPath !== interpreter.realPath) return undefined;
  return isEnvironmentWhole(record) ? record : undefined;
}

/**
 * Not written where it says so already: an environment that is there serves from a store that nobody may write to.
 * @throws E_STORE_…
 */
export function writeChoice(store: Store, key: string, record: EnvironmentRecord): void {
  if (readChoice(store, key) === record.key) return;
  writeFileAtomic(choicePath(store, key), record.key);
}

/**
 * The key of the environment that serves a key. A file that is no key (cut short by a power failure) is absent. A store
 * that is no directory has no choice either: whoever writes into it says what is wrong.
 */
export function readChoice(store: Store, key: string): string | undefined {
  const text = wholeOf(readSmallText(choicePath(store, key)));
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : undefined;
}

/** A key that an environment serves; undefined where every key has come to another one since. */
export function keyServedBy(store: Store, { key: environment }: EnvironmentRecord): string | undefined {
  return store.keys(choiceKind).find((key) => readChoice(store, key) === environment);
}
