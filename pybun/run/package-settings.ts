/**
 * Options of the command line, settings of the user (variables, pip's files) and settings of a script's block, merged:
 * the command line wins, then the user, who may know better than the script's author; lists add up. Of indexes the
 * block's stand before the user's, because the block knows where its packages are.
 */
import { isAbsolute, resolve } from "node:path";
import type { OptionValues } from "@vivarium/cli/command";
import type { IndexFlags } from "../index/config.ts";
import { type FileKinds, fileKindsOfOptions, mergeFileKinds } from "../index/file-kinds.ts";
import type { GivenSettings } from "../index/given-settings.ts";
import type { RequirementsFiles } from "../requirements-file/read-requirements.ts";
import type { PrereleaseMode, ResolutionStrategy } from "../resolver/resolve.ts";
import type { ScriptSettings } from "../script/settings.ts";
import { type Moment, parseMoment } from "../versions/moment.ts";
import type { runOptions } from "./run-options.ts";

export interface PackageSettings extends FileKinds {
  readonly flags: IndexFlags;
  readonly strategy: ResolutionStrategy;
  readonly prerelease: PrereleaseMode;
  readonly excludeNewer?: Moment;
  readonly constraints: readonly string[];
  readonly materialize: readonly string[];
}

export interface SettingLayers {
  readonly options: OptionValues<typeof runOptions>;
  /** Files of constraints, which may hold options as well. */
  readonly files: RequirementsFiles;
  readonly given: GivenSettings;
  readonly script: ScriptSettings;
  /** The directory that relative places in the block are relative to. */
  readonly place: string;
}

/** @throws E_MOMENT_INVALID */
export function mergeSettings({ options, files, given, script, place }: SettingLayers): PackageSettings {
  const ofScript = {
    noBinary: script.noBinary ?? [],
    onlyBinary: [...(script.onlyBinary ?? []), ...(script.noBuild === true ? [":all:"] : [])],
  };
  const excludeNewer = excludeNewerOf({ options, given, script });
  return {
    flags: indexFlags(options, { files, script, place }),
    strategy: options.resolution ?? given.resolution ?? script.resolution ?? "highest",
    prerelease:
      options.prerelease ??
      (files.pre ? "allow" : undefined) ??
      given.prerelease ??
      script.prerelease ??
      "if-necessary",
    ...(excludeNewer === undefined ? {} : { excludeNewer }),
    constraints: script.constraints ?? [],
    ...mergeFileKinds([ofScript, given.fileKinds, files, fileKindsOfOptions(options)]),
    materialize: script.materialize ?? [],
  };
}

function indexFlags(
  options: SettingLayers["options"],
  { files, script, place }: Pick<SettingLayers, "files" | "script" | "place">,
): IndexFlags {
  const defaultIndex = options["default-index"] ?? script.defaultIndex ?? files.defaultIndex;
  const noIndex = options["no-index"] || files.noIndex || script.noIndex === true;
  return {
    index: [...options.index, ...(script.index ?? []).map((text) => placed(text, place)), ...files.extraIndexes],
    findLinks: [
      ...options["find-links"],
      ...(script.findLinks ?? []).map((text) => placed(text, place)),
      ...files.findLinks,
    ],
    ...(defaultIndex === undefined ? {} : { defaultIndex }),
    ...(noIndex ? { noIndex } : {}),
  };
}

function excludeNewerOf({
  options,
  given,
  script,
}: Pick<SettingLayers, "options" | "given" | "script">): Moment | undefined {
  const flag = options["exclude-newer"];
  if (flag !== undefined) return parseMoment(flag, "--exclude-newer");
  if (given.excludeNewer !== undefined || script.excludeNewer === undefined) return given.excludeNewer;
  return parseMoment(script.excludeNewer, "exclude-newer");
}

const placed = (text: string, place: string): string =>
  /^[A-Za-z][A-Za-z0-9+.-]+:/.test(text) || text.includes("=") || isAbsolute(text) ? text : resolve(place, text);
