/** From the plan of a run to what can be started: installs what is missing. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { checkHashes } from "../env/check-hashes.ts";
import { type EnvironmentRecord, ownedRecordName, recordFileName } from "../env/environment-record.ts";
import type { InstallRequest, InstallScene } from "../install/install-request.ts";
import type { RunPlan } from "./plan-run.ts";

export interface ReadyRun {
  readonly python: string;
  /** The prefix to announce as VIRTUAL_ENV; empty for an interpreter that is in none. */
  readonly prefix: string;
  /** The directory of scripts that comes first on the program's PATH; empty where PATH stays as it is. */
  readonly scripts: string;
  /** Where an environment of ours runs. */
  readonly record?: EnvironmentRecord;
  /** One of ours that was there before, and runs or lies under the one that does. */
  readonly chosen?: EnvironmentRecord;
}

/** All environments of ours that a run uses. */
export const environmentsOf = ({ record, chosen }: ReadyRun): readonly EnvironmentRecord[] =>
  [record, chosen].filter((one) => one !== undefined);

/** @throws what installing throws, and E_ENV_HASH */
export async function readyRun(plan: RunPlan, scene: InstallScene): Promise<ReadyRun> {
  if (plan.kind === "owned") {
    const { installRequirements } = await import("../install/install-requirements.ts");
    const installed = await installRequirements(plan.request, scene);
    const record = scene.refresh ? await restored(installed, { request: plan.request, scene }) : installed;
    if (plan.request.requiredHashes !== undefined) checkHashes(record, plan.request.requiredHashes);
    const scripts = join(record.path, plan.request.interpreter.scheme.scripts);
    const chosen = plan.over === undefined ? {} : await chosenAt(plan.over.prefix, scene);
    return { python: record.python, prefix: record.path, scripts, record, ...chosen };
  }
  if (plan.kind === "existing") {
    const { prefix, python, scripts } = plan.environment;
    const chosen = await chosenAt(prefix, scene);
    return { python, prefix: plan.rule === "CONDA_PREFIX" ? "" : prefix, scripts: join(prefix, scripts), ...chosen };
  }
  const { path, prefix, isVirtual, scheme } = plan.interpreter;
  const scripts = plan.isOnPath ? "" : join(prefix, scheme.scripts);
  return { python: path, prefix: isVirtual ? prefix : "", scripts };
}

/** A refresh gives what was declared, also where something else was installed into the environment meanwhile. */
async function restored(
  record: EnvironmentRecord,
  changed: { readonly request: InstallRequest; readonly scene: InstallScene },
): Promise<EnvironmentRecord> {
  const { restoreEnvironment } = await import("./restore-environment.ts");
  return restoreEnvironment(record, changed);
}

/** Of ours: in the store, or at a place of its own and perhaps moved there with its project. */
async function chosenAt(prefix: string, scene: InstallScene): Promise<Pick<ReadyRun, "chosen">> {
  const path = resolve(prefix);
  const files = [join(path, ownedRecordName), join(dirname(path), recordFileName)];
  if (!files.some((file) => existsSync(file))) return {};
  const { announceOwned } = await import("../env/announce-moved.ts");
  const chosen = announceOwned(path, scene);
  return chosen === undefined ? {} : { chosen };
}
