/**
 * What the store knows about an unpacked wheel. An entry `wheels/<sha256>` holds
 *
 *   manifest.json   the summary: small, read for every wheel of an environment
 *   files.json      the list of all files, by columns: read when a view must link file by file, or to verify
 *   tree/           site-packages of this wheel alone
 *   data/<scheme>/  files of `.data` that belong elsewhere: scripts, headers, data
 *   bytecode/       lists of compiled files, one for each cache tag (bytecode.ts)
 *
 * The seal is the SHA-256 of files.json; the summary repeats count and total size. Linking compares these; hashing
 * everything is `pybun cache verify`.
 */
import { join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { coreDiagnostics } from "@vivarium/core/diagnostics";
import { hasFields, parseSmallJson, readSmallText } from "@vivarium/core/store/small-file";
import type { ScriptEntryPoints } from "./dist-info.ts";
import type { Scheme } from "./wheel-layout.ts";

const problem = problemsOf<typeof coreDiagnostics>();

/** Grows when the meaning of a stored entry changes: older entries are then made again. */
export const manifestVersion = 2;

export interface WheelFile {
  /** Relative to the tree (or to the scheme's directory), with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** URL-safe base64 without padding, as RECORD writes it. */
  readonly sha256: string;
  readonly executable: boolean;
}

export interface WheelDataFile extends WheelFile {
  readonly scheme: Exclude<Scheme, "site">;
}

export interface WheelSummary {
  readonly format: typeof manifestVersion;
  /** As METADATA spells them. */
  readonly name: string;
  readonly version: string;
  /** The name of the `.dist-info` directory. */
  readonly distInfo: string;
  readonly rootIsPurelib: boolean;
  /** RECORD names files by a path below `NAME.data/`, where they are only in the archive. */
  readonly hasDataDirectory: boolean;
  /** What lies at the root of the tree. */
  readonly topLevel: Readonly<Record<string, "directory" | "file">>;
  readonly entryPoints: ScriptEntryPoints;
  /** `.pth` and `.start` files at the root of the tree, in RECORD order. */
  readonly pth: readonly string[];
  /** A native library whose run path leaves its own top directory: it must not be reached through a directory link. */
  readonly escapesRunPath: boolean;
  /** Number of Python sources in the tree: what bytecode can be made of. */
  readonly sources: number;
  readonly count: number;
  /** Bytes of all files. */
  readonly bytes: number;
  readonly dataCount: number;
  /** Hexadecimal SHA-256 of files.json. */
  readonly seal: string;
}

export interface WheelManifest extends WheelSummary {
  /** The lists as they are stored: what reads only paths and sizes spares a record for each file. */
  readonly columns: FileColumns;
  /** Files of the tree, in RECORD order. Decoded at the first look. */
  readonly files: readonly WheelFile[];
  /** Files of the other schemes. Decoded at the first look. */
  readonly data: readonly WheelDataFile[];
}

export interface FileLists {
  readonly files: readonly WheelFile[];
  readonly data: readonly WheelDataFile[];
}

export interface FileColumns {
  readonly files: Columns;
  readonly data: Columns & { readonly scheme: readonly WheelDataFile["scheme"][] };
}

export interface Columns {
  readonly path: readonly string[];
  readonly size: readonly number[];
  readonly sha256: readonly string[];
  /** Positions of the executable ones. */
  readonly executable: readonly number[];
}

/** Deterministic: equal lists give equal bytes. */
export function encodeLists({ files, data }: FileLists): string {
  return JSON.stringify({
    files: columnsOf(files),
    data: { ...columnsOf(data), scheme: data.map((file) => file.scheme) },
  });
}

function columnsOf(files: readonly WheelFile[]): Columns {
  return {
    path: files.map((file) => file.path),
    size: files.map((file) => file.size),
    sha256: files.map((file) => file.sha256),
    executable: files.flatMap((file, index) => (file.executable ? [index] : [])),
  };
}

export function decodeLists(text: string): FileLists {
  return rowsOfLists(decodeColumns(text));
}

// Written by encodeLists and covered by the seal.
const decodeColumns = (text: string): FileColumns => JSON.parse(text) as FileColumns;

function rowsOfLists(lists: FileColumns): FileLists {
  const data = rowsOf(lists.data).map((file, index) => ({ ...file, scheme: lists.data.scheme[index] ?? "data" }));
  return { files: rowsOf(lists.files), data };
}

function rowsOf({ path, size, sha256, executable }: Columns): WheelFile[] {
  const marked = new Set(executable);
  return path.map((name, index) => ({
    path: name,
    size: size[index] ?? 0,
    sha256: sha256[index] ?? "",
    executable: marked.has(index),
  }));
}

export function sealOf(lists: string): string {
  return new Bun.CryptoHasher("sha256").update(lists).digest("hex");
}

/**
 * Reads the summary of a stored wheel; the lists follow when they are looked at. `undefined` if there is no entry, or
 * one of another format.
 * @throws E_STORE_DAMAGED if the entry is there but cannot be read; from the lists also if the seal is broken.
 */
export function readManifest(entry: string): WheelManifest | undefined {
  const summary = readSummary(entry);
  if (summary === undefined) return undefined;
  let columns: FileColumns | undefined;
  let lists: FileLists | undefined;
  const loadColumns = (): FileColumns => {
    columns ??= readColumns(entry, summary);
    return columns;
  };
  const load = (): FileLists => {
    lists ??= rowsOfLists(loadColumns());
    return lists;
  };
  return {
    ...summary,
    get columns() {
      return loadColumns();
    },
    get files() {
      return load().files;
    },
    get data() {
      return load().data;
    },
  };
}

function readColumns(entry: string, summary: WheelSummary): FileColumns {
  const text = readText(join(entry, "files.json"), { entry, detail: "its list of files cannot be read" });
  if (text === undefined) throw problem("E_STORE_DAMAGED", { path: entry, detail: "its list of files is gone" });
  if (sealOf(text) !== summary.seal) throw problem("E_STORE_DAMAGED", { path: entry, detail: "its seal is broken" });
  return decodeColumns(text);
}

/** Undefined where there is none, or one of another format. */
function readSummary(entry: string): WheelSummary | undefined {
  const damage = { entry, detail: "its manifest cannot be read" };
  const text = readText(join(entry, "manifest.json"), damage);
  if (text === undefined) return undefined;
  const reading = parseSmallJson(text, hasFormat);
  if (reading.kind !== "whole") throw damageOf(damage);
  if (reading.value.format !== manifestVersion) return undefined;
  if (!isSummary(reading.value)) throw damageOf(damage);
  return reading.value;
}

const hasFormat = (value: object): value is { readonly format: number } => hasFields(value, { format: "number" });

const summaryTypes = {
  name: "string",
  version: "string",
  distInfo: "string",
  rootIsPurelib: "boolean",
  hasDataDirectory: "boolean",
  topLevel: "object",
  entryPoints: "object",
  pth: "strings",
  escapesRunPath: "boolean",
  sources: "number",
  count: "number",
  bytes: "number",
  dataCount: "number",
  seal: "string",
} as const;

function isSummary(value: object): value is WheelSummary {
  if (!hasFields(value, summaryTypes)) return false;
  return hasFields((value as WheelSummary).entryPoints, { console: "list", gui: "list" });
}

interface Damage {
  readonly entry: string;
  readonly detail: string;
}

const damageOf = ({ entry, detail }: Damage): Error => problem("E_STORE_DAMAGED", { path: entry, detail });

function readText(path: string, damage: Damage): string | undefined {
  const reading = readSmallText(path);
  if (reading.kind === "damaged") throw damageOf(damage);
  return reading.kind === "whole" ? reading.value : undefined;
}
