/** What `env create` and `env path` are asked for: the environment of these requirements with these options. */
import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import { placesOf } from "@vivarium/core/paths";
import { loadIndexConfig } from "../index/config.ts";
import { warnOfExtraFirst } from "../index/extra-first.ts";
import { readGivenSettings } from "../index/given-settings.ts";
import { pythonRequest } from "../index/run-variables.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { findInterpreterNow } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { envWishOptions } from "./env-options.ts";
import { type Gathered, gatherRequirements, indexFlagsOf, packageWish } from "./gather-requirements.ts";

type WishOptions = OptionValues<typeof envWishOptions>;

export interface GatheredWish {
  readonly gathered: Gathered;
  readonly request: InstallRequest;
}

/** @throws what requirements, files of requirements, settings of indexes and interpreters throw */
export async function gatherWish(
  context: CommandContext,
  options: WishOptions,
  positionals: readonly string[],
): Promise<GatheredWish> {
  const { cwd, environment } = context;
  const gathered = await gatherRequirements(positionals, {
    cwd,
    environment,
    given: readGivenSettings(context),
    requirementFiles: options.requirement,
    constraintFiles: options.constraint,
  });
  return { gathered, request: requestOf(context, options, gathered) };
}

function requestOf(context: CommandContext, options: WishOptions, gathered: Gathered): InstallRequest {
  const { files, requirements, constraints } = gathered;
  const { environment, home, platform, cwd, report } = context;
  const config = loadIndexConfig({ flags: indexFlagsOf(options, files), environment, home, platform, cwd });
  warnOfExtraFirst(report, config, { source: "--extra-index-url", urls: files.extraIndexes });
  return {
    interpreter: interpreterFor(context, options.python),
    requirements,
    constraints,
    requiredHashes: gathered.requiredHashes,
    config,
    ...packageWish(options, gathered),
    materialize: options.materialize,
  };
}

function interpreterFor(context: CommandContext, wanted: string | undefined): Interpreter {
  const { cwd, environment, platform, home, report } = context;
  const cacheRoot = placesOf(platform, environment, home).cache;
  return findInterpreterNow({ ...pythonRequest(wanted, environment), cwd, environment, platform, cacheRoot, report });
}
