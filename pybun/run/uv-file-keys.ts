/**
 * Settings in uv's files that change which packages come, what to do instead, and which settings of ours have the same
 * say: where one of those is given, nothing is passed over. None of the files is obeyed.
 * docs/reference/settings.md is made from this table (tools/generate-reference.ts).
 */
import type { SettingName } from "../index/given-settings.ts";

export interface UvFileKey {
  readonly instead: string;
  /** Settings of ours of which one alone decides: where one is given, uv would pass the file over as well. */
  readonly same: readonly SettingName[];
  /** Where each of its values is in force, nothing is passed over either. */
  readonly values?: keyof Asked;
}

/** What is in force. */
export interface Asked {
  /** Addresses, with that of the public index where nobody names another. */
  readonly index: readonly string[];
  /** Addresses and paths. */
  readonly findLinks: readonly string[];
  /** PEP 508, normalised. */
  readonly constraint: readonly string[];
  /** Normalised names, or `:all:`. */
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
}

export const uvFileKeys = {
  index: { instead: "name the index with `--index` or UV_INDEX", same: ["noIndex"], values: "index" },
  "index with default = true": {
    instead: "name the index with `--default-index` or UV_DEFAULT_INDEX",
    same: ["defaultIndex", "noIndex"],
    values: "index",
  },
  "index-url": {
    instead: "name the index with `--default-index` or UV_DEFAULT_INDEX",
    same: ["defaultIndex", "noIndex"],
    values: "index",
  },
  "extra-index-url": { instead: "name the index with `--index` or UV_INDEX", same: ["noIndex"], values: "index" },
  "index-strategy": { instead: "the first index that knows a name is the only one for it", same: ["noIndex"] },
  "no-index": { instead: "use `--no-index` or UV_NO_INDEX", same: ["noIndex"] },
  "find-links": { instead: "use `--find-links` or UV_FIND_LINKS", same: [], values: "findLinks" },
  "constraint-dependencies": {
    instead: "write them to a file for `--constraint` or UV_CONSTRAINT",
    same: [],
    values: "constraint",
  },
  "override-dependencies": { instead: "overrides are not supported yet; constraints are", same: [] },
  "exclude-dependencies": { instead: "packages cannot be excluded", same: [] },
  "dependency-metadata": { instead: "a release's own metadata holds", same: [] },
  "exclude-newer": { instead: "use `--exclude-newer` or UV_EXCLUDE_NEWER", same: ["excludeNewer"] },
  "exclude-newer-package": { instead: "use `--exclude-newer`, which is of all packages", same: ["excludeNewer"] },
  prerelease: { instead: "use `--prerelease` or UV_PRERELEASE", same: ["prerelease"] },
  resolution: { instead: "use `--resolution` or UV_RESOLUTION", same: ["resolution"] },
  "no-binary": { instead: "use `--no-binary` or UV_NO_BINARY", same: [], values: "noBinary" },
  "no-binary-package": { instead: "use `--no-binary` or UV_NO_BINARY_PACKAGE", same: [], values: "noBinary" },
  "only-binary": { instead: "use `--only-binary`", same: [], values: "onlyBinary" },
  "no-build": { instead: "use `--no-build` or UV_NO_BUILD", same: [], values: "onlyBinary" },
  "no-build-package": { instead: "use `--only-binary` or UV_NO_BUILD_PACKAGE", same: [], values: "onlyBinary" },
  "require-hashes": { instead: "use `--require-hashes` in a file of requirements", same: ["requireHashes"] },
  "torch-backend": { instead: "name the index of the backend with `--index`", same: ["index", "defaultIndex"] },
  offline: { instead: "use `--offline` or UV_OFFLINE", same: ["offline"] },
} as const satisfies Readonly<Record<string, UvFileKey>>;

export type UvKey = keyof typeof uvFileKeys;
