/**
 * One wheel: archive in, the contents of a store entry out (manifest.ts says how they lie). Runs in a worker and writes
 * synchronously, three system calls a file: on two cores that is faster than any queue of asynchronous writes.
 *
 * Order: all headers (zip-directory.ts), the plan (wheel-layout.ts), RECORD against the names, then the data in the
 * order of the archive, each file inflated, checked against CRC-32, size and RECORD, and written. The manifest comes
 * last. Whatever is refused leaves only files in the temporary directory, which the caller removes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import { type ArchiveSource, openFileSource } from "./archive-source.ts";
import { checkBomb } from "./bomb.ts";
import type { wheelDiagnostics } from "./diagnostics.ts";
import { parseScripts, readMetadata, readWheelFile } from "./dist-info.ts";
import { runPathEscapes } from "./elf.ts";
import { encodeLists, manifestVersion, sealOf, type WheelFile, type WheelSummary } from "./manifest.ts";
import { parseRecord, type RecordRow } from "./record.ts";
import { checkRecordNames } from "./record-check.ts";
import { sealDirectories } from "./sealed-directory.ts";
import { type PlacedFile, planLayout, type WheelLayout } from "./wheel-layout.ts";
import { type Written, writableBits, writeEntry } from "./write-entry.ts";
import { readDirectory } from "./zip-directory.ts";
import { dataOffsetOf, readEntry } from "./zip-inflate.ts";

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
export function unpackWheel(task: UnpackTask): WheelSummary {
  const archive = openFileSource(task.archivePath);
  try {
    return unpackArchive(archive, task);
  } finally {
    archive.close();
  }
}

/** As {@link unpackWheel}, from any source. */
export function unpackArchive(
  archive: ArchiveSource,
  { file, directory }: Pick<UnpackTask, "file" | "directory">,
): WheelSummary {
  const entries = readDirectory(archive, file);
  checkBomb(entries, { file, archiveBytes: archive.size });
  const layout = planLayout(entries, { file });
  const context: Context = { archive, file, layout, texts: readTexts(archive, layout, file) };
  const rows = parseRecord(context.texts.record, file);
  const identity = readMetadata(context.texts.metadata, file);
  const wheel = readWheelFile(context.texts.wheel, file);
  checkRecordNames(layout, { file, rows });
  const directories = makeDirectories(layout, directory);
  const written = [...writeFiles(context, { rows, directory }), ...writeInstaller(context, directory)];
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
    return new TextDecoder().decode(readEntry(entry, { archive, file, dataOffset: dataOffsetOf(archive, entry) }));
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

interface WriteTarget {
  readonly rows: ReadonlyMap<string, RecordRow>;
  readonly directory: string;
}

function writeFiles({ archive, file, layout }: Context, { rows, directory }: WriteTarget): Written[] {
  const ordered = layout.files.toSorted((a, b) => a.entry.offset - b.entry.offset);
  return ordered.map((placed) =>
    writeEntry(placed, { archive, file, row: rows.get(placed.entry.name), path: join(directory, placeOf(placed)) }),
  );
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
    hasDataDirectory: layout.files.some(({ entry, scheme, path }) => scheme !== "site" || entry.name !== path),
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
  const names = new Map<string, "directory" | "file">();
  for (const { path } of files) {
    const slash = path.indexOf("/");
    names.set(slash === -1 ? path : path.slice(0, slash), slash === -1 ? "file" : "directory");
  }
  // Assigning to an object one by one would lose a package called `__proto__`.
  return Object.fromEntries(names);
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
