/** Does the work of `pybun env`. */
import { resolve } from "node:path";
import type { CommandContext, Execute } from "@vivarium/cli/command";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { openStore, type Store } from "@vivarium/core/store";
import { shellWord } from "../env/creating-command.ts";
import { listEnvironments, listGone, removeEnvironment } from "../env/list-environments.ts";
import type { FoundEnvironment } from "../env/place.ts";
import { checkDirectory } from "../env/placed-environment.ts";
import { isOffline } from "../index/run-variables.ts";
import { type InstallRequest, keyOf } from "../install/install-request.ts";
import { recordedArguments } from "./env-arguments.ts";
import { createEnvironment } from "./env-install.ts";
import type { envCreateOptions } from "./env-options.ts";
import { environmentDetail } from "./env-report.ts";
import { gatherWish } from "./env-wish.ts";
import { checkRefresh, warnOfNothing } from "./gather-requirements.ts";
import { listened, rememberCreation } from "./remember-creation.ts";

const storeOf = ({ platform, environment, home }: CommandContext): Store =>
  openStore(placesOf(platform, environment, home).cache);

/** `pybun env create` */
export const executeCreate: Execute<typeof envCreateOptions> = async (context, { options, positionals }) => {
  const { cwd, signal } = context;
  const { report, isQuiet } = listened(context.report);
  const offline = isOffline(context);
  const { refresh, clear } = options;
  checkRefresh(refresh, offline);
  const { gathered, request: wished } = await gatherWish({ ...context, report }, options, positionals);
  const store = storeOf(context);
  const requirements = gathered.requirements.slice(0, positionals.length);
  const request: InstallRequest = {
    ...wished,
    clear,
    arguments: () => recordedArguments({ options, requirements, cwd }),
    ...(options.dir === undefined ? {} : { directory: resolve(cwd, options.dir) }),
  };
  if (request.directory !== undefined) {
    checkDirectory({ store, directory: request.directory, key: keyOf(request), clear });
  }
  const record = await createEnvironment(request, { store, report, offline, refresh, signal, gathered });
  warnOfNothing(report, gathered, record.packages.length);
  if (isQuiet()) await rememberCreation(context, options, { request, record, store, read: gathered.files.read });
  context.out(`${record.path}\n`);
  context.detail(environmentDetail(record));
  return exitCode.success;
};

/** `pybun env list` */
export const executeList: Execute = async (context) => {
  const store = storeOf(context);
  const environments = listEnvironments(store);
  const gone = listGone(store);
  for (const record of environments) context.out(`${lineOf(record)}\n`);
  for (const { path } of gone) {
    context.out(`moved or gone: ${path} (\`pybun env remove ${shellWord(path)}\` forgets it)\n`);
  }
  context.detail({ environments: environments.map(environmentDetail), gone });
  return exitCode.success;
};

function lineOf({ key, path, packages, interpreter, wish, movedFrom }: FoundEnvironment): string {
  const count = `${packages.length} ${packages.length === 1 ? "package" : "packages"}`;
  const moved = movedFrom === undefined ? [] : [`made at ${movedFrom}`];
  const purpose = wish.requirements.length === 0 ? [] : [`for ${shortened(wish.requirements)}`];
  return [key.slice(0, 12), `Python ${interpreter.version}`, count, path, ...moved, ...purpose].join("  ");
}

const shownMax = 4;

function shortened(requirements: readonly string[]): string {
  const rest = requirements.length - shownMax;
  // One in the place of "and 1 more" takes no more room.
  return rest <= 1 ? requirements.join(", ") : `${requirements.slice(0, shownMax).join(", ")} and ${rest} more`;
}

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
