/** What `env create` and `env path` are asked for: the environment of these requirements with these options. */
import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { placesOf } from "@vivarium/core/paths";
import { redact } from "@vivarium/core/redact";
import { loadIndexConfig } from "../index/config.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import { readGivenSettings } from "../index/given-settings.ts";
import { pythonRequest } from "../index/run-variables.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { findInterpreterNow } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import type { envWishOptions } from "./env-options.ts";
import { type Gathered, gatherRequirements, indexFlagsOf, packageWish } from "./gather-requirements.ts";

const indexProblem = problemsOf<typeof indexDiagnostics>();

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
  warnOfExtraIndexes(context, gathered);
  const { environment, home, platform, cwd } = context;
  return {
    interpreter: interpreterFor(context, options.python),
    requirements,
    constraints,
    requiredHashes: gathered.requiredHashes,
    config: loadIndexConfig({ flags: indexFlagsOf(options, files), environment, home, platform, cwd }),
    ...packageWish(options, gathered),
    materialize: options.materialize,
  };
}

function interpreterFor(context: CommandContext, wanted: string | undefined): Interpreter {
  const { cwd, environment, platform, home, report } = context;
  const cacheRoot = placesOf(platform, environment, home).cache;
  return findInterpreterNow({ ...pythonRequest(wanted, environment), cwd, environment, platform, cacheRoot, report });
}

function warnOfExtraIndexes({ report }: CommandContext, { files }: Gathered): void {
  if (files.extraIndexes.length === 0) return;
  const urls = files.extraIndexes.map(redact);
  report.warn(indexProblem("W_INDEX_EXTRA_FIRST", { source: "--extra-index-url", urls }));
}
