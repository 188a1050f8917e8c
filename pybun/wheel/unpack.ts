/**
 * One wheel: archive in, the contents of a store entry out (manifest.ts says how they lie). Runs in a worker and writes
 * synchronously, three system calls a file: on two cores that is faster than any queue of asynchronous writes.
 *
 * Order: all headers (zip-directory.ts), the plan (wheel-layout.ts), RECORD against the names, then the data in the
 * order of the archive, each file inflated, checked against CRC-32, size and RECORD, and written. The manifest comes
 * last. Whatever is refused leaves only files in the temporary directory, which the caller removes.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { errnoOf } from "@vivarium/core/store/io-problem";
import { type ArchiveSource, bytesSource, openFileSource } from "./archive-source.ts";
import { checkBomb } from "./bomb.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { parseScripts, readMetadata, readWheelFile } from "./dist-info.ts";
import { isElf, readRunPaths, runPathEscapes } from "./elf.ts";
import { isExecutable } from "./entry-kind.ts";
import { encodeLists, manifestVersion, sealOf, type WheelFile, type WheelSummary } from "./manifest.ts";
import { parseRecord, type RecordRow } from "./record.ts";
import { checkRecordNames } from "./record-check.ts";
import { sealDirectories } from "./sealed-directory.ts";
import { type PlacedFile, planLayout, type Scheme, type WheelLayout } from "./wheel-layout.ts";
import { readDirectory } from "./zip-directory.ts";
import type { ZipEntry } from "./zip-entry.ts";
import { inflateInPieces, inflateWhole, wholeBytesMax } from "./zip-inflate.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

export interface UnpackTask {
  /** Where the archive is. */
  readonly archivePath: string;
  /** The name of the wheel, which says what must be in it. */
  readonly file: string;
  /** An existing, empty directory: the entry in the making. */
  readonly directory: string;
}

/** Unpacks an archive on disk. @throws every code of wheelDiagnostics, and the system's own errors */
export async function unpackWheel(task: UnpackTask): Promise<WheelSummary> {
  const archive = openFileSource(task.archivePath);
  try {
    return await unpackArchive(archive, task);
  } finally {
    archive.close();
  }
}

/** As {@link unpackWheel}, from any source. */
export async function unpackArchive(
  archive: ArchiveSource,
  { file, directory }: Pick<UnpackTask, "file" | "directory">,
): Promise<WheelSummary> {
  const entries = readDirectory(archive, file);
  checkBomb(entries, { file, archiveBytes: archive.size });
  const layout = planLayout(entries, { file });
  const context: Context = { archive, file, layout, texts: readTexts(archive, layout, file) };
  const rows = parseRecord(context.texts.record, file);
  const identity = readMetadata(context.texts.metadata, file);
  const wheel = readWheelFile(context.texts.wheel, file);
  checkRecordNames(layout, { file, rows });
  const directories = makeDirectories(layout, directory);
  const written = [...(await writeFiles(context, { rows, directory })), ...writeInstaller(context, directory)];
  sealDirectories(directories);
  return writeManifest(context, { directory, written, rows, ...identity, ...wheel });
}

interface Texts {
  readonly record: string;
  readonly metadata: string;
  readonly wheel: string;
  readonly entryPoints: string;
}

interface Context {
  readonly archive: ArchiveSource;
  readonly file: string;
  readonly layout: WheelLayout;
  readonly texts: Texts;
}

const textBytesMax = 64 * 1024 * 1024;

function readTexts(archive: ArchiveSource, layout: WheelLayout, file: string): Texts {
  const read = (name: string): string | undefined => {
    const found = layout.files.find(({ entry }) => entry.name === `${layout.distInfo}/${name}`);
    if (found === undefined) return undefined;
    const { entry } = found;
    if (entry.size > textBytesMax)
      throw problem("E_WHEEL_BOMB", { file, detail: `its ${name} has ${entry.size} bytes` });
    return new TextDecoder().decode(inflateWhole(entry, { archive, file, dataOffset: dataOffsetOf(archive, entry) }));
  };
  const need = (name: string): string => {
    const text = read(name);
    if (text === undefined) throw problem("E_WHEEL_DIST_INFO", { file, detail: `has no ${layout.distInfo}/${name}` });
    return text;
  };
  const record = read("RECORD");
  if (record === undefined) throw problem("E_WHEEL_RECORD_MISSING", { file });
  return { record, metadata: need("METADATA"), wheel: need("WHEEL"), entryPoints: read("entry_points.txt") ?? "" };
}

/** Behind the local header, whose two lengths differ from the directory's only in the extra field. */
function dataOffsetOf(archive: ArchiveSource, entry: ZipEntry): number {
  const lengths = archive.read(entry.offset + 26, 4);
  const [nameLow = 0, nameHigh = 0, extraLow = 0, extraHigh = 0] = lengths;
  return entry.offset + 30 + nameLow + nameHigh * 256 + extraLow + extraHigh * 256;
}

function placeOf({ scheme, path }: PlacedFile): string {
  return scheme === "site" ? `tree/${path}` : `data/${scheme}/${path}`;
}

/** All directories first, parents before children, each once: one system call for each and none for a file. */
function makeDirectories(layout: WheelLayout, directory: string): readonly string[] {
  const wanted = new Set<string>(["tree"]);
  for (const placed of layout.files) {
    for (let path = dirname(placeOf(placed)); path !== "." && !wanted.has(path); path = dirname(path)) wanted.add(path);
  }
  // Recursive, because two names may be one directory where the disk does not tell `A` from `a`.
  const paths = [...wanted].sort().map((path) => join(directory, path));
  for (const path of paths) mkdirSync(path, { recursive: true });
  return paths;
}

interface Written extends WheelFile {
  readonly scheme: Scheme;
  /** Its name in the archive; what we add ourselves has none. */
  readonly entryName?: string;
  readonly runPaths: readonly string[];
}

const sourceOf = ({ scheme, entry }: PlacedFile) => ({ scheme, entryName: entry.name });

interface WriteTarget {
  readonly rows: ReadonlyMap<string, RecordRow>;
  readonly directory: string;
}

async function writeFiles(context: Context, { rows, directory }: WriteTarget): Promise<readonly Written[]> {
  const written: Written[] = [];
  for (const placed of context.layout.files.toSorted((a, b) => a.entry.offset - b.entry.offset)) {
    const row = rows.get(placed.entry.name);
    const write = placed.entry.size > wholeBytesMax ? writeInPieces : writeWhole;
    written.push(await write(context, placed, { row, path: join(directory, placeOf(placed)) }));
  }
  return written;
}

interface FileTarget {
  readonly row: RecordRow | undefined;
  readonly path: string;
}

/**
 * Read-only, because a stored file is everybody's: a program that opens one for writing through a view fails instead of
 * changing it for all (as root it does not fail). Windows refuses to delete such files, so there they stay writable.
 */
const writableBits = process.platform === "win32" ? 0o222 : 0;

/**
 * The process's umask applies, as it does with pip; the mode of the archive counts only for `x`. Names that differ in
 * case or in their Unicode form are different files to Python and to most disks; where the disk takes them for one,
 * the second is refused here, and never written over the first.
 */
function create(path: string, { entry }: PlacedFile, file: string): number {
  try {
    return openSync(path, "wx", (isExecutable(entry) ? 0o555 : 0o444) | writableBits);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    throw problem("E_WHEEL_ENTRY_CONFLICT", { file, entry: entry.name, other: basename(path) }, { cause: error });
  }
}

function writeWhole({ archive, file }: Context, placed: PlacedFile, { row, path }: FileTarget): Written {
  const { entry } = placed;
  const bytes = inflateWhole(entry, { archive, file, dataOffset: dataOffsetOf(archive, entry) });
  const hasher = startHash(row);
  hasher.update(bytes);
  const sha256 = hasher.finish({ file, entry: entry.name, size: bytes.length });
  const descriptor = create(path, placed, file);
  try {
    writeAll(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
  const runPaths = isElf(bytes) ? readRunPaths(bytesSource(bytes)) : [];
  return {
    path: placed.path,
    size: bytes.length,
    sha256,
    executable: isExecutable(entry),
    ...sourceOf(placed),
    runPaths,
  };
}

async function writeInPieces(
  { archive, file }: Context,
  placed: PlacedFile,
  { row, path }: FileTarget,
): Promise<Written> {
  const { entry } = placed;
  const hasher = startHash(row);
  const descriptor = create(path, placed, file);
  try {
    await inflateInPieces(entry, { archive, file, dataOffset: dataOffsetOf(archive, entry) }, (piece) => {
      hasher.update(piece);
      writeAll(descriptor, piece);
    });
  } finally {
    closeSync(descriptor);
  }
  const sha256 = hasher.finish({ file, entry: entry.name, size: entry.size });
  const library = openFileSource(path);
  try {
    const runPaths = readRunPaths(library);
    return {
      path: placed.path,
      size: entry.size,
      sha256,
      executable: isExecutable(entry),
      ...sourceOf(placed),
      runPaths,
    };
  } finally {
    library.close();
  }
}

/** Who installed it, for pip and for people (PEP 376); not in RECORD, which stays as it was signed for. */
function writeInstaller({ layout }: Context, directory: string): readonly Written[] {
  const name = `${layout.distInfo}/INSTALLER`;
  if (layout.files.some(({ scheme, path }) => scheme === "site" && path === name)) return [];
  const text = "pybun\n";
  writeFileSync(join(directory, "tree", name), text, { mode: 0o444 | writableBits, flag: "wx" });
  const sha256 = new Bun.CryptoHasher("sha256").update(text).digest("base64url");
  return [{ path: name, size: text.length, sha256, executable: false, scheme: "site", runPaths: [] }];
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done);
}

interface FileHash {
  readonly update: (bytes: Uint8Array) => void;
  /** The SHA-256 for the manifest, after comparing with RECORD. */
  readonly finish: (at: { file: string; entry: string; size: number }) => string;
}

/** SHA-256 always, because the manifest has it; RECORD's own algorithm beside it if that is another. */
function startHash(row: RecordRow | undefined): FileHash {
  const sha256 = new Bun.CryptoHasher("sha256");
  const algorithm = row?.hash?.algorithm ?? "sha256";
  const other = algorithm === "sha256" ? undefined : new Bun.CryptoHasher(algorithm);
  return {
    update: (bytes) => {
      sha256.update(bytes);
      other?.update(bytes);
    },
    finish: ({ file, entry, size }) => {
      const digest = sha256.digest("base64url");
      const actual = other === undefined ? digest : other.digest("base64url");
      const isRight = row?.hash === undefined || row.hash.digest === actual;
      if (!isRight || (row?.size !== undefined && row.size !== size))
        throw problem("E_WHEEL_RECORD_HASH", { file, entry });
      return digest;
    },
  };
}

interface ManifestParts {
  readonly directory: string;
  readonly written: readonly Written[];
  readonly rows: ReadonlyMap<string, RecordRow>;
  readonly name: string;
  readonly version: string;
  readonly rootIsPurelib: boolean;
}

function writeManifest({ layout, texts }: Context, parts: ManifestParts): WheelSummary {
  const { directory, written, rows, name, version, rootIsPurelib } = parts;
  const order = new Map([...rows.keys()].map((path, index) => [path, index]));
  const rank = (file: Written) => order.get(file.entryName ?? "") ?? order.size;
  const sorted = written.toSorted((a, b) => rank(a) - rank(b));
  const site = sorted.filter((file) => file.scheme === "site");
  const data = sorted.flatMap((file) => (file.scheme === "site" ? [] : [{ ...plainFile(file), scheme: file.scheme }]));
  const lists = encodeLists({ files: site.map(plainFile), data });
  const summary: WheelSummary = {
    format: manifestVersion,
    name,
    version,
    distInfo: layout.distInfo,
    rootIsPurelib,
    topLevel: topLevelOf(site),
    entryPoints: parseScripts(texts.entryPoints),
    pth: site.map((file) => file.path).filter((path) => /^[^/]+\.(?:pth|start)$/.test(path)),
    escapesRunPath: escapes(site),
    sources: site.filter((file) => file.path.endsWith(".py")).length,
    count: site.length,
    bytes: written.reduce((sum, file) => sum + file.size, 0),
    dataCount: data.length,
    seal: sealOf(lists),
  };
  const mode = 0o444 | writableBits;
  writeFileSync(join(directory, "files.json"), lists, { mode });
  writeFileSync(join(directory, "manifest.json"), JSON.stringify(summary), { mode });
  return summary;
}

const plainFile = ({ path, size, sha256, executable }: WheelFile): WheelFile => ({ path, size, sha256, executable });

function topLevelOf(files: readonly WheelFile[]): Record<string, "directory" | "file"> {
  const names: Record<string, "directory" | "file"> = {};
  for (const { path } of files) {
    const slash = path.indexOf("/");
    names[slash === -1 ? path : path.slice(0, slash)] = slash === -1 ? "file" : "directory";
  }
  return names;
}

function escapes(files: readonly Written[]): boolean {
  const libraries = files.filter((file) => file.runPaths.length > 0);
  if (libraries.length === 0) return false;
  const directories = new Set<string>();
  for (const { path } of files) {
    for (let at = dirname(path); at !== "." && !directories.has(at); at = dirname(at)) directories.add(at);
  }
  return libraries.some((file) =>
    file.runPaths.some((runPath) => runPathEscapes(runPath, { library: file.path, directories })),
  );
}
