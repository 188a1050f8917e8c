/**
 * Keeps on disk what compiling a component came to: the validated component under the hash of its file, and its core
 * modules as they were rewritten for a budget. Of the engine's folders only this one knows a disk; a Runtime that was
 * given a place for a store loads it, and what writes only where something is written.
 *
 *   isorun-components/<hash>.<version>/kept              what decoding and validation came to
 *   isorun-modules/<hash>.<version>-<fuel version>.<options>/kept    all core modules, rewritten
 *
 * An entry is published whole, by one rename. It begins with its length and a CRC-32 of its name and contents: what is
 * damaged, or stands under another name than its own, is made again. A store that cannot be written is used as far as it can be read; it is a cache, and nothing is lost without it.
 */
import type { StoreKey } from "../../core/store.ts";
import { fuelCostVersion } from "../compile/fuel-cost.ts";
import type { RewrittenModule } from "../compile/rewrite-module.ts";
import type { ValidComponent } from "../validate/valid-component.ts";
import { sha256Of } from "./checksums.ts";
import {
  decodeKeptComponent,
  decodeRewritten,
  encodeComponent,
  encodeRewritten,
  keptVersion,
} from "./kept-component.ts";
import { readEntry, unlessRefused } from "./kept-entry.ts";

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

/** @param root an absolute path */
export function openModuleStore(root: string): ModuleStore {
  const componentKey = (hash: string): StoreKey => ({ kind: kinds.components, key: `${hash}.${keptVersion}` });
  const modulesKey = (hash: string, options: string): StoreKey => ({
    kind: kinds.modules,
    key: `${hash}.${keptVersion}-${fuelCostVersion}.${options}`,
  });
  return {
    hashOf: sha256Of,
    component: (hash, file) => {
      const kept = read(root, componentKey(hash));
      return kept === undefined ? undefined : decodeKeptComponent(kept, file);
    },
    keepComponent: (hash, { valid, file }) => keep(root, componentKey(hash), encodeComponent(valid, file)),
    rewritten: (hash, options) => {
      const kept = read(root, modulesKey(hash, options));
      return kept === undefined ? undefined : decodeRewritten(kept);
    },
    keepRewritten: (hash, { options, modules }) => keep(root, modulesKey(hash, options), encodeRewritten(modules)),
  };
}

/** Undefined for what is not there, cannot be read, or is damaged: it is made again then, and kept in its place. */
function read(root: string, entry: StoreKey): Uint8Array | undefined {
  const found = unlessRefused(() => readEntry(root, entry));
  return typeof found === "string" ? undefined : found;
}

/** What writes is loaded late, since few loads do. */
async function keep(root: string, entry: StoreKey, contents: Uint8Array): Promise<void> {
  const { keepEntry } = await loadWriting();
  await keepEntry(root, entry, contents);
}

type Writing = typeof import("./write-entry.ts");

/** At once where that can be, as in Bun: a program may end as soon as its guest has. Modules of Node have no `require`. */
const loadWriting = (): Writing | Promise<Writing> =>
  typeof require === "function" ? (require("./write-entry.ts") as Writing) : import("./write-entry.ts");
