/**
 * `pybun cache verify` for wheels: hashes every file of an entry and compares it with the sealed list. Linking only
 * looks at seals and sizes; this finds what changed behind our back without changing a size.
 *
 * Bytecode is compared with its own lists. A compiled file that no list covers was written by an interpreter through a
 * directory link, and goes; one that differs from its list takes the list along, so that it is made again. Neither is
 * damage. Anything else in the tree that the seal does not know is.
 */
import { existsSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Problem } from "@vivarium/core/diagnostic";
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
  const manifest = readManifest(entry);
  if (manifest === undefined) return "it has no manifest";
  const { files, data } = manifest;
  const schemes = data.map((file) => ({ ...file, path: `${file.scheme}/${file.path}` }));
  const problem = verifyFiles(join(entry, "tree"), files) ?? verifyFiles(join(entry, "data"), schemes);
  if (problem === undefined) verifyBytecode(entry, files);
  return problem;
}

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
  const tree = join(entry, "tree");
  const covered = new Set(files.map((file) => file.path));
  for (const cacheTag of cacheTags(entry)) {
    const list = readBytecodeList(entry, cacheTag) ?? [];
    if (list.every((file) => isIntact(tree, file))) for (const { path } of list) covered.add(path);
    else rmSync(join(entry, "bytecode", `${cacheTag}.json`), { force: true });
  }
  for (const path of filesBelow(tree)) {
    if (isBytecode(path) && !covered.has(path)) rmSync(join(tree, path), { force: true });
  }
}

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
