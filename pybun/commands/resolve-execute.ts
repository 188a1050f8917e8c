/** Does the work of `pybun resolve`: gather, resolve, print. */
import type { CommandContext, Execute, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import type { ProjectChoice } from "../candidates/policy.ts";
import { resolveWithIndex } from "../candidates/resolve-with-index.ts";
import { targetOf } from "../candidates/target-of.ts";
import { openIndexClient } from "../index/client.ts";
import { loadIndexConfig } from "../index/config.ts";
import { warnOfExtraFirst } from "../index/extra-first.ts";
import { readGivenSettings } from "../index/given-settings.ts";
import { warnOfIgnored } from "../index/ignored-settings.ts";
import { isOffline } from "../index/run-variables.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import { createMarkerJudge, type ResolveTarget } from "../resolver/target.ts";
import { chooseInterpreter } from "../run/choose-interpreter.ts";
import { projectInterpreter } from "../run/project-interpreter.ts";
import { askedValues, warnOfUvFiles } from "../run/uv-files.ts";
import { momentMs } from "../versions/moment.ts";
import { formatPins, pinJson } from "./format-pins.ts";
import {
  checkRefresh,
  type Gathered,
  gatherRequirements,
  indexFlagsOf,
  locateProblem,
  packageWish,
  warnOfNothing,
} from "./gather-requirements.ts";
import { withHashes } from "./pin-hashes.ts";
import type { resolveOptions } from "./resolve-options.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

type Options = OptionValues<typeof resolveOptions>;

/** `pybun resolve` */
export const execute: Execute<typeof resolveOptions> = async (context, { options, positionals }) => {
  const { report } = context;
  const offline = isOffline(context);
  const given = readGivenSettings(context);
  const gathered = await gatherRequirements(positionals, {
    context,
    flags: indexFlagsOf(options),
    given,
    requirementFiles: options.requirement,
    constraintFiles: options.constraint,
  });
  if (positionals.length === 0 && options.requirement.length === 0) throw problem("E_RESOLVE_NOTHING", {});
  checkRefresh(options.refresh, offline);
  const target = await targetFor(context, options);
  const client = await openClient({ ...context, offline }, options, gathered);
  try {
    const found = await resolveWithIndex({
      ...selectionOf(options, gathered),
      requirements: gathered.requirements,
      constraints: gathered.constraints,
      target,
      client,
      report,
      signal: context.signal,
    });
    warnOfNothing(report, gathered, found.length);
    const { requiredHashes } = gathered;
    const pins = await withHashes(found, { client, hashes: options.hashes, requiredHashes });
    const origins = (name: string): readonly string[] => gathered.origins.get(name) ?? [];
    const limits = limitsOf(gathered, target);
    if (context.format === "text") context.out(formatPins(pins, { hashes: options.hashes, origins, limits }));
    if (context.format === "text") return exitCode.success;
    const python = { version: target.python.text, platform: target.markers.sys_platform };
    context.detail({ python, packages: pins.map(pinJson), requests: client.stats().requests });
  } catch (error) {
    throw locateProblem(error, gathered);
  } finally {
    client.close();
  }
  return exitCode.success;
};

/** The files with a constraint that narrows a project for the target: `-c FILE`. */
function limitsOf({ files }: Gathered, target: ResolveTarget): (name: string) => readonly string[] {
  const judge = createMarkerJudge(target);
  const limiting = files.constraints.filter(
    ({ requirement: { specifiers, url, marker } }) =>
      (specifiers.length > 0 || url !== undefined) && judge.holds(marker, undefined),
  );
  return (name) => {
    const ofName = limiting.filter(({ requirement }) => requirement.name === name);
    return [...new Set(ofName.map(({ span }) => `-c ${span.file ?? "-"}`))];
  };
}

async function targetFor(context: CommandContext, options: Options): Promise<ResolveTarget> {
  const { environment, platform, home } = context;
  const cacheRoot = placesOf(platform, environment, home).cache;
  const scene = { context, options, cacheRoot };
  // With a version of its own the target is not the project's: the interpreter gives the platform only.
  const choose = options["python-version"] === undefined ? projectInterpreter : chooseInterpreter;
  const { interpreter } = await choose(scene);
  return targetOf(interpreter, {
    pythonVersion: options["python-version"],
    platform: options.platform,
    macosDeploymentTarget: environment["MACOSX_DEPLOYMENT_TARGET"],
  });
}

async function openClient(context: CommandContext, options: Options, gathered: Gathered) {
  const { files, constraints } = gathered;
  const { environment, home, platform, report, offline, signal, cwd } = context;
  const config = loadIndexConfig({ flags: indexFlagsOf(options, files), environment, home, platform, cwd });
  warnOfIgnored(report, config);
  const asked = askedValues({ config, constraints, ...packageWish(options, gathered) });
  await warnOfUvFiles({ ...context, given: [options, files], asked, withPip: true });
  warnOfExtraFirst(report, config, { source: "--extra-index-url", urls: files.extraIndexes });
  const cacheRoot = placesOf(platform, environment, home).cache;
  return openIndexClient({ config, cacheRoot, report, offline, refresh: options.refresh, signal });
}

function selectionOf(options: Options, { files, given, requiredHashes }: Gathered) {
  const { excludeNewer, ...wish } = packageWish(options, { given, files });
  return {
    ...wish,
    ...(excludeNewer === undefined ? {} : { excludeNewerMs: momentMs(excludeNewer, Date.now()) }),
    noBinary: projectChoice(wish.noBinary),
    onlyBinary: projectChoice(wish.onlyBinary),
    requiredHashes,
  };
}

/** What `mergeFileKinds` made of it: names, or `:all:` alone. */
const projectChoice = (names: readonly string[]): ProjectChoice => (names.includes(":all:") ? "all" : new Set(names));
