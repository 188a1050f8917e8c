/**
 * Settings about packages that stand in UV_* and PIP_* variables and in pip's files, for those who have set them for uv
 * or pip: the same as the flags of the same meaning, which stand before them. Where they come from, `setting-places.ts`.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import { redactAddress, redactMessage } from "@vivarium/core/redact";
import { reasonOf } from "@vivarium/core/system-reason";
import { type Moment, tryParseMoment } from "../versions/moment.ts";
import { isValidName } from "../versions/name.ts";
import type { FileKinds } from "./file-kinds.ts";
import type { Sourced } from "./index-config.ts";
import { throwIfTooManyFiles } from "./open-files-limit.ts";
import { type PipSettings, readPipSettings } from "./pip-config.ts";
import { settingPlaces } from "./setting-places.ts";
import { choiceOf, invalidSetting, listOf, truthOf, variable, wordsOf } from "./setting-values.ts";

export interface SettingSources {
  readonly environment: Environment;
  readonly home: string;
  readonly platform: Platform;
  readonly cwd: string;
}

export interface GivenSettings {
  readonly excludeNewer?: Moment;
  readonly prerelease?: "allow" | "disallow" | "explicit" | "if-necessary";
  readonly resolution?: "highest" | "lowest" | "lowest-direct";
  readonly fileKinds: FileKinds;
  /** Absolute paths of files that can be read, and http(s) URLs. */
  readonly constraintFiles: readonly string[];
  /** Who asks for it. */
  readonly requireHashes?: string;
}

/** @throws E_SETTING_INVALID */
export function readGivenSettings(sources: SettingSources): GivenSettings {
  const given = { environment: sources.environment, pip: readPipSettings(sources) };
  const find = settingsIn(given);
  const excludeNewer = momentOf(find("excludeNewer"));
  const prerelease = prereleaseOf(find("prerelease"));
  const resolution = choiceOf(find("resolution"), ["highest", "lowest", "lowest-direct"]);
  const hashes = find("requireHashes");
  return {
    fileKinds: fileKindsOf(given),
    constraintFiles: constraintFilesOf(given, sources.cwd),
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
    ...(prerelease === undefined ? {} : { prerelease }),
    ...(resolution === undefined ? {} : { resolution }),
    ...(hashes !== undefined && truthOf(hashes) === true ? { requireHashes: hashes.source } : {}),
  };
}

export type SettingName = keyof typeof settingPlaces;

/** A setting of one value, from the strongest place that has it. */
export function settingsIn(given: Given): (name: SettingName) => Sourced | undefined {
  return (name) => {
    for (const place of settingPlaces[name].from) {
      const found = settingAt(place, given);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

export interface Given {
  readonly environment: Environment;
  readonly pip: PipSettings;
}

/** `pip:KEY`, or a variable. */
export function settingAt(place: string, { environment, pip }: Given): Sourced | undefined {
  return place.startsWith("pip:") ? pip.get(place.slice("pip:".length)) : variable(environment, place);
}

function momentOf(setting: Sourced | undefined): Moment | undefined {
  if (setting === undefined) return undefined;
  const moment = tryParseMoment(setting.value.trim());
  if (moment !== undefined) return moment;
  const forms = "a date (2026-01-31), a time with its offset (2026-01-31T12:00:00Z) or a span (`7 days`, PT12H)";
  throw invalidSetting(setting, `'${redactMessage(setting.value)}' is none of ${forms}`);
}

function prereleaseOf(setting: Sourced | undefined): GivenSettings["prerelease"] {
  if (setting?.source !== "UV_PRERELEASE") return truthOf(setting) === true ? "allow" : undefined;
  const modes = ["allow", "disallow", "explicit", "if-necessary", "if-necessary-or-explicit"] as const;
  const mode = choiceOf(setting, modes);
  return mode === "if-necessary-or-explicit" ? "if-necessary" : mode;
}

function fileKindsOf(given: Given): FileKinds {
  const kind = (name: "noBinary" | "onlyBinary"): readonly string[] => {
    const [everything, some, ofPip] = settingPlaces[name].from;
    const names = [settingAt(ofPip, given), settingAt(some, given)].flatMap(namesOf);
    return truthOf(settingAt(everything, given)) === true ? [...names, ":all:"] : names;
  };
  return { noBinary: kind("noBinary"), onlyBinary: kind("onlyBinary") };
}

function namesOf(setting: Sourced | undefined): readonly string[] {
  if (setting === undefined) return [];
  const names = listOf(setting);
  const wrong = names.find((name) => !isValidName(name) && name !== ":all:" && name !== ":none:");
  if (wrong !== undefined) throw invalidSetting(setting, `'${redactMessage(wrong)}' is no name of a project`);
  return names;
}

function constraintFilesOf(given: Given, cwd: string): readonly string[] {
  const found = settingPlaces.constraint.from.map((place) => settingAt(place, given));
  return found.flatMap((setting) => wordsOf(setting).map((word) => readablePath(word, { setting, cwd })));
}

/** Looked at here, where it is known who names it; a malformed line is told later, with its place. */
function readablePath(word: string, { setting, cwd }: { setting: Sourced | undefined; cwd: string }): string {
  const named = setting ?? { value: word, source: "" };
  if (/^https?:\/\//i.test(word) && URL.canParse(word)) return word;
  try {
    const path = word.startsWith("file:") ? Bun.fileURLToPath(word) : resolve(cwd, word);
    readFileSync(path);
    return path;
  } catch (error) {
    throwIfTooManyFiles(error, word);
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw invalidSetting(named, `cannot read the constraints in '${redactAddress(word)}': ${reasonOf(error)}`);
  }
}
