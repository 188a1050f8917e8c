import { dirname, resolve } from "node:path";
import { loadIndexConfig } from "../index/config.ts";
import { readGivenSettings } from "../index/given-settings.ts";
import { warnOfIgnored } from "../index/ignored-settings.ts";
import type { IndexConfig } from "../index/index-config.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { requirementsReader } from "../install/requirements-reader.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { parseGivenRequirement } from "../requirements-file/given-requirement.ts";
import { type ReadFile, readRequirementsFiles } from "../requirements-file/read-requirements.ts";
import { requiredHashesOf } from "../requirements-file/required-hashes.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { mergeSettings } from "./package-settings.ts";
import type { PlanOptions } from "./plan-options.ts";
import { askedValues, warnOfUvFiles } from "./uv-files.ts";
import { withRequirements } from "./with-requirements.ts";

export interface PlannedRequest {
  readonly request: InstallRequest;
  /** Files that variables or pip's files name, with what those include: they decide packages. */
  readonly settingFiles: readonly ReadFile[];
}

/**
 * What a script's block, the command line and the settings of the machine ask for.
 * @throws E_MOMENT_INVALID, E_INDEX_CONFIG, E_SETTING_INVALID, E_REQUIREMENTS_FILE_…
 */
export async function installRequestOf(
  { context, options, metadata, script }: PlanOptions,
  interpreter: Interpreter,
): Promise<PlannedRequest> {
  const { environment, home, platform, cwd } = context;
  const place = script === undefined ? cwd : resolve(cwd, dirname(script));
  const given = readGivenSettings({ environment, home, platform, cwd });
  const ofCommandLine = (text: string) =>
    parseGivenRequirement(text, (path) => Bun.pathToFileURL(resolve(cwd, path)).href);
  const files = await readRequirementsFiles(
    { requirements: [], constraints: given.constraintFiles },
    { cwd, environment, read: requirementsReader(context, { index: options.index }) },
  );
  const layers = { options, files, given, script: metadata?.settings ?? {}, place };
  const { flags, constraints, ...settings } = mergeSettings(layers);
  const requiredHashes = requiredHashesOf(files.constraints);
  const config = loadIndexConfig({ flags, environment, home, platform, cwd });
  // A run that warns leaves no warm record, so that the next one tells it again.
  warnOfIgnored(context.report, withoutHashes(config, given.requireHashes ?? files.requireHashes));
  const limits = [...constraints.map(parseRequirement), ...files.constraints.map(({ requirement }) => requirement)];
  const asked = askedValues({ config, constraints: limits, ...settings });
  await warnOfUvFiles({ ...context, given: [options, metadata?.settings ?? {}, files], asked, withPip: false });
  const request = {
    ...settings,
    interpreter,
    requirements: [...(metadata?.requirements ?? []), ...options.with.flatMap(withRequirements).map(ofCommandLine)],
    constraints: limits,
    config,
    ...(requiredHashes.size === 0 ? {} : { requiredHashes }),
    ...(metadata?.requiresPythonText === undefined ? {} : { requiresPython: metadata.requiresPythonText }),
  };
  return { request, settingFiles: files.read };
}

/** Neither a block nor `--with` can give its requirements hashes. */
function withoutHashes({ ignored }: IndexConfig, source: string | undefined): Pick<IndexConfig, "ignored"> {
  if (source === undefined) return { ignored };
  const reason = "requirements of a run cannot have hashes; `env create` makes an environment of hashed pins";
  return { ignored: [...ignored, { source, reason }] };
}
