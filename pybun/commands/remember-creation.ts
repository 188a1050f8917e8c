/** Whether the warm path may answer the same words of `env create` next time; if so, its record is written. */
import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import type { Report } from "@vivarium/core/report";
import type { CreateScene } from "../create/write-create.ts";
import { pythonRequest } from "../index/run-variables.ts";
import type { InstallRequest } from "../install/install-request.ts";
import type { envCreateOptions } from "./env-options.ts";

/** A report that also knows whether anybody was warned: what is told each time is never left out by the warm path. */
export function listened(report: Report): { readonly report: Report; readonly isQuiet: () => boolean } {
  let isQuiet = true;
  const warn: Report["warn"] = (problem) => {
    isQuiet = false;
    report.warn(problem);
  };
  return { report: { ...report, warn }, isQuiet: () => isQuiet };
}

type CreateOptions = OptionValues<typeof envCreateOptions>;
type Creation = Pick<CreateScene, "request" | "record" | "store" | "read" | "areInputsSame">;

/** Looks at what decides an environment before anything of it is read; the answer tells whether it is so still. */
export async function watchCreation(context: CommandContext, options: CreateOptions): Promise<() => boolean> {
  if (options.dir === undefined || !isPlain(context, options)) return () => false;
  const { creationInputs, watchInputs } = await import("../run/watch-inputs.ts");
  const { environment, cwd, platform } = context;
  const { request } = pythonRequest(options.python, environment);
  return watchInputs(creationInputs({ environment, cwd, platform, request }));
}

export async function rememberCreation(
  context: CommandContext,
  options: CreateOptions,
  creation: Creation,
): Promise<void> {
  const { request } = creation;
  if (request.directory === undefined || !isPlain(context, options) || !isFixed(request, options)) return;
  const { writeCreateRecord } = await import("../create/write-create.ts");
  writeCreateRecord({ ...context, ...creation, python: options.python });
}

/** Whether the path is all that is printed, and what is there decides. */
const isPlain = ({ format, verbosity }: CommandContext, { clear, refresh }: CreateOptions): boolean =>
  format === "text" && verbosity === 0 && !clear && !refresh;

/** A span such as `1 week` is another moment each time. */
function isFixed({ excludeNewer }: InstallRequest, { "exclude-newer": moment }: CreateOptions): boolean {
  return moment === undefined ? excludeNewer === undefined : /^\d{4}-/.test(moment);
}
