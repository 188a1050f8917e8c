/**
 * Reads pip's configuration files: the settings of `[global]` and `[install]` that say where packages come from.
 * Places and precedence: pip's documentation, "Configuration"; later files win over earlier ones, `[install]` of any
 * file over `[global]` of all, and PIP_* variables over all files. A line without a value takes that of an earlier file
 * away.
 */
import { posix, win32 } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import type { Sourced } from "./index-config.ts";
import { readPipFile } from "./pip-file.ts";

/** Keys with dashes, as in files: `index-url`. */
export type PipSettings = ReadonlyMap<string, Sourced>;

export interface PipPlaces {
  readonly environment: Environment;
  readonly home: string;
  readonly platform: Platform;
}

/** The files pip reads, weakest first. PIP_CONFIG_FILE adds a last one; the null device turns all others off. */
export function pipConfigFiles({ environment, home, platform }: PipPlaces): string[] {
  const override = environment["PIP_CONFIG_FILE"];
  if (override === "/dev/null" || override?.toLowerCase() === "nul") return [];
  const files = platform === "win32" ? windowsFiles(environment, home) : unixFiles(environment, home, platform);
  return override === undefined || override === "" ? files : [...files, override];
}

function windowsFiles(environment: Environment, home: string): string[] {
  const path = win32.join;
  const programData = environment["PROGRAMDATA"] || "C:\\ProgramData";
  const appData = environment["APPDATA"] || path(home, "AppData", "Roaming");
  return [
    path(programData, "pip", "pip.ini"),
    path(home, "pip", "pip.ini"),
    path(appData, "pip", "pip.ini"),
    ...sitePrefix(environment).map((prefix) => path(prefix, "pip.ini")),
  ];
}

function unixFiles(environment: Environment, home: string, platform: Platform): string[] {
  const path = posix.join;
  const directories = (environment["XDG_CONFIG_DIRS"] || "/etc/xdg")
    .split(":")
    .filter((entry) => entry !== "")
    .reverse();
  const shared =
    platform === "darwin"
      ? ["/Library/Application Support/pip/pip.conf"]
      : directories.map((entry) => path(entry, "pip", "pip.conf"));
  const config = environment["XDG_CONFIG_HOME"] || path(home, ".config");
  const user = [path(home, ".pip", "pip.conf"), path(config, "pip", "pip.conf")];
  if (platform === "darwin") user.push(path(home, "Library", "Application Support", "pip", "pip.conf"));
  return [...shared, "/etc/pip.conf", ...user, ...sitePrefix(environment).map((prefix) => path(prefix, "pip.conf"))];
}

function sitePrefix(environment: Environment): string[] {
  const prefix = environment["VIRTUAL_ENV"];
  return prefix === undefined || prefix === "" ? [] : [prefix];
}

/**
 * Files, then variables; values without the white space around them. Missing files are no settings.
 * @throws E_SETTING_INVALID for a file that cannot be read
 */
export function readPipSettings(places: PipPlaces): PipSettings {
  const named = places.environment["PIP_CONFIG_FILE"];
  const files = pipConfigFiles(places).map((file) => ({ file, sections: readPipFile(file, file === named) }));
  const settings = new Map<string, Sourced>();
  for (const section of ["global", "install"]) {
    const lines = new Map<string, Sourced>();
    for (const { file, sections } of files) {
      for (const [key, value] of sections.get(section) ?? []) {
        lines.set(key, { value: value.trim(), source: `${key} in '${file}'` });
      }
    }
    for (const [key, line] of lines) if (line.value !== "") settings.set(key, line);
  }
  for (const [name, value] of Object.entries(places.environment)) {
    if (!name.startsWith("PIP_") || value === undefined || value === "" || name === "PIP_CONFIG_FILE") continue;
    const key = name.slice(4).toLowerCase().replaceAll("_", "-");
    // Nothing but white space is no unset variable for pip either, and takes a file's value away.
    settings.set(key === "default-timeout" ? "timeout" : key, { value: value.trim() || value, source: name });
  }
  return settings;
}
