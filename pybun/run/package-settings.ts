/** Options of the command line and settings of a script's block, merged: the command line wins, lists add up. */
import { isAbsolute, resolve } from "node:path";
import type { OptionValues } from "@vivarium/cli/command";
import type { IndexFlags } from "../index/config.ts";
import type { PrereleaseMode, ResolutionStrategy } from "../resolver/resolve.ts";
import type { ScriptSettings } from "../script/settings.ts";
import type { runOptions } from "./run-options.ts";

export interface PackageSettings {
  readonly flags: IndexFlags;
  readonly strategy: ResolutionStrategy;
  readonly prerelease: PrereleaseMode;
  readonly excludeNewer: string | undefined;
  readonly constraints: readonly string[];
  readonly noBinary: readonly string[];
  readonly onlyBinary: readonly string[];
  readonly materialize: readonly string[];
}

/** `place`: the directory that relative places in the block are relative to. */
export function mergeSettings(
  options: OptionValues<typeof runOptions>,
  script: ScriptSettings,
  place: string,
): PackageSettings {
  const defaultIndex = options["default-index"] ?? script.defaultIndex;
  const noIndex = options["no-index"] || script.noIndex === true;
  return {
    flags: {
      index: [...options.index, ...(script.index ?? []).map((text) => placed(text, place))],
      findLinks: [...options["find-links"], ...(script.findLinks ?? []).map((text) => placed(text, place))],
      ...(defaultIndex === undefined ? {} : { defaultIndex }),
      ...(noIndex ? { noIndex } : {}),
    },
    strategy: options.resolution ?? script.resolution ?? "highest",
    prerelease: options.prerelease ?? script.prerelease ?? "if-necessary",
    excludeNewer: options["exclude-newer"] ?? script.excludeNewer,
    constraints: script.constraints ?? [],
    noBinary: [...options["no-binary"], ...(script.noBinary ?? [])],
    onlyBinary: [
      ...options["only-binary"],
      ...(script.onlyBinary ?? []),
      ...(options["no-build"] || script.noBuild === true ? [":all:"] : []),
    ],
    materialize: script.materialize ?? [],
  };
}

const placed = (text: string, place: string): string =>
  /^[A-Za-z][A-Za-z0-9+.-]+:/.test(text) || text.includes("=") || isAbsolute(text) ? text : resolve(place, text);
