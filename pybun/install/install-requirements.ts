/**
 * From requirements to an environment: the one way in which `run` and `env create` get their packages.
 *
 *   wish → key → the environment that this key had last, if it is whole: done, no network, no resolution
 *        → otherwise: resolve → wheels into the store, all at once → view and prefix → the key's choice is written
 *
 * The choice (`choices-v1/<key>`) names the environment that serves a key. A refresh that finds other wheels makes
 * another environment and changes the choice by one rename; processes that run in the old one keep it. Each step
 * publishes by rename, so an abort or a kill between any two leaves a whole store.
 */

import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { findBuildNeed } from "../candidates/build-need.ts";
import type { IndexResolution } from "../candidates/resolve-request.ts";
import { resolveWithIndex } from "../candidates/resolve-with-index.ts";
import { targetOf } from "../candidates/target-of.ts";
import { ensureEnvironment } from "../env/ensure-environment.ts";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import type { IndexClient } from "../index/client.ts";
import type { Pin } from "../resolver/pins.ts";
import { requirersOf } from "../resolver/requirers.ts";
import { momentMs } from "../versions/moment.ts";
import { normalizeName } from "../versions/name.ts";
import type { Requirement } from "../versions/requirement.ts";
import { type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";
import { pinsAbove } from "./beneath.ts";
import { writeChoice } from "./choice.ts";
import type { installDiagnostics } from "./diagnostics.ts";
import { ensureBytecode, resumeBytecode } from "./ensure-bytecode.ts";
import { digestOf } from "./environment-key.ts";
import { environmentSetting, originsOf } from "./environment-setting.ts";
import { type Fetching, openFetching } from "./fetch-wheels.ts";
import { openIndexAccess } from "./index-access.ts";
import { findInstalled, type InstallRequest, type InstallScene, keyOf } from "./install-request.ts";
import { writeLayer } from "./layer.ts";
import { markCache } from "./mark-cache.ts";
import { repairWheels } from "./repair-wheels.ts";
import { sweepBeside } from "./sweep-records.ts";

const problem = problemsOf<typeof installDiagnostics>();

/**
 * The environment for a request: found, or made.
 * @throws what the resolver, the index client, wheels and environments throw, and E_INSTALL_BUILD_NEEDED
 */
export async function installRequirements(request: InstallRequest, scene: InstallScene): Promise<EnvironmentRecord> {
  const { store, report, signal } = scene;
  const key = keyOf(request);
  const startedMs = performance.now();
  const known = findWhole(request, scene);
  if (known !== undefined) {
    const { path, packages } = known;
    const duration_ms = performance.now() - startedMs;
    report.emit("env.create", { key: known.key, path, packages: packages.length, created: false, duration_ms });
    await resumeBytecode(known, { store, interpreter: request.interpreter });
    return known;
  }
  // Ten equal runs at once: one resolves and installs, the others find what it made.
  const make = async (): Promise<EnvironmentRecord> => {
    return findWhole(request, scene) ?? (await install(request, { ...scene, key }));
  };
  markCache(store);
  return store.withoutEviction(() => store.withLock(`install-${key}`, make, signal), signal);
}

/** A view is a tree of links: whose wheels are gone it looks whole, and what would be imported is not there. */
function findWhole(request: InstallRequest, { store, refresh }: InstallScene): EnvironmentRecord | undefined {
  const found = request.directory === undefined && !refresh ? findInstalled(request, store) : undefined;
  return found?.packages.every(({ sha256 }) => store.has(wheelKind, sha256)) === true ? found : undefined;
}

interface KeyedScene extends InstallScene {
  readonly key: string;
}

async function install(request: InstallRequest, scene: KeyedScene): Promise<EnvironmentRecord> {
  const { store, report, signal, key } = scene;
  const { client, stop } = (await scene.access) ?? openIndexAccess(request.config, scene);
  const fetching = openFetching({ store, client, report, signal: stop.signal });
  try {
    const pins = await pinsOf(request, { client, report, fetching });
    signal?.throwIfAborted();
    const wheels = await fetching.ensureAll(pins);
    signal?.throwIfAborted();
    if (request.directory !== undefined) sweepBeside(request.directory);
    const record = await link(request, { ...scene, client, pins, wheels });
    if (request.layer !== undefined) writeLayer(record, request.interpreter, request.layer.directories);
    if (request.directory === undefined) writeChoice(store, key, record);
    await ensureBytecode({ store, interpreter: request.interpreter, wheels });
    return record;
  } catch (error) {
    // What was begun is not wanted any more; nothing of it is left when the failure is told.
    stop.abort(error);
    await fetching.settled();
    throw error;
  } finally {
    client.close();
  }
}

interface PinScene {
  readonly client: IndexClient;
  readonly report: Report;
  readonly fetching: Fetching;
}

async function pinsOf(request: InstallRequest, scene: PinScene): Promise<readonly Pin[]> {
  const { requirements, layer } = request;
  if (requirements.length === 0) return [];
  const resolution = resolutionOf(request, scene);
  const solve = (more: readonly Requirement[]): Promise<readonly Pin[]> =>
    resolveWithIndex({ ...resolution, constraints: [...(request.constraints ?? []), ...more] });
  const pins =
    layer === undefined ? await solve([]) : await pinsAbove({ requirements, beneath: layer.packages }, solve);
  const source = pins.find(({ file }) => file.kind === "sdist");
  if (source === undefined) return pins;
  const { name, version, file } = source;
  const build = await findBuildNeed(resolution, { name, version, requiredBy: requirersOf(name, pins) });
  throw problem("E_INSTALL_BUILD_NEEDED", { file: file.filename, build });
}

function resolutionOf(request: InstallRequest, { client, report, fetching }: PinScene): IndexResolution {
  const { requirements, layer, excludeNewer } = request;
  return {
    requirements,
    constraints: request.constraints ?? [],
    target: targetOf(request.interpreter),
    client,
    report,
    wheelsOnly: true,
    // What a layer beneath has may come out at the very version that is there, and is not installed then.
    beginWheel: layer === undefined ? fetching.begin : undefined,
    noBinary: choiceOf(request.noBinary),
    onlyBinary: choiceOf(request.onlyBinary),
    ...(request.strategy === undefined ? {} : { strategy: request.strategy }),
    ...(request.prerelease === undefined ? {} : { prerelease: request.prerelease }),
    ...(request.requiredHashes === undefined ? {} : { requiredHashes: request.requiredHashes }),
    ...(excludeNewer === undefined ? {} : { excludeNewerMs: momentMs(excludeNewer, Date.now()) }),
  };
}

const choiceOf = (names: readonly string[] = []): "all" | ReadonlySet<string> =>
  names.includes(":all:") ? "all" : new Set(names.map(normalizeName));

interface LinkScene extends KeyedScene {
  readonly client: IndexClient;
  readonly pins: readonly Pin[];
  readonly wheels: readonly StoredWheel[];
}

/** Links, and where a wheel in the store turns out to be damaged, fetches that one again and links once more. */
async function link(request: InstallRequest, scene: LinkScene): Promise<EnvironmentRecord> {
  const { store, report, pins, wheels, key, signal } = scene;
  const { directory } = request;
  const contents = wheels.map(({ sha256 }) => sha256).join(" ");
  const options = {
    ...environmentSetting(request),
    origins: originsOf(pins, wheels),
    store,
    key: directory === undefined ? digestOf(`${key} ${contents}`) : key,
    report,
    ...(signal === undefined ? {} : { signal }),
  };
  const again = (): Promise<readonly StoredWheel[]> => openFetching(scene).ensureAll(pins);
  return repairWheels({ store, report, wheels, again }, (whole) => ensureEnvironment({ ...options, wheels: whole }));
}
