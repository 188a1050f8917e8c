/**
 * Keeps on disk what compiling a component came to: the validated component under the hash of its file, and its core
 * modules as they were rewritten for a budget. The one file of the engine that knows a disk: it is loaded only by a
 * Runtime that was given a place for a store.
 *
 *   isorun-components/<hash>.<version>/kept              what decoding and validation came to
 *   isorun-modules/<hash>.<version>-<fuel version>.<options>/kept    all core modules, rewritten
 *
 * An entry is published whole, by one rename. It begins with its length and a CRC-32: what is damaged is made again. A
 * store that cannot be written is used as far as it can be read; it is a cache, and nothing is lost without it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../core/diagnostic.ts";
import { errnoOf } from "../../core/store/io-problem.ts";
import { readSmallBytes, regularFileStatus } from "../../core/store/small-file.ts";
import { isStoreName, openStore, type Store, type StoreKey } from "../../core/store.ts";
import { fuelCostVersion } from "../compile/fuel-cost.ts";
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import { crc32Of, sha256Of } from "./checksums.ts";
import {
  decodeKeptComponent,
  decodeRewritten,
  encodeComponent,
  encodeRewritten,
  keptVersion,
} from "./kept-component.ts";

export interface ModuleStore {
  /** SHA-256, in hexadecimal. */
  readonly hashOf: (bytes: Uint8Array) => string;
  readonly component: (hash: string, file: Uint8Array) => ValidComponent | undefined;
  readonly keepComponent: (hash: string, kept: { valid: ValidComponent; file: Uint8Array }) => Promise<void>;
  /** @param options a word for what they were rewritten to count */
  readonly rewritten: (hash: string, options: string) => readonly RewrittenModule[] | undefined;
  readonly keepRewritten: (
    hash: string,
    kept: { options: string; modules: readonly RewrittenModule[] },
  ) => Promise<void>;
}

const kinds = { components: "isorun-components", modules: "isorun-modules" } as const;
const fileName = "kept";
const headBytes = 8;

/** Beyond these the oldest go. */
const entriesMax = 512;
const bytesMax = 2 ** 31;

/** @param root an absolute path */
export function openModuleStore(root: string): ModuleStore {
  const store = openStore(root);
  const componentKey = (hash: string): StoreKey => ({ kind: kinds.components, key: `${hash}.${keptVersion}` });
  const modulesKey = (hash: string, options: string): StoreKey => ({
    kind: kinds.modules,
    key: `${hash}.${keptVersion}-${fuelCostVersion}.${options}`,
  });
  return {
    hashOf: sha256Of,
    component: (hash, file) => {
      const kept = read(store, componentKey(hash));
      return kept === undefined ? undefined : decodeKeptComponent(kept, file);
    },
    keepComponent: (hash, { valid, file }) => keep(store, componentKey(hash), encodeComponent(valid, file)),
    rewritten: (hash, options) => {
      const kept = read(store, modulesKey(hash, options));
      return kept === undefined ? undefined : decodeRewritten(kept);
    },
    keepRewritten: (hash, { options, modules }) => keep(store, modulesKey(hash, options), encodeRewritten(modules)),
  };
}

/** Undefined for what is not there, cannot be read, or is damaged: that makes room for another one. */
function read(store: Store, { kind, key }: StoreKey): Uint8Array | undefined {
  return unlessRefused(() => {
    const path = join(store.entryPath(kind, key), fileName);
    const reading = readSmallBytes(path);
    if (reading.kind === "absent") return undefined;
    const contents = reading.kind === "whole" ? contentsOf(reading.value) : undefined;
    if (contents === undefined) unlessRefused(() => store.remove(kind, key));
    return contents;
  });
}

function contentsOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < headBytes) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const contents = bytes.subarray(headBytes);
  const isWhole = head.getUint32(0, true) === contents.length && head.getUint32(4, true) === crc32Of(contents);
  return isWhole ? contents : undefined;
}

async function keep(store: Store, { kind, key }: StoreKey, contents: Uint8Array): Promise<void> {
  const whole = new Uint8Array(headBytes + contents.length);
  whole.set(contents, headBytes);
  const view = new DataView(whole.buffer);
  view.setUint32(0, contents.length, true);
  view.setUint32(4, crc32Of(contents), true);
  try {
    await store.publish(kind, key, (directory) => writeFileSync(join(directory, fileName), whole));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return;
  }
  unlessRefused(() => trim(store, kind));
}

/** What the disk refused: the store tells most of it as a Problem. */
const isRefusal = (error: unknown): boolean => error instanceof Problem || errnoOf(error) !== undefined;

function unlessRefused<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}

/** What was made first goes first, until the rest is within the bounds. What is no entry is not ours, and stays. */
function trim(store: Store, kind: string): void {
  const entries = store.keys(kind).flatMap((key) => {
    const status = isStoreName(key) ? regularFileStatus(join(store.entryPath(kind, key), fileName)) : undefined;
    return status === undefined ? [] : [{ key, bytes: status.size, madeMs: status.mtimeMs }];
  });
  entries.sort((a, b) => b.madeMs - a.madeMs);
  let bytes = 0;
  for (const [place, entry] of entries.entries()) {
    bytes += entry.bytes;
    // One that cannot be removed keeps its place; those that are older go.
    if (place >= entriesMax || bytes > bytesMax) unlessRefused(() => store.remove(kind, entry.key));
  }
}
