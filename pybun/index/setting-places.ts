/**
 * The settings that other tools' users have already, and where each is looked for, the strongest place first. A flag of
 * ours stands before all of them. `pip:KEY` is PIP_KEY, or a line `key` of pip's files (`pip-config.ts`).
 *
 * docs/reference/settings.md is made from these tables (tools/generate-reference.ts).
 */

export interface SettingPlaces {
  readonly flag?: string;
  readonly from: readonly string[];
  /** Of one value the strongest place decides alone; lists add up. */
  readonly kind: "one" | "list";
  readonly note?: string;
}

export const settingPlaces = {
  index: {
    flag: "--index",
    from: ["UV_INDEX", "UV_EXTRA_INDEX_URL", "pip:extra-index-url"],
    kind: "list",
    note: "asked in this order, ahead of the default; the first that knows a name is the only one for it",
  },
  defaultIndex: { flag: "--default-index", from: ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "pip:index-url"], kind: "one" },
  noIndex: { flag: "--no-index", from: ["UV_NO_INDEX", "pip:no-index"], kind: "one" },
  findLinks: { flag: "--find-links", from: ["UV_FIND_LINKS", "pip:find-links"], kind: "list" },
  trustedHosts: { from: ["UV_INSECURE_HOST", "pip:trusted-host"], kind: "list" },
  certificateFile: { from: ["SSL_CERT_FILE", "pip:cert", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"], kind: "one" },
  certificateDirectory: { from: ["SSL_CERT_DIR"], kind: "one" },
  timeout: {
    from: ["UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT", "pip:timeout"],
    kind: "one",
    note: "seconds; PIP_DEFAULT_TIMEOUT is PIP_TIMEOUT. A transfer that stays below a kilobyte a second for a minute longer than this is given up",
  },
  retries: { from: ["UV_HTTP_RETRIES", "pip:retries"], kind: "one", note: "attempts after the first one" },
  offline: { flag: "--offline", from: ["UV_OFFLINE"], kind: "one" },
  python: { flag: "--python", from: ["UV_PYTHON"], kind: "one" },
  envFile: {
    flag: "--env-file",
    from: ["UV_ENV_FILE"],
    kind: "list",
    note: "of `run`; paths parted by white space; not read where the flag or UV_NO_ENV_FILE is given",
  },
  excludeNewer: {
    flag: "--exclude-newer",
    from: ["UV_EXCLUDE_NEWER", "pip:uploaded-prior-to"],
    kind: "one",
    note: "a date stands for its whole day in UTC; a span such as `1 week`, `2h30m` or `P7D` counts back from the time of resolution (from the full hour if it is a day or more), and what it came to stays until `--refresh`; years, months and `HH:MM:SS` are refused",
  },
  prerelease: {
    flag: "--prerelease",
    from: ["UV_PRERELEASE", "pip:pre"],
    kind: "one",
    note: "`if-necessary-or-explicit` is `if-necessary`; pip's `pre` is `allow`",
  },
  resolution: { flag: "--resolution", from: ["UV_RESOLUTION"], kind: "one" },
  constraint: {
    flag: "--constraint",
    from: ["UV_CONSTRAINT", "pip:constraint"],
    kind: "list",
    note: "also for `run`; paths parted by white space, relative to the current directory, or http(s) URLs, which are asked for by each command",
  },
  noBinary: {
    flag: "--no-binary",
    from: ["UV_NO_BINARY", "UV_NO_BINARY_PACKAGE", "pip:no-binary"],
    kind: "list",
    note: "UV_NO_BINARY is a truth and means `:all:`, before which a name given to `--only-binary` goes; `--no-binary :none:` forgets them",
  },
  onlyBinary: {
    flag: "--only-binary",
    from: ["UV_NO_BUILD", "UV_NO_BUILD_PACKAGE", "pip:only-binary"],
    kind: "list",
    note: "UV_NO_BUILD is a truth and means `:all:`, before which a name given to `--no-binary` goes; `--only-binary :none:` forgets them",
  },
  requireHashes: {
    from: ["UV_REQUIRE_HASHES", "pip:require-hashes"],
    kind: "one",
    note: "of `env create`, which refuses what has no hash; `run` warns; `resolve` installs nothing and does not read it. A line `--require-hashes` of a file of requirements or constraints, included ones too, asks for the same",
  },
} as const satisfies Readonly<Record<string, SettingPlaces>>;

/** What changes which packages come, and is not obeyed: told by each command that wishes for some, with this reason. */
export const ignoredPlaces: Readonly<Record<string, string>> = {
  UV_INDEX_STRATEGY: "the first index that knows a name is the only one for it",
  UV_OVERRIDE: "overrides are not supported yet; constraints are",
  UV_EXCLUDE: "packages cannot be excluded",
  UV_TORCH_BACKEND: "name the index of the backend with `--index`",
  "pip:no-deps": "requirements of requirements are installed",
  "pip:ignore-requires-python": "what a release requires of Python holds",
  "pip:prefer-binary": "use `--only-binary` to leave out source archives",
  "pip:all-releases": "use `--prerelease`",
  "pip:only-final": "use `--prerelease disallow`",
  "pip:requirement": "name the file with `--requirement`",
  "pip:editable": "projects are not installed from their sources yet",
  "pip:group": "groups of dependencies are not read yet",
  "pip:platform": "use `resolve --platform`",
  "pip:python-version": "use `--python`, or `resolve --python-version`",
  "pip:python": "use `--python`, or UV_PYTHON",
  "pip:implementation": "the interpreter decides",
  "pip:abi": "the interpreter decides",
};
