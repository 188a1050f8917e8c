/**
 * `pybun cache verify` for wheels: hashes every file of an entry and compares it with the sealed list. Linking only
 * looks at seals and sizes; this finds what changed behind our back without changing a size.
 *
 * Bytecode is compared with its own lists. A compiled file that no list covers was written by an interpreter through a
 * directory link, and goes; one that differs from its list takes the list along, so that it is made again. Neither is
 * damage. Anything else in the tree that the seal does not know is.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
import { tryAcquireFileLock } from "@vivarium/core/store/file-lock";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { openFileSource } from "./archive-source.ts";
import { type BytecodeFile, readBytecodeList } from "./bytecode.ts";
import { readManifest, type WheelFile } from "./manifest.ts";

const pieceBytes = 1024 * 1024;

/** What is wrong with an entry; undefined if it is intact. Repairs its bytecode. @throws what reading the disk throws */
export function verifyEntry(entry: string): string | undefined {
  try {
    return verifyWheel(entry);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "E_STORE_DAMAGED") throw error;
    return (error.params as { detail: string }).detail; // the parameters of E_STORE_DAMAGED
  }
}

/**
 * Whether this is only what a process left that compiled bytecode while somebody deleted the store by hand: no wheel
 * that is damaged, since whoever looks for it finds none.
 */
export function isRemnant(entry: string): boolean {
  return !["manifest.json", "files.json", "tree"].some((name) => existsSync(join(entry, name)));
}

function verifyWheel(entry: string): string | undefined {
  // Behind a link lies what belongs to somebody else: nothing is removed there.
  const odd = ["", "tree", "data", "bytecode"].find((name) => isOdd(join(entry, name)));
  if (odd !== undefined) return odd === "" ? "it is no directory" : `its '${odd}' is no directory`;
  const manifest = readManifest(entry);
  if (manifest === undefined) return "it has no manifest";
  const { files, data } = manifest;
  const schemes = data.map((file) => ({ ...file, path: `${file.scheme}/${file.path}` }));
  const problem = verifyFiles(join(entry, "tree"), files) ?? verifyFiles(join(entry, "data"), schemes);
  if (problem === undefined) verifyBytecode(entry, files);
  return problem;
}

const isOdd = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;

function verifyFiles(root: string, files: readonly WheelFile[]): string | undefined {
  const known = new Set<string>();
  for (const file of files) {
    known.add(file.path);
    // A wheel may bring bytecode; interpreters and our own compiling replace it.
    const problem = isBytecode(file.path) ? undefined : verifyFile(join(root, file.path), file);
    if (problem !== undefined) return problem;
  }
  const extra = filesBelow(root).find((path) => !known.has(path) && !isBytecode(path));
  return extra === undefined ? undefined : `it holds '${extra}', which was not put there`;
}

function verifyFile(path: string, { path: name, size, sha256, executable }: WheelFile): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `'${name}' is gone`;
  if (!stat.isFile()) return `'${name}' is no longer a plain file`;
  if (stat.size !== size) return `'${name}' has another size`;
  if (process.platform !== "win32" && executable !== ((stat.mode & 0o111) !== 0)) return `'${name}' has another mode`;
  return hashFile(path, "base64url") === sha256 ? undefined : `'${name}' has other contents`;
}

function hashFile(path: string, encoding: "base64url" | "hex"): string {
  const hasher = new Bun.CryptoHasher("sha256");
  const file = openFileSource(path);
  try {
    for (let at = 0; at < file.size; at += pieceBytes)
      hasher.update(file.read(at, Math.min(pieceBytes, file.size - at)));
  } finally {
    file.close();
  }
  return hasher.digest(encoding);
}

/** Everything below a directory that is no directory itself, relative to it, with `/`. Links are not followed. */
function filesBelow(root: string): string[] {
  if (!existsSync(root)) return [];
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((item) => {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      return item.isDirectory() ? walk(path) : [path];
    });
  return walk("");
}

/** `pkg/__pycache__/module.cpython-312.pyc`, and the temporary names with which interpreters write them. */
const isBytecode = (path: string): boolean =>
  basename(dirname(path)) === "__pycache__" && /\.pyc(?:\.\d+)?$/.test(path);

function verifyBytecode(entry: string, files: readonly WheelFile[]): void {
  const shipped = new Set(files.map((file) => file.path));
  const found = filesBelow(join(entry, "tree")).filter((path) => isBytecode(path) && !shipped.has(path));
  const byTag = Map.groupBy(found, tagOf);
  for (const cacheTag of new Set([...cacheTags(entry), ...byTag.keys()])) {
    const compiled = { cacheTag, paths: byTag.get(cacheTag) ?? [] };
    if (surplusOf(entry, compiled).length > 0) removeSurplus(entry, compiled);
  }
}

interface Compiled {
  readonly cacheTag: string;
  /** What was found of the tag, below the tree. */
  readonly paths: readonly string[];
}

/** Not while somebody compiles for the tag: he publishes files first and the list that covers them last. */
function removeSurplus(entry: string, compiled: Compiled): void {
  const folder = join(entry, "bytecode");
  makeFolder(folder);
  const release = tryAcquireFileLock(join(folder, `${compiled.cacheTag}.lock`));
  if (release === undefined) return;
  try {
    // Once more: the list may have come in between.
    for (const path of surplusOf(entry, compiled)) rmSync(path, { force: true });
  } finally {
    release();
  }
}

/** Never its parents: an entry that was evicted meanwhile must not come back as an empty shell. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/** Files that no list covers, and a list that does not hold with all that it covers. */
function surplusOf(entry: string, { cacheTag, paths }: Compiled): readonly string[] {
  const tree = join(entry, "tree");
  const list = readBytecodeList(entry, cacheTag) ?? [];
  const isWhole = list.every((file) => isIntact(tree, file));
  const covered = new Set(isWhole ? list.map(({ path }) => path) : []);
  const files = paths.filter((path) => !covered.has(path)).map((path) => join(tree, path));
  return isWhole ? files : [join(entry, "bytecode", `${cacheTag}.json`), ...files];
}

/** `cpython-312` of `module.cpython-312.pyc` and `module.cpython-312.opt-1.pyc`. */
const tagOf = (path: string): string => /\.([\w-]+)(?:\.opt-\w+)?\.pyc(?:\.\d+)?$/.exec(path)?.[1] ?? "untagged";

/** One that another verification takes away meanwhile is not. */
function isIntact(tree: string, { path, size, sha256 }: BytecodeFile): boolean {
  const stat = lstatSync(join(tree, path), { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size !== size) return false;
  try {
    return hashFile(join(tree, path), "hex") === sha256;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return false;
  }
}

/** Cache tags for which a list of compiled files is there. */
function cacheTags(entry: string): readonly string[] {
  const folder = join(entry, "bytecode");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length));
}
