/**
 * What others have put into an environment of ours without an installer's metadata: modules and `.pth` files in its own
 * site-packages that neither the environment was made with nor a distribution there lists. Such a module is found before
 * the view's of the same name, as an installed one is.
 */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import type { Store } from "@vivarium/core/store";
import { errnoOf } from "@vivarium/core/store/io-problem";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { wheelsToMaterialize } from "../env/materialize.ts";
import { type PrefixPlan, planPrefix, viewPathFile } from "../env/prefix-plan.ts";
import type { InstallRequest } from "../install/install-request.ts";
import { layerFile } from "../install/layer.ts";
import { findStoredWheel, type StoredWheel } from "../wheel/stored-wheel.ts";

export interface AddedFile {
  /** A module, a package's directory, or a `.pth` file. */
  readonly path: string;
  /** The declared distribution whose module of this name is not imported any more. */
  readonly shadowed?: { readonly name: string; readonly version: string };
}

interface Scene {
  readonly request: InstallRequest;
  readonly store: Store;
}

/** Sorted by path. None where the store lacks a wheel by now: then nobody knows what the environment was made with. */
export function addedFiles(record: EnvironmentRecord, { request, store }: Scene): readonly AddedFile[] {
  const site = join(record.path, request.interpreter.scheme.purelib);
  if (entriesOf(site).every(({ name }) => ownNames.has(name))) return [];
  const wheels = storedWheels(record, store);
  if (wheels === undefined) return [];
  const declared = new Set(wheels.flatMap(({ manifest }) => manifest.files.map(({ path }) => path)));
  const known = new Set([...madeWith(record, { request, wheels }), ...listedBeside(site)]);
  const added = addedBelow({ site, known: withParents(known), declared }, "");
  return added.map((path) => ({ path: join(site, path), ...shadowedBy(path, wheels) }));
}

const ownNames: ReadonlySet<string> = new Set([viewPathFile, layerFile, "__pycache__"]);

function storedWheels({ packages }: EnvironmentRecord, store: Store): readonly StoredWheel[] | undefined {
  try {
    const wheels = packages.map(({ sha256 }) => findStoredWheel(store, sha256));
    return wheels.every((wheel) => wheel !== undefined) ? wheels : undefined;
  } catch (error) {
    if (error instanceof Problem && error.code === "E_STORE_DAMAGED") return undefined;
    throw error;
  }
}

/**
 * Files of the environment's own that are gone, and copies of wheels' files that are not what the wheel has; by path.
 * Reads every copy: no distribution is copied unless somebody asks for it.
 */
export function lostFiles(record: EnvironmentRecord, { request, store }: Scene): readonly string[] {
  const wheels = storedWheels(record, store);
  if (wheels === undefined) return [];
  const { texts, copies } = planOf(record, { request, wheels });
  const at = (path: string): string => join(record.path, ...path.split(posix.sep));
  const gone = [...texts.map(({ path }) => at(path)), ...copies.map(({ to }) => at(to))].filter(
    (path) => !existsSync(path),
  );
  // Scripts and a RECORD are written for the place.
  const plain = copies.filter(
    ({ isScript, recorded, to }) => !isScript && recorded === undefined && existsSync(at(to)),
  );
  return [...gone, ...plain.filter(({ from, to }) => !isEqual(from, at(to))).map(({ to }) => at(to))];
}

function isEqual(one: string, other: string): boolean {
  return statSync(one).size === statSync(other).size && readFileSync(one).equals(readFileSync(other));
}

/** Relative to site-packages. */
function madeWith(record: EnvironmentRecord, made: Made): readonly string[] {
  const { texts, copies } = planOf(record, made);
  const paths = [...texts.map(({ path }) => path), ...copies.map(({ to }) => to)];
  return [...ownNames, ...paths.map((path) => posix.relative(made.request.interpreter.scheme.purelib, path))];
}

interface Made {
  readonly request: InstallRequest;
  readonly wheels: readonly StoredWheel[];
}

function planOf({ path: prefix, view }: EnvironmentRecord, { request, wheels }: Made): PrefixPlan {
  const { interpreter, materialize } = request;
  const materialized = wheelsToMaterialize(wheels, materialize);
  return planPrefix({ prefix, interpreter, view, wheels, materialized, editables: [] });
}

/** What the distributions in site-packages say is theirs (PEP 376). */
function listedBeside(site: string): readonly string[] {
  const directories = entriesOf(site).filter(({ name }) => name.endsWith(".dist-info"));
  return directories.flatMap(({ name }) => {
    const file = join(site, name, "RECORD");
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, "utf8").split(/\r?\n/);
    return lines.map((line) => /^"?(.*?)"?(?:,[^,]*){2}$/.exec(line)?.[1] ?? "");
  });
}

function withParents(paths: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const path of paths) {
    for (let part = path; part !== "." && part !== "/" && !all.has(part); part = posix.dirname(part)) all.add(part);
  }
  return all;
}

interface Site {
  readonly site: string;
  /** What is there by right, with all directories above it. */
  readonly known: ReadonlySet<string>;
  /** Paths of all files of the declared distributions. */
  readonly declared: ReadonlySet<string>;
}

/** Below a directory without `__init__` the modules of several places come together (PEP 420), so each counts. */
function addedBelow(scene: Site, directory: string): readonly string[] {
  return entriesOf(join(scene.site, directory)).flatMap((entry) => {
    const path = posix.join(directory, entry.name);
    const isKnown = scene.known.has(path);
    if (entry.isDirectory() || entry.isSymbolicLink()) {
      if (!/^[\p{L}\p{N}_]+$/u.test(entry.name) || entry.name === "__pycache__") return [];
      if (hasInit(join(scene.site, path))) return isKnown ? [] : [path];
      // A regular package of this name wins, wherever it lies on the path.
      return entry.isDirectory() && !scene.declared.has(`${path}/__init__.py`) ? addedBelow(scene, path) : [];
    }
    const counts = isModule.test(entry.name) || (directory === "" && entry.name.endsWith(".pth"));
    return counts && !isKnown ? [path] : [];
  });
}

const isModule = /\.(?:py|pyc|so|pyd)$/;

const hasInit = (directory: string): boolean =>
  ["__init__.py", "__init__.pyc"].some((name) => existsSync(join(directory, name)));

function shadowedBy(path: string, wheels: readonly StoredWheel[]): Pick<AddedFile, "shadowed"> {
  const directory = posix.dirname(path);
  const [word = ""] = posix.basename(path).split(".");
  const module = directory === "." ? word : `${directory}/${word}`;
  const brings = (file: string): boolean =>
    file.startsWith(`${module}/`) || (file.startsWith(`${module}.`) && isModule.test(file));
  const owner = wheels.find(({ manifest }) => manifest.files.some((file) => brings(file.path)));
  if (owner === undefined || path.endsWith(".pth")) return {};
  return { shadowed: { name: owner.manifest.name, version: owner.manifest.version } };
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
}
