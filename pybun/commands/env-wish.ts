/** What `env create` and `env path` are asked for: the environment of these requirements with these options. */
import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import { placesOf } from "@vivarium/core/paths";
import { materializedNames } from "../env/materialize.ts";
import { loadIndexConfig } from "../index/config.ts";
import { warnOfExtraFirst } from "../index/extra-first.ts";
import { readGivenSettings } from "../index/given-settings.ts";
import { warnOfIgnored } from "../index/ignored-settings.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { projectInterpreter } from "../run/project-interpreter.ts";
import { askedValues, warnOfUvFiles } from "../run/uv-files.ts";
import type { EarlyWish } from "./early-access.ts";
import type { envWishOptions } from "./env-options.ts";
import { type Gathered, gatherRequirements, indexFlagsOf, packageWish } from "./gather-requirements.ts";

type WishOptions = OptionValues<typeof envWishOptions>;

export interface GatheredWish {
  readonly gathered: Gathered;
  readonly request: InstallRequest;
}

export interface WishContext extends CommandContext {
  /** Called when the interpreter has to be asked, which takes a while. */
  readonly onAsk?: (wish: EarlyWish) => void;
}

/** @throws what requirements, files of requirements, settings of indexes and interpreters throw */
export async function gatherWish(
  context: WishContext,
  options: WishOptions,
  positionals: readonly string[],
): Promise<GatheredWish> {
  const gathered = await gatherRequirements(positionals, {
    context,
    flags: indexFlagsOf(options),
    given: readGivenSettings(context),
    requirementFiles: options.requirement,
    constraintFiles: options.constraint,
  });
  return { gathered, request: await requestOf(context, options, gathered) };
}

async function requestOf(context: WishContext, options: WishOptions, gathered: Gathered): Promise<InstallRequest> {
  const { files, requirements, constraints } = gathered;
  const { environment, home, platform, cwd, report } = context;
  const config = loadIndexConfig({ flags: indexFlagsOf(options, files), environment, home, platform, cwd });
  warnOfIgnored(report, config);
  const wish = packageWish(options, gathered);
  await warnOfUvFiles({
    ...context,
    given: [options, files],
    asked: askedValues({ config, constraints, ...wish }),
    withPip: true,
  });
  warnOfExtraFirst(report, config, { source: "--extra-index-url", urls: files.extraIndexes });
  const onAsk = () => context.onAsk?.({ config, requirements });
  const cacheRoot = placesOf(platform, environment, home).cache;
  // What a run in this directory would take: an environment is made to be run.
  const { interpreter } = await projectInterpreter({ context, options, cacheRoot, onAsk });
  return {
    interpreter,
    requirements,
    constraints,
    requiredHashes: gathered.requiredHashes,
    config,
    ...wish,
    materialize: materializedNames(options.materialize),
  };
}
