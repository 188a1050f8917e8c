/**
 * The files that uv reads its settings from. None is obeyed, and what would change packages is told: who keeps a private
 * index in one would otherwise get the public package of the same name without a word.
 *
 * As with uv: UV_NO_CONFIG turns them off, UV_CONFIG_FILE takes the place of all. Else the nearest `uv.toml` or
 * `[tool.uv]` from the working directory up, and the `uv.toml` of the user and of the machine. Nearer pyproject.tomls
 * that say nothing of packages are passed over, because they may be members of a workspace.
 */
import { join, resolve } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Environment } from "@vivarium/core/paths";
import type { Report } from "@vivarium/core/report";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { readRegularFile } from "@vivarium/core/store/small-file";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import { truthOf, variable } from "../index/setting-values.ts";
import { upwards } from "./existing-environment.ts";
import { uvFileKeys } from "./uv-file-keys.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface UvScene {
  readonly environment: Environment;
  readonly home: string;
  readonly cwd: string;
}

interface UvFile {
  readonly path: string;
  readonly isProject: boolean;
}

/** Each key that is set, once. */
export async function warnOfUvFiles({ report, ...scene }: UvScene & { readonly report: Report }): Promise<void> {
  const { near, far } = uvFiles(scene);
  for (const file of near) {
    const keys = await keysIn(file);
    tell(report, file, keys);
    if (keys.length > 0) break;
  }
  for (const file of far) tell(report, file, await keysIn(file));
}

/** Of `near` the first one that says something counts, of `far` all. */
function uvFiles({ environment, home, cwd }: UvScene): {
  readonly near: readonly UvFile[];
  readonly far: readonly UvFile[];
} {
  if (truthOf(variable(environment, "UV_NO_CONFIG")) === true) return { near: [], far: [] };
  const named = variable(environment, "UV_CONFIG_FILE")?.value;
  if (named !== undefined) return { near: [], far: [settings(resolve(cwd, named))] };
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

function tell(report: Report, { path }: UvFile, keys: readonly string[]): void {
  for (const key of keys) {
    report.warn(
      problem("W_SETTING_IGNORED", {
        source: `${key} in '${path}'`,
        reason: uvFileKeys[key.replace("tool.uv.", "")] ?? "",
      }),
    );
  }
}

/** One that is no TOML is uv's to complain of. */
async function keysIn({ path, isProject }: UvFile): Promise<readonly string[]> {
  const text = textOf(path);
  if (text === undefined || (isProject && !/\buv\b/.test(text))) return [];
  const { parse, TomlError } = await import("smol-toml");
  try {
    const table = isProject ? tableIn(tableIn(parse(text), "tool"), "uv") : parse(text);
    const prefix = isProject ? "tool.uv." : "";
    const said = Object.keys(uvFileKeys).filter((key) => says(table[key]));
    return said.map((key) => `${prefix}${key}`);
  } catch (error) {
    if (error instanceof TomlError) return [];
    throw error;
  }
}

/** What cannot be read is not obeyed by anybody. */
function textOf(path: string): string | undefined {
  try {
    return readRegularFile(path)?.toString();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

type Table = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null;

function tableIn(table: Table, key: string): Table {
  const value = table[key];
  return isTable(value) ? value : {};
}

/** Neither the default nor nothing; an index that is for named projects alone is not asked for the others. */
function says(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((one) => !isTable(one) || one["explicit"] !== true);
  return value !== undefined && value !== false && !defaults.has(value);
}

const defaults: ReadonlySet<unknown> = new Set(["first-index", "highest", "if-necessary", "if-necessary-or-explicit"]);
