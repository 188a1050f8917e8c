/** Does the work of `pybun env`. */
import { resolve } from "node:path";
import type { CommandContext, Execute, OptionValues } from "@vivarium/cli/command";
import { problemsOf } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { redact } from "@vivarium/core/redact";
import { openStore, type Store } from "@vivarium/core/store";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { findEnvironment, listEnvironments, removeEnvironment } from "../env/list-environments.ts";
import { checkDirectory } from "../env/placed-environment.ts";
import { loadIndexConfig } from "../index/config.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import { type InstallRequest, keyOf } from "../install/install-request.ts";
import { findInterpreterNow } from "../interpreter/find-interpreter.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { parseMoment } from "../versions/moment.ts";
import { createEnvironment } from "./env-install.ts";
import type { envCreateOptions } from "./env-options.ts";
import { checkRefresh, type Gathered, gatherRequirements, indexFlagsOf, warnOfNothing } from "./gather-requirements.ts";

const indexProblem = problemsOf<typeof indexDiagnostics>();

type CreateOptions = OptionValues<typeof envCreateOptions>;

const storeOf = ({ platform, environment, home }: CommandContext): Store =>
  openStore(placesOf(platform, environment, home).cache);

/** `pybun env create` */
export const executeCreate: Execute<typeof envCreateOptions> = async (context, { options, positionals }) => {
  const { cwd, environment, report, offline, signal } = context;
  const gathered = await gatherRequirements(positionals, {
    cwd,
    environment,
    requirementFiles: options.requirement,
    constraintFiles: options.constraint,
  });
  const { refresh } = options;
  checkRefresh(refresh, offline);
  const store = storeOf(context);
  const request = requestOf(context, options, gathered);
  const { clear } = options;
  if (request.directory !== undefined)
    checkDirectory({ store, directory: request.directory, key: keyOf(request), clear, refresh });
  const record = await createEnvironment(request, { store, report, offline, refresh, signal, gathered });
  warnOfNothing(report, gathered, record.packages.length);
  context.out(`${record.path}\n`);
  context.detail(detailOf(record));
  return exitCode.success;
};

function requestOf(context: CommandContext, options: CreateOptions, gathered: Gathered): InstallRequest {
  const { files, requirements, constraints } = gathered;
  warnOfExtraIndexes(context, gathered);
  const { environment, home, platform, cwd } = context;
  const excludeNewer = options["exclude-newer"];
  return {
    interpreter: interpreterFor(context, options.python),
    requirements,
    constraints,
    requiredHashes: gathered.requiredHashes,
    config: loadIndexConfig({ flags: indexFlagsOf(options, files), environment, home, platform, cwd }),
    strategy: options.resolution ?? "highest",
    prerelease: options.prerelease ?? (files.pre ? "allow" : "if-necessary"),
    noBinary: [...files.noBinary, ...options["no-binary"]],
    onlyBinary: [...files.onlyBinary, ...options["only-binary"], ...(options["no-build"] ? [":all:"] : [])],
    materialize: options.materialize,
    ...(excludeNewer === undefined ? {} : { excludeNewerMs: parseMoment(excludeNewer, "--exclude-newer") }),
    ...(options.dir === undefined ? {} : { directory: resolve(cwd, options.dir) }),
  };
}

function interpreterFor(context: CommandContext, wanted: string | undefined): Interpreter {
  const { cwd, environment, platform, home, report } = context;
  const cacheRoot = placesOf(platform, environment, home).cache;
  const request = wanted === undefined ? {} : { request: wanted };
  return findInterpreterNow({ ...request, cwd, environment, platform, cacheRoot, report });
}

function warnOfExtraIndexes({ report }: CommandContext, { files }: Gathered): void {
  if (files.extraIndexes.length === 0) return;
  const urls = files.extraIndexes.map(redact);
  report.warn(indexProblem("W_INDEX_EXTRA_FIRST", { source: "--extra-index-url", urls }));
}

function detailOf(record: EnvironmentRecord) {
  const { key, path, python, view, packages } = record;
  const interpreter = { path: record.interpreter.realPath, version: record.interpreter.version };
  return { key, path, python, view, interpreter, packages: [...packages] };
}

/** `pybun env list` */
export const executeList: Execute = async (context) => {
  const environments = listEnvironments(storeOf(context));
  for (const { key, path, packages, interpreter } of environments) {
    const count = `${packages.length} ${packages.length === 1 ? "package" : "packages"}`;
    context.out(`${key.slice(0, 12)}  Python ${interpreter.version}  ${count}  ${path}\n`);
  }
  context.detail({ environments: environments.map(detailOf) });
  return exitCode.success;
};

/** `pybun env path`. @throws E_ENV_NOT_FOUND */
export const executePath: Execute = async (context, { positionals: [wanted = ""] }) => {
  const record = findEnvironment(storeOf(context), wanted, context.cwd);
  context.out(`${record.path}\n`);
  context.detail(detailOf(record));
  return exitCode.success;
};

/** `pybun env remove`. @throws E_ENV_NOT_FOUND, E_ENV_IN_USE */
export const executeRemove: Execute = async (context, { positionals }) => {
  const store = storeOf(context);
  const removed: { key: string; path: string }[] = [];
  for (const wanted of positionals) {
    const { key, path } = removeEnvironment(store, wanted, { cwd: context.cwd });
    context.report.emit("env.remove", { key, path });
    removed.push({ key, path });
    context.note(`removed ${path}\n`);
  }
  context.detail({ removed });
  return exitCode.success;
};
