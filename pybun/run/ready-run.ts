/** From the plan of a run to what can be started: installs what is missing. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkHashes } from "../env/check-hashes.ts";
import { type EnvironmentRecord, ownedRecordName } from "../env/environment-record.ts";
import type { InstallScene } from "../install/install-request.ts";
import type { RunPlan } from "./plan-run.ts";

export interface ReadyRun {
  readonly python: string;
  /** The prefix to announce as VIRTUAL_ENV; empty for an interpreter that is in none. */
  readonly prefix: string;
  /** The directory of scripts that comes first on the program's PATH; empty where PATH stays as it is. */
  readonly scripts: string;
  /** Where an environment of ours runs. */
  readonly record?: EnvironmentRecord;
}

/** @throws what installing throws, and E_ENV_HASH */
export async function readyRun(plan: RunPlan, scene: InstallScene): Promise<ReadyRun> {
  if (plan.kind === "owned") {
    const { installRequirements } = await import("../install/install-requirements.ts");
    const record = await installRequirements(plan.request, scene);
    if (plan.request.requiredHashes !== undefined) checkHashes(record, plan.request.requiredHashes);
    const scripts = join(record.path, plan.request.interpreter.scheme.scripts);
    return { python: record.python, prefix: record.path, scripts, record };
  }
  if (plan.kind === "existing") {
    const { prefix, python, scripts } = plan.environment;
    await announce(prefix, scene);
    return { python, prefix: plan.rule === "CONDA_PREFIX" ? "" : prefix, scripts: join(prefix, scripts) };
  }
  const { path, prefix, isVirtual, scheme } = plan.interpreter;
  const scripts = plan.isOnPath ? "" : join(prefix, scheme.scripts);
  return { python: path, prefix: isVirtual ? prefix : "", scripts };
}

/** One of ours that was moved here, with its project perhaps. */
async function announce(prefix: string, scene: InstallScene): Promise<void> {
  if (!existsSync(join(prefix, ownedRecordName))) return;
  const { announceMoved } = await import("../env/announce-moved.ts");
  announceMoved(resolve(prefix), scene);
}
