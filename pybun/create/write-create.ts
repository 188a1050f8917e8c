/** Writes the warm record of `env create --dir`: what the same words make next time, at any place. */
import { readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Environment, Platform } from "@vivarium/core/paths";
import type { Store } from "@vivarium/core/store";
import { isRegularFile } from "@vivarium/core/store/small-file";
import { writeUnlessUnwritable } from "@vivarium/core/store/unwritable";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { wheelsToMaterialize } from "../env/materialize.ts";
import { planPrefix } from "../env/prefix-plan.ts";
import { readSeal } from "../env/view.ts";
import { pythonRequest } from "../index/run-variables.ts";
import { type InstallRequest, keyOf } from "../install/install-request.ts";
import { wheelSetKind } from "../install/wheel-set.ts";
import type { ReadFile } from "../requirements-file/read-requirements.ts";
import { statusFingerprint } from "../run/witness.ts";
import { creationInputs } from "../run/witness-paths.ts";
import { findStoredWheel, type StoredWheel } from "../wheel/stored-wheel.ts";
import { type CreateRecord, createRecordPath, formatCreateRecord, placeholder, type Witness } from "./create-record.ts";
import { splitCreateWords } from "./create-words.ts";

export interface CreateScene {
  /** What was given to the program. */
  readonly argv: readonly string[];
  readonly request: InstallRequest;
  /** Files of requirements and constraints that were read. */
  readonly read: readonly ReadFile[];
  readonly record: EnvironmentRecord;
  /** What `--python` names. */
  readonly python: string | undefined;
  readonly store: Store;
  readonly environment: Environment;
  readonly platform: Platform;
  readonly cwd: string;
  /** Whether the other inputs are as they were before the first of them was read. */
  readonly areInputsSame: () => boolean;
}

/** Does nothing where the warm path would not look, or where the same words may mean something else next time. */
export function writeCreateRecord(scene: CreateScene): void {
  const { argv, request, cwd, environment, store } = scene;
  const words = splitCreateWords(argv);
  // The parser has the last word on what is the place.
  if (words === undefined || resolve(cwd, words.directory) !== request.directory || mayMeanElse(scene)) return;
  const record = createRecordOf(scene);
  if (record === undefined || !scene.areInputsSame()) return;
  writeUnlessUnwritable(
    createRecordPath(store.root, { wish: words.wish, cwd, environment }),
    formatCreateRecord(record),
  );
}

/** Files that are a stream or on the network, or that take values from any variable, in UTF-16 too. */
const mayMeanElse = ({ read }: CreateScene): boolean =>
  read.some(({ place }) => place === "-" || !isRegularFile(place) || /\$\0?\{/.test(readFileSync(place, "latin1")));

function createRecordOf(scene: CreateScene): CreateRecord | undefined {
  const { record, request, store, read } = scene;
  const { scripts } = request.interpreter.scheme;
  const found = record.packages.map(({ sha256 }) => findStoredWheel(store, sha256));
  const wheels = found.filter((wheel) => wheel !== undefined);
  const seal = readSeal(store, basename(dirname(record.view)));
  if (seal === undefined || wheels.length !== found.length || record.view.includes("<vivarium-")) return undefined;
  const materialized = wheelsToMaterialize(wheels, request.materialize);
  const plan = planPrefix({
    prefix: placeholder.prefix,
    interpreter: request.interpreter,
    view: record.view,
    wheels,
    materialized,
    editables: [],
    origins: new Map(record.packages.flatMap(({ sha256, url }) => (url === undefined ? [] : [[sha256, url]]))),
  });
  // Whoever makes such an environment is warned, each time.
  if (seal.conflicts.length > 0 || plan.conflicts.length > 0) return undefined;
  return {
    witnesses: witnessesOf(scene),
    files: read.map(({ place, sha256 }) => ({ path: place, fingerprint: sha256 })),
    view: { path: record.view, roots: seal.roots, distInfos: distInfosOf(wheels, materialized) },
    environment: { ...record, path: placeholder.prefix, python: join(placeholder.prefix, scripts, "python") },
    plan,
    scripts,
  };
}

const distInfosOf = (wheels: readonly StoredWheel[], materialized: ReadonlySet<string>): readonly string[] =>
  wheels.filter(({ sha256 }) => !materialized.has(sha256)).map(({ manifest }) => manifest.distInfo);

/** Among them the wheels of the wish: a refresh may find others. */
function witnessesOf({ request, store, environment, platform, cwd, python }: CreateScene): readonly Witness[] {
  const asked = pythonRequest(python, environment).request;
  const inputs = creationInputs({ environment, cwd, request: asked, platform });
  const found = [request.interpreter.path, request.interpreter.realPath];
  const paths = new Set([store.entryPath(wheelSetKind, keyOf(request)), ...inputs, ...found]);
  return [...paths].map((path) => ({ path, fingerprint: statusFingerprint(path) }));
}
