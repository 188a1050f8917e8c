/** Does the work of `pybun env`. */
import { resolve } from "node:path";
import type { CommandContext, Execute } from "@vivarium/cli/command";
import { exitCode } from "@vivarium/core/exit-code";
import { placesOf } from "@vivarium/core/paths";
import { shellWord } from "@vivarium/core/shell-word";
import { openStore, type Store } from "@vivarium/core/store";
import type { RecordedWish } from "../env/environment-record.ts";
import { listEnvironments, listGone } from "../env/list-environments.ts";
import { warnOfUncopied } from "../env/materialize.ts";
import type { FoundEnvironment } from "../env/place.ts";
import { checkDirectory } from "../env/placed-environment.ts";
import { isOffline } from "../index/run-variables.ts";
import { type InstallRequest, keyOf } from "../install/install-request.ts";
import { prepareEarlyAccess } from "./early-access.ts";
import { recordedArguments } from "./env-arguments.ts";
import { createEnvironment } from "./env-install.ts";
import type { envCreateOptions } from "./env-options.ts";
import { environmentDetail } from "./env-report.ts";
import { gatherWish } from "./env-wish.ts";
import { checkRefresh, warnOfNothing } from "./gather-requirements.ts";
import { listened, rememberCreation, watchCreation } from "./remember-creation.ts";

const storeOf = ({ platform, environment, home }: CommandContext): Store =>
  openStore(placesOf(platform, environment, home).cache);

/** `pybun env create` */
export const executeCreate: Execute<typeof envCreateOptions> = async (context, { options, positionals }) => {
  const { cwd, signal } = context;
  const { report, isQuiet } = listened(context.report);
  const offline = isOffline(context);
  const { refresh, clear } = options;
  checkRefresh(refresh, offline);
  const store = storeOf(context);
  const scene = { store, report, offline, refresh, signal };
  const areInputsSame = await watchCreation(context, options);
  const early = prepareEarlyAccess(scene);
  try {
    const { gathered, request: wished } = await gatherWish(
      { ...context, report, onAsk: early.begin },
      options,
      positionals,
    );
    const requirements = gathered.requirements.slice(0, positionals.length);
    const request: InstallRequest = {
      ...wished,
      clear,
      arguments: () => recordedArguments({ options, requirements, cwd, python: wished.interpreter.path }),
      ...(options.dir === undefined ? {} : { directory: resolve(cwd, options.dir) }),
    };
    if (request.directory !== undefined) {
      checkDirectory({ store, directory: request.directory, key: keyOf(request), clear });
    }
    const record = await createEnvironment(request, { ...scene, access: early.opened(), gathered });
    // A signal that came while it was placed is heard in the next turn only; what was made stays.
    await new Promise(setImmediate);
    signal.throwIfAborted();
    warnOfNothing(report, gathered, record.packages.length);
    warnOfUncopied(report, { names: wished.materialize ?? [], packages: record.packages });
    const { read } = gathered.files;
    if (isQuiet()) await rememberCreation(context, options, { request, record, store, read, areInputsSame });
    context.out(`${record.path}\n`);
    context.detail(environmentDetail(record));
    return exitCode.success;
  } finally {
    await early.end();
  }
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
  return [key.slice(0, 12), `Python ${interpreter.version}`, count, path, ...moved, ...purposeOf(wish)].join("  ");
}

/** Requirements, and the options that tell it from another environment of the same. */
function purposeOf({ requirements, arguments: given = [] }: RecordedWish): readonly string[] {
  const optionsAt = given.findIndex((word) => word.startsWith("--"));
  const options = optionsAt < 0 ? [] : [`with ${given.slice(optionsAt).map(shellWord).join(" ")}`];
  const purpose = [...(requirements.length === 0 ? [] : [`for ${shortened(requirements)}`]), ...options];
  return purpose.length === 0 ? [] : [purpose.join(", ")];
}

const shownMax = 4;

function shortened(requirements: readonly string[]): string {
  const rest = requirements.length - shownMax;
  // One in the place of "and 1 more" takes no more room.
  return rest <= 1 ? requirements.join(", ") : `${requirements.slice(0, shownMax).join(", ")} and ${rest} more`;
}
