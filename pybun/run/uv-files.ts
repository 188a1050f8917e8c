/**
 * The files that uv reads its settings from. None is obeyed, and what would change packages is told: who keeps a private
 * index in one would otherwise get the public package of the same name without a word.
 *
 * As with uv: UV_NO_CONFIG turns them off, UV_CONFIG_FILE takes the place of all. Else the nearest `uv.toml` or
 * `[tool.uv]` from the working directory up, and the `uv.toml` of the user and of the machine. Nearer pyproject.tomls
 * that say nothing of packages are passed over, because they may be members of a workspace, whose root is told as well.
 */
import { join, resolve } from "node:path";
import { Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Environment, Platform } from "@vivarium/core/paths";
import { redactAddress } from "@vivarium/core/redact";
import type { Report } from "@vivarium/core/report";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { readSettingsFile } from "@vivarium/core/store/small-file";
import { reasonOf } from "@vivarium/core/system-reason";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import { type SettingName, settingsIn } from "../index/given-settings.ts";
import type { IndexConfig } from "../index/index-config.ts";
import { readPipSettings } from "../index/pip-config.ts";
import { truthOf, variable } from "../index/setting-values.ts";
import { isAbsence } from "../interpreter/file-identity.ts";
import { normalizeName } from "../versions/name.ts";
import { formatRequirement, parseRequirement, type Requirement } from "../versions/requirement.ts";
import { upwards } from "./existing-environment.ts";
import { type Asked, type UvFileKey, type UvKey, uvFileKeys } from "./uv-file-keys.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface UvScene {
  readonly environment: Environment;
  readonly home: string;
  readonly cwd: string;
}

interface UvFile {
  readonly path: string;
  readonly isProject: boolean;
  /** By UV_CONFIG_FILE: it has to be there. */
  readonly isNamed?: boolean;
}

export interface UvWarning extends UvScene {
  readonly report: Report;
  readonly platform: Platform;
  /** Options, settings of a block, and what files of requirements say: what they ask for is not passed over. */
  readonly given: readonly object[];
  readonly asked: Asked;
  /** Whether `[pip]` has its say too, which uv reads for `uv pip` alone. */
  readonly withPip: boolean;
}

export function askedValues(wish: {
  readonly config: Pick<IndexConfig, "indexes" | "findLinks">;
  readonly constraints: readonly Requirement[];
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
}): Asked {
  const { config, constraints, noBinary, onlyBinary } = wish;
  const index = config.indexes.map(({ url }) => url);
  const findLinks = config.findLinks.map(({ location }) => location);
  return { index, findLinks, constraint: constraints.map(formatRequirement), noBinary, onlyBinary };
}

/** Each key that is set, once. */
export async function warnOfUvFiles({ report, given, asked, withPip, ...scene }: UvWarning): Promise<void> {
  const { near, far } = uvFiles(scene);
  const isGiven = whatIsGiven(given, scene);
  const tell = (file: UvFile, { keys, fault }: UvSettings): void => {
    if (fault !== undefined) warn(report, `'${redactAddress(file.path)}'`, fault);
    for (const { name, shown, values } of keys) {
      const { instead, same, values: kind }: UvFileKey = uvFileKeys[name];
      const isCovered = kind !== undefined && areInForce(asked, kind, values);
      if (!same.some(isGiven) && !isCovered) warn(report, `${shown} in '${redactAddress(file.path)}'`, instead);
    }
  };
  let isFound = false;
  for (const file of near) {
    const found = await settingsOf(file, withPip);
    if (!isFound || found.isWorkspace) tell(file, found);
    isFound ||= found.keys.length > 0;
  }
  for (const file of far) tell(file, await settingsOf(file, withPip));
}

function warn(report: Report, source: string, reason: string): void {
  report.warn(problem("W_SETTING_IGNORED", { source, reason, isUvFile: true }));
}

/** Whether each value is in force; without any that can be compared it is told. */
function areInForce(asked: Asked, kind: keyof Asked, values: readonly string[]): boolean {
  const inForce = new Set(asked[kind].map((value) => plainValue(kind, value)));
  return inForce.has(":all:") || (values.length > 0 && values.every((value) => inForce.has(plainValue(kind, value))));
}

function plainValue(kind: keyof Asked, text: string): string {
  if (kind === "constraint") return plainRequirement(text);
  if (kind === "noBinary" || kind === "onlyBinary") return normalizeName(text);
  return text.replace(/^([a-z+]+:\/\/)[^/]*@/i, "$1").replace(/\/+$/, "");
}

function plainRequirement(text: string): string {
  try {
    return formatRequirement(parseRequirement(text));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return text;
  }
}

/** Whether a setting is given by whom PyBun obeys: a flag, a block, a file of requirements, a variable, pip's files. */
function whatIsGiven(
  given: readonly object[],
  { environment, home, platform }: Omit<UvWarning, "report" | "given" | "asked" | "withPip">,
) {
  const names = given.flatMap((one) =>
    Object.entries(one)
      .filter(([, value]) => isSet(value))
      .map(([name]) => name),
  );
  const said = new Set<string>(
    names.map((name) => otherNames[name] ?? name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())),
  );
  let find: ReturnType<typeof settingsIn> | undefined;
  return (name: SettingName): boolean => {
    if (said.has(name)) return true;
    // pip's files are read where a file of uv's says something, which is seldom.
    find ??= settingsIn({ environment, pip: readPipSettings({ environment, home, platform }) });
    const setting = find(name);
    return truths.has(name) ? truthOf(setting) === true : setting !== undefined;
  };
}

/** `UV_NO_INDEX=0` asks for nothing. */
const truths: ReadonlySet<SettingName> = new Set(["noIndex", "offline", "requireHashes"]);

/** What blocks and files of requirements call by other names. */
const otherNames: Readonly<Record<string, SettingName>> = {
  pre: "prerelease",
};

/** Of `near` the first one that says something counts, of `far` all. */
function uvFiles({ environment, home, cwd }: UvScene): {
  readonly near: readonly UvFile[];
  readonly far: readonly UvFile[];
} {
  if (truthOf(variable(environment, "UV_NO_CONFIG")) === true) return { near: [], far: [] };
  const named = variable(environment, "UV_CONFIG_FILE")?.value;
  if (named !== undefined) return { near: [], far: [{ ...settings(resolve(cwd, named)), isNamed: true }] };
  const near = [...upwards(cwd)].flatMap((directory) => [
    settings(join(directory, "uv.toml")),
    { path: join(directory, "pyproject.toml"), isProject: true },
  ]);
  const shared = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").filter((place) => place !== "");
  const directories = [environment["XDG_CONFIG_HOME"] || join(home, ".config"), ...shared, "/etc"];
  return { near, far: directories.map((directory) => settings(join(directory, "uv", "uv.toml"))) };
}

const settings = (path: string): UvFile => ({ path, isProject: false });

/** All of them, there or not. */
export function uvFilePaths(scene: UvScene): readonly string[] {
  const { near, far } = uvFiles(scene);
  return [...near, ...far].map(({ path }) => path);
}

interface UvSetting {
  readonly name: UvKey;
  readonly shown: string;
  /** What it lists. */
  readonly values: readonly string[];
}

interface UvSettings {
  readonly keys: readonly UvSetting[];
  /** The root of a workspace has its say for the members. */
  readonly isWorkspace: boolean;
  readonly fault?: string;
}

const nothing: UvSettings = { keys: [], isWorkspace: false };

async function settingsOf({ path, isProject, isNamed }: UvFile, withPip: boolean): Promise<UvSettings> {
  const { text, fault } = read(path);
  // A project that cannot be read is told by whoever asks it for its Python.
  if (fault !== undefined) return isProject ? nothing : { ...nothing, fault };
  if (text === undefined) return isNamed === true ? { ...nothing, fault: "there is no such file" } : nothing;
  if (isProject && !/\buv\b/.test(text)) return nothing;
  const { parse, TomlError } = await import("smol-toml");
  try {
    const table = isProject ? tableIn(tableIn(parse(text), "tool"), "uv") : parse(text);
    const prefix = isProject ? "tool.uv." : "";
    const ofPip = withPip ? keysIn(tableIn(table, "pip"), `${prefix}pip.`) : [];
    return { keys: [...keysIn(table, prefix), ...ofPip], isWorkspace: isTable(table["workspace"]) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return isProject ? nothing : { ...nothing, fault: "it is no TOML" };
  }
}

/** What has the name of a file and is none is nobody's settings. */
function read(path: string): { readonly text?: string | undefined; readonly fault?: string } {
  try {
    return { text: readSettingsFile(path)?.toString() };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return isAbsence(error) ? {} : { fault: reasonOf(error) };
  }
}

function keysIn(table: Table, prefix: string): UvSettings["keys"] {
  const { index, ...others } = table;
  const indexes = (Array.isArray(index) ? index : []).filter(isTable).filter((one) => one["explicit"] !== true);
  const byDefault = Object.groupBy(indexes, (one) => (one["default"] === true ? "index with default = true" : "index"));
  const ofIndexes = (["index", "index with default = true"] as const).flatMap((name) => {
    const found = byDefault[name] ?? [];
    const values = found.flatMap((one) => textsOf(one["url"]));
    return found.length === 0 ? [] : [{ name, shown: `${prefix}${name}`, values }];
  });
  const names = Object.keys(others).filter((key): key is UvKey => Object.hasOwn(uvFileKeys, key) && says(others[key]));
  const ofOthers = names.map((name) => ({ name, shown: `${prefix}${name}`, values: textsOf(others[name]) }));
  return [...ofIndexes, ...ofOthers];
}

/** A truth is about all. */
function textsOf(value: unknown): readonly string[] {
  if (value === true) return [":all:"];
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null;

function tableIn(table: Table, key: string): Table {
  const value = table[key];
  return isTable(value) ? value : {};
}

/** Neither the default nor nothing. */
const says = (value: unknown): boolean => isSet(value) && !defaults.has(value);

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}

const defaults: ReadonlySet<unknown> = new Set(["first-index", "highest", "if-necessary", "if-necessary-or-explicit"]);
