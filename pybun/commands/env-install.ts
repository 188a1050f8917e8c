/**
 * The environment of `env create`. What a wish came to is remembered as a list of wheels (install/wheel-set.ts), which
 * serves until `--refresh`, just as an environment itself does.
 */
import { Problem } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import type { Origins } from "../env/direct-url.ts";
import { ensureEnvironment } from "../env/ensure-environment.ts";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { writeChoice } from "../install/choice.ts";
import { digestOf } from "../install/environment-key.ts";
import { environmentSetting } from "../install/environment-setting.ts";
import { type InstallRequest, type InstallScene, keyOf } from "../install/install-request.ts";
import { readWheelSet, writeWheelSet } from "../install/wheel-set.ts";
import { findStoredWheel, type StoredWheel } from "../wheel/stored-wheel.ts";
import { type Gathered, locateProblem } from "./gather-requirements.ts";
import { checkInstalled, checkRequirements } from "./require-hashes.ts";

/**
 * With required hashes the environment is first made in the store, and comes to its own place only when they are right:
 * an index that announces no hashes leaves them to be compared with the bytes.
 * @throws what `installRequirements` throws, with the line that asks for it, E_ENV_HASH and E_REQUIREMENTS_FILE_UNHASHED
 */
export async function createEnvironment(
  request: InstallRequest,
  scene: InstallScene & { readonly gathered: Gathered },
): Promise<EnvironmentRecord> {
  const { directory, clear: _clear, ...inStore } = request;
  const { gathered } = scene;
  try {
    checkRequirements(gathered);
    if (gathered.requiredHashes.size === 0 && gathered.requireHashes === undefined)
      return await findOrInstall(request, scene);
    if (directory === undefined) return checkInstalled(await findOrInstall(request, scene), gathered);
    // What was compared is what comes to the place: nobody may make it be fetched again in between.
    return await scene.store.withoutEviction(async () => {
      checkInstalled(await findOrInstall(inStore, scene), gathered);
      return findOrInstall(request, { ...scene, refresh: false });
    }, scene.signal);
  } catch (error) {
    throw locateProblem(error, scene.gathered);
  }
}

async function findOrInstall(request: InstallRequest, scene: InstallScene): Promise<EnvironmentRecord> {
  const { store, signal } = scene;
  const key = keyOf(request);
  const found = scene.refresh ? undefined : rememberedWheels(store, key);
  const linked = found === undefined ? undefined : await linkRemembered(request, { ...scene, key, ...found });
  if (linked !== undefined) return linked;
  // Loaded late: resolver, index client and unpacker are half of the program, and a warm store needs none of them.
  const { installRequirements } = await import("../install/install-requirements.ts");
  return store.withoutEviction(async () => {
    const record = await installRequirements(request, scene);
    writeWheelSet(store, key, record.packages);
    return record;
  }, signal);
}

interface Remembered {
  readonly wheels: readonly StoredWheel[];
  readonly origins: Origins;
}

interface LinkScene extends InstallScene, Remembered {
  readonly key: string;
}

/** Undefined where a wheel turns out to be damaged: installing fetches it again. */
async function linkRemembered(request: InstallRequest, scene: LinkScene): Promise<EnvironmentRecord | undefined> {
  const { store, report, key, wheels, origins, signal } = scene;
  const setting = environmentSetting(request);
  const common = { ...setting, store, wheels, origins, report, ...(signal === undefined ? {} : { signal }) };
  try {
    if (request.directory !== undefined) return await ensureEnvironment({ ...common, key });
    const contents = wheels.map(({ sha256 }) => sha256).join(" ");
    const record = await ensureEnvironment({ ...common, key: digestOf(`${key} ${contents}`) });
    writeChoice(store, key, record);
    return record;
  } catch (error) {
    if (error instanceof Problem && error.code === "E_STORE_DAMAGED") return undefined;
    throw error;
  }
}

/** The wheels of a wish if all of them are in the store. */
function rememberedWheels(store: Store, key: string): Remembered | undefined {
  const items = readWheelSet(store, key);
  const wheels = items?.map(({ sha256 }) => storedOrAbsent(store, sha256)).filter((wheel) => wheel !== undefined) ?? [];
  if (items === undefined || wheels.length !== items.length) return undefined;
  const direct = items.flatMap(({ sha256, url }): readonly [string, string][] => (url ? [[sha256, url]] : []));
  return { wheels, origins: new Map(direct) };
}

function storedOrAbsent(store: Store, hash: string): StoredWheel | undefined {
  try {
    return findStoredWheel(store, hash);
  } catch (error) {
    if (error instanceof Problem && error.code === "E_STORE_DAMAGED") return undefined;
    throw error;
  }
}
