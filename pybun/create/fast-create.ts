/**
 * The warm path of `pybun env create … --dir DIR`: from argv to an environment without parser, resolver or wheels'
 * manifests, from a record of what the same words came to before.
 *
 * In: what stands after `pybun`. Out: true when the environment is made and its path printed, or false, which means
 * "take the long way": a form of the command line that is not the plain one, no record, a witness that changed, a place
 * that is taken, a name that scripts could not carry as it is, or any failure, which the long way meets again and tells.
 */
import { existsSync, lstatSync, readdirSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Ending, listenBriefly } from "@vivarium/cli/heard-signals";
import { Problem } from "@vivarium/core/diagnostic";
import { type Places, placesOf } from "@vivarium/core/paths";
import { openStore } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { workingDirectory } from "@vivarium/core/working-directory";
import { shebangOf } from "../env/entry-script.ts";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { placeEnvironment, placeLockOf } from "../env/placed-environment.ts";
import type { PrefixPlan } from "../env/prefix-plan.ts";
import { writePrefix } from "../env/prefix-write.ts";
import { contentFingerprint, statusFingerprint } from "../run/witness.ts";
import { type CreateRecord, createRecordPath, placeholder, readCreateRecord, type ViewSight } from "./create-record.ts";
import { splitCreateWords } from "./create-words.ts";

/** Returns false when the long way has to be taken; nothing is left of the attempt then. */
export async function tryFastCreate(argv: readonly string[]): Promise<boolean> {
  const words = splitCreateWords(argv);
  const cache = cacheOf(process.env);
  if (words === undefined || cache === undefined || process.env["PYBUN_TRACE"]) return false;
  const cwd = workingDirectory();
  const directory = resolve(cwd, words.directory);
  const path = createRecordPath(cache, { wish: words.wish, cwd, environment: process.env });
  const record = unlessFailed(() => usableRecord(path, directory));
  if (record === undefined) return false;
  return (await makeAt(directory, record, cache)) && printed(directory);
}

function usableRecord(path: string, directory: string): CreateRecord | undefined {
  const record = readCreateRecord(path);
  return record !== undefined && isPlainPlace(directory, record) && isFree(directory) && holds(record)
    ? record
    : undefined;
}

function cacheOf(environment: NodeJS.ProcessEnv): string | undefined {
  const { platform } = process;
  const home = environment["HOME"];
  if (!home || (platform !== "linux" && platform !== "darwin")) return undefined;
  return unlessFailed((): Places => placesOf(platform, environment, home))?.cache;
}

/** Whether the place may be put into the texts of the record as it stands: nothing to be quoted, nothing too long. */
function isPlainPlace(directory: string, { scripts }: CreateRecord): boolean {
  const python = join(directory, scripts, "python");
  return /^[\w/.+@-]+$/.test(directory) && shebangOf(python) === `#!${python}\n`;
}

/** What is there is the long way's to judge, and so is a directory above that has to be made. */
function isFree(directory: string): boolean {
  const above = lstatSync(dirname(directory), { throwIfNoEntry: false });
  return above?.isDirectory() === true && lstatSync(directory, { throwIfNoEntry: false }) === undefined;
}

function holds({ witnesses, files }: CreateRecord): boolean {
  const isSame = files.every(({ path, fingerprint }) => contentFingerprint(path) === fingerprint);
  return isSame && witnesses.every(({ path, fingerprint }) => statusFingerprint(path) === fingerprint);
}

async function makeAt(directory: string, { view, environment, plan, scripts }: CreateRecord, cache: string) {
  const store = openStore(cache);
  const record: EnvironmentRecord = { ...environment, path: directory, python: join(directory, scripts, "python") };
  const fill = (target: string): void => writePrefix(planAt(plan, directory), target, record);
  const stop = new AbortController();
  let received: Ending | undefined;
  const close = listenBriefly((ending) => {
    received = ending;
    stop.abort(new Error(`interrupted by ${ending}`));
  });
  const make = async (): Promise<boolean> => {
    if (!isFree(directory) || !isWhole(view)) return false;
    await placeEnvironment({ store, directory, record, fill, clear: false });
    return true;
  };
  try {
    const locked = () => store.withLock(placeLockOf(directory), make, stop.signal);
    return await store.withoutEviction(locked, stop.signal);
  } catch (error) {
    return received === undefined && ignored(error);
  } finally {
    // What came while we placed is heard in the next turn only.
    await new Promise(setImmediate);
    close();
    // Now that nothing listens any more it ends this process, as it would have without us.
    if (received !== undefined) process.kill(process.pid, received);
  }
}

function planAt(plan: PrefixPlan, directory: string): PrefixPlan {
  const name = basename(directory);
  const at = (text: string): string =>
    text.replaceAll(placeholder.prefix, directory).replaceAll(placeholder.name, name);
  return { ...plan, texts: plan.texts.map((one) => ({ ...one, text: at(one.text) })) };
}

/** Nothing was taken from or added to its root, and the metadata of every wheel can be reached through it. */
function isWhole({ path, roots, distInfos }: ViewSight): boolean {
  if (readdirSync(path).length !== roots) return false;
  return distInfos.every((name) => existsSync(join(path, name)));
}

/** Where stdout fails, the long way finds the environment and tells. */
function printed(directory: string): boolean {
  const line = `${directory}\n`;
  return unlessFailed(() => writeSync(1, line)) === Buffer.byteLength(line);
}

function unlessFailed<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    ignored(error);
    return undefined;
  }
}

/** A TypeError too: a record whose parts are not what they should be shows by one, and the long way writes it anew. */
function ignored(error: unknown): false {
  if (error instanceof Problem || error instanceof TypeError || errnoOf(error) !== undefined) return false;
  throw error;
}
