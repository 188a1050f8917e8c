/** Makes an environment of the store anew where somebody has installed something into it, or taken of its own files. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { type EnvironmentRecord, environmentKind, readEnvironmentRecord } from "../env/environment-record.ts";
import type { InstallRequest, InstallScene } from "../install/install-request.ts";
import { installRequirements } from "../install/install-requirements.ts";
import { changedThings } from "./added-things.ts";
import type { runDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof runDiagnostics>();

interface Changed {
  readonly request: InstallRequest;
  readonly scene: InstallScene;
}

/** One that another process runs in stays, with a warning. Returns what there is then. */
export async function restoreEnvironment(record: EnvironmentRecord, changed: Changed): Promise<EnvironmentRecord> {
  const { store, signal } = changed.scene;
  if (changedThings(record, { ...changed, store }).length === 0) return record;
  // Of two refreshes the second finds what the first one made, and leaves it.
  const restore = () => remake(record, changed);
  return store.withoutEviction(() => store.withLock(`restore-${record.key}`, restore, signal), signal);
}

async function remake(record: EnvironmentRecord, changed: Changed): Promise<EnvironmentRecord> {
  const { request, scene } = changed;
  const { store, report } = scene;
  const { key, path } = record;
  const current = readEnvironmentRecord(store, key);
  const added = current === undefined ? [] : changedThings(current, { request, store });
  const isUsed = (): boolean => store.leased().has(`${environmentKind}/${key}`);
  const isRemoved = added.length > 0 && store.removeUnused({ kind: environmentKind, key }, isUsed);
  if (added.length > 0 && !isRemoved && store.has(environmentKind, key)) {
    report.warn(problem("W_RUN_ENVIRONMENT_CHANGED", { path, added }));
    return record;
  }
  // The indexes have just been asked.
  return installRequirements(request, { ...scene, refresh: false });
}
