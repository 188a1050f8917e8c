import { dirname, join } from "node:path";
import { loadIndexConfig } from "../index/config.ts";
import type { InstallRequest } from "../install/install-request.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { parseMoment } from "../versions/moment.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { mergeSettings } from "./package-settings.ts";
import type { PlanOptions } from "./plan-options.ts";

/** What a script's block, the command line and the settings of the machine ask for. @throws E_MOMENT_INVALID, E_INDEX_CONFIG */
export function installRequestOf(
  { context, options, metadata, script }: PlanOptions,
  interpreter: Interpreter,
): InstallRequest {
  const { environment, home, platform, cwd } = context;
  const place = script === undefined ? cwd : join(cwd, dirname(script));
  const settings = mergeSettings(options, metadata?.settings ?? {}, place);
  const { excludeNewer } = settings;
  return {
    interpreter,
    requirements: [...(metadata?.requirements ?? []), ...options.with.map(parseRequirement)],
    constraints: settings.constraints.map(parseRequirement),
    config: loadIndexConfig({ flags: settings.flags, environment, home, platform, cwd }),
    strategy: settings.strategy,
    prerelease: settings.prerelease,
    noBinary: settings.noBinary,
    onlyBinary: settings.onlyBinary,
    materialize: settings.materialize,
    ...(metadata?.requiresPythonText === undefined ? {} : { requiresPython: metadata.requiresPythonText }),
    ...(excludeNewer === undefined ? {} : { excludeNewerMs: parseMoment(excludeNewer, "--exclude-newer") }),
  };
}
