/**
 * Settings in uv's files that change which packages come, and what to do instead: none of the files is obeyed.
 * docs/reference/settings.md is made from this table (tools/generate-reference.ts).
 */
export const uvFileKeys: Readonly<Record<string, string>> = {
  index: "name the index with `--index` or UV_INDEX",
  "index-url": "name the index with `--default-index` or UV_DEFAULT_INDEX",
  "extra-index-url": "name the index with `--index` or UV_INDEX",
  "index-strategy": "the first index that knows a name is the only one for it",
  "no-index": "use `--no-index` or UV_NO_INDEX",
  "find-links": "use `--find-links` or UV_FIND_LINKS",
  "constraint-dependencies": "write them to a file for `--constraint` or UV_CONSTRAINT",
  "override-dependencies": "overrides are not supported yet; constraints are",
  "exclude-dependencies": "packages cannot be excluded",
  "dependency-metadata": "a release's own metadata holds",
  "exclude-newer": "use `--exclude-newer` or UV_EXCLUDE_NEWER",
  "exclude-newer-package": "use `--exclude-newer`, which is of all packages",
  prerelease: "use `--prerelease` or UV_PRERELEASE",
  resolution: "use `--resolution` or UV_RESOLUTION",
  "no-binary": "use `--no-binary` or UV_NO_BINARY",
  "no-binary-package": "use `--no-binary` or UV_NO_BINARY_PACKAGE",
  "no-build": "use `--no-build` or UV_NO_BUILD",
  "no-build-package": "use `--only-binary` or UV_NO_BUILD_PACKAGE",
  "torch-backend": "name the index of the backend with `--index`",
  offline: "use `--offline` or UV_OFFLINE",
};
