/** Writes the warm record of a run: what the warm path starts next time, and the witnesses that must stay equal. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "@vivarium/core/paths";
import type { Store } from "@vivarium/core/store";
import { isRegularFile } from "@vivarium/core/store/small-file";
import { writeUnlessUnwritable } from "@vivarium/core/store/unwritable";
import { environmentKind, recordFileName } from "../env/environment-record.ts";
import { leaseOf } from "../env/list-environments.ts";
import { choiceKind, keyServedBy } from "../install/choice.ts";
import { keyOf } from "../install/install-request.ts";
import { isRemotePlace } from "../requirements-file/place.ts";
import { type DirectCalls, openDirectCalls } from "./direct-calls.ts";
import type { RunPlan } from "./plan-run.ts";
import { environmentsOf, type ReadyRun } from "./ready-run.ts";
import { blockBytes, warmKey } from "./warm-key.ts";
import { formatWarmRecord, type WarmRecord, warmRecordPath } from "./warm-record.ts";
import { contentFingerprint } from "./witness.ts";
import {
  activeConfigurations,
  interpreterWitnesses,
  projectEnvironments,
  projectFiles,
  settingWitnesses,
} from "./witness-paths.ts";

export interface WarmScene {
  readonly script: string;
  readonly plan: RunPlan;
  readonly ready: ReadyRun;
  readonly environment: Environment;
  readonly cwd: string;
  readonly store: Store;
  /** The script's first bytes as they were read, one character each; undefined where it is not read as a file. */
  readonly head: string | undefined;
  /** Whether the other inputs are as they were before the first of them was read. */
  readonly areInputsSame: () => boolean;
}

/**
 * Does nothing where the warm path would not look: other systems, scripts whose head needs a closer look. Nothing either
 * where a file was edited while we worked: the record would take what is there now for what the choice was made of.
 */
export function writeWarmRecord(scene: WarmScene): void {
  const { script, ready, cwd, environment, store, head } = scene;
  if (mayMeanElse(scene.plan)) return;
  const calls = openDirectCalls();
  const block = head === undefined ? undefined : blockBytes(head);
  const choice = choiceBehind(scene);
  if (calls === undefined || block === undefined || choice === undefined) return;
  const { record } = ready;
  const [lease] = environmentsOf(ready).map((used) => leaseOf(store, used));
  const facts = {
    program: ready.python,
    prefix: ready.prefix,
    scripts: ready.scripts,
    lease: lease === undefined ? "" : `${lease.kind}/${lease.key}`,
    used: record === undefined ? "" : join(store.entryPath(environmentKind, record.key), recordFileName),
    witnesses: witnessesOf(scene, { choice, calls }),
  };
  if (!isLineEach(facts) || !areAsRead(scene)) return;
  const text = formatWarmRecord(facts);
  writeUnlessUnwritable(warmRecordPath(store.root, warmKey({ script, block, cwd, environment })), text);
}

/**
 * Whether a file has its say about packages that no witness can watch: one on the network is asked for each time, and
 * one that takes values from variables may mean something else each time.
 */
const mayMeanElse = (plan: RunPlan): boolean =>
  plan.kind === "owned" && plan.settingFiles.some(({ place }) => isRemotePlace(place) || takesVariables(place));

const areAsRead = ({ plan, areInputsSame }: WarmScene): boolean =>
  areInputsSame() &&
  (plan.kind !== "owned" || plan.settingFiles.every(({ place, sha256 }) => contentFingerprint(place) === sha256));

/** In UTF-16 too. */
const takesVariables = (path: string): boolean => isRegularFile(path) && /\$\0?\{/.test(readFileSync(path, "latin1"));

/** A record is lines. Without one of its witnesses it would be believed where it does not hold any more. */
function isLineEach({ program, prefix, scripts, used, witnesses }: WarmRecord): boolean {
  return [program, prefix, scripts, used, ...witnesses.map(({ path }) => path)].every((fact) => !fact.includes("\n"));
}

function witnessesOf(scene: WarmScene, { choice, calls }: { choice: readonly string[]; calls: DirectCalls }) {
  // A refresh by any run with the same wish changes the choice too.
  const paths = new Set([...environmentParts(scene), ...choice, ...interpreterInputs(scene), ...settingFiles(scene)]);
  return [...paths].map((path) => ({ path, fingerprint: calls.fingerprint(path) }));
}

/**
 * The choice that leads to an environment of the store. Cleaning takes choices before environments: a warm run that
 * finds its choice after its lease was written is seen by whoever would evict the environment. Undefined where no
 * choice leads there any more, so that only the long way may start it.
 */
function choiceBehind({ plan, ready, store }: WarmScene): readonly string[] | undefined {
  if (plan.kind === "owned") return [store.entryPath(choiceKind, keyOf(plan.request))];
  const stored = environmentsOf(ready).find((used) => leaseOf(store, used).kind === environmentKind);
  if (stored === undefined) return [];
  const key = keyServedBy(store, stored);
  return key === undefined ? undefined : [store.entryPath(choiceKind, key)];
}

/** What is started, and what it cannot do without. */
function environmentParts({ plan, ready }: WarmScene): readonly string[] {
  const { python, prefix, record } = ready;
  const parts = [python, ...(prefix === "" ? [] : [join(prefix, "pyvenv.cfg")])];
  // Goes before `python3`, which runs where it leads nowhere.
  if (plan.kind === "existing") parts.push(join(dirname(python), "python"));
  if (record !== undefined) parts.push(record.interpreter.realPath, record.view);
  return parts;
}

/** Whatever could make another interpreter or environment the first match. */
function interpreterInputs({ environment, cwd, plan }: WarmScene): readonly string[] {
  const found = plan.kind === "existing" ? undefined : interpreterOf(plan);
  const around = plan.rule === "script" ? [] : [...projectEnvironments(cwd), ...projectFiles(cwd)];
  // One that UV_PYTHON passed over may become another version.
  const passedOver = environment["UV_PYTHON"] ? activeConfigurations(environment) : [];
  const request = environment["UV_PYTHON"];
  return [...interpreterWitnesses({ environment, cwd, request }, found), ...around, ...passedOver];
}

const interpreterOf = (plan: Exclude<RunPlan, { kind: "existing" }>) =>
  plan.kind === "owned" ? plan.request.interpreter : plan.interpreter;

/** Files of settings, and what those and variables name: they decide packages. */
const settingFiles = ({ environment, cwd, plan }: WarmScene): readonly string[] =>
  plan.kind === "owned"
    ? [...settingWitnesses({ environment, cwd, platform: "linux" }), ...plan.settingFiles.map(({ place }) => place)]
    : [];
