/** Small wheels and source distributions, made in memory. Equal input gives equal bytes. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { writeTar } from "./tar-writer.ts";
import { writeZip, type ZipEntry } from "./zip-writer.ts";

export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  /** Hexadecimal, of `bytes`. */
  readonly sha256: string;
  /** The text of METADATA or PKG-INFO. */
  readonly metadata: string;
  readonly requiresPython?: string;
}

export interface MetadataShape {
  readonly name: string;
  readonly version: string;
  /** Requires-Dist, as written into the metadata. */
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly extras?: readonly string[];
  readonly dynamic?: readonly string[];
  /** "2.1" for wheels, "2.2" for source distributions if absent. */
  readonly metadataVersion?: string;
}

export interface WheelShape extends MetadataShape {
  /** "py3-none-any" if absent. */
  readonly tag?: string;
  readonly build?: string;
  /** Path in the archive → content. One module named after the project if absent. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Group → lines of `name = module:function`. */
  readonly entryPoints?: Readonly<Record<string, readonly string[]>>;
  /** Entries behind the usual ones, not listed in RECORD. */
  readonly hidden?: readonly ZipEntry[];
  /** The place of METADATA: "last", as builders do (before RECORD), or "first", behind everything else's back. */
  readonly metadataPlace?: "last" | "first";
  readonly rootIsPurelib?: boolean;
  /** Paths whose Unix mode has the executable bits. */
  readonly executables?: readonly string[];
}

export function metadataText(shape: MetadataShape & { metadataVersion: string }): string {
  const lines = [`Metadata-Version: ${shape.metadataVersion}`, `Name: ${shape.name}`, `Version: ${shape.version}`];
  if (shape.requiresPython !== undefined) lines.push(`Requires-Python: ${shape.requiresPython}`);
  for (const requirement of shape.requires ?? []) lines.push(`Requires-Dist: ${requirement}`);
  for (const extra of shape.extras ?? []) lines.push(`Provides-Extra: ${extra}`);
  for (const field of shape.dynamic ?? []) lines.push(`Dynamic: ${field}`);
  return `${lines.join("\n")}\n\nA distribution made by a test.\n`;
}

/** A valid wheel with METADATA, WHEEL, entry points and a RECORD that is right. */
export function buildWheel(shape: WheelShape): Distribution {
  const metadata = metadataText({ metadataVersion: "2.1", ...shape });
  const stem = `${escapeName(shape.name)}-${shape.version.replaceAll("-", "_")}`;
  const info = `${stem}.dist-info`;
  const tag = shape.tag ?? "py3-none-any";
  const own = Object.entries(shape.files ?? { [`${escapeName(shape.name)}.py`]: `version = "${shape.version}"\n` });
  const wheel = `Wheel-Version: 1.0\nGenerator: fixture\nRoot-Is-Purelib: ${shape.rootIsPurelib ?? true}\n${tagLines(tag)}\n`;
  const described: [string, string | Uint8Array][] = [[`${info}/METADATA`, metadata]];
  const listed: [string, string | Uint8Array][] = [
    ...own,
    [`${info}/WHEEL`, wheel],
    ...entryPointFile(info, shape.entryPoints),
  ];
  const all = shape.metadataPlace === "first" ? [...described, ...listed] : [...listed, ...described];
  const record = [...all.map(([path, data]) => recordLine(path, data)), `${info}/RECORD,,`].join("\n");
  const executables = new Set(shape.executables ?? []);
  const entries: ZipEntry[] = [...all, [`${info}/RECORD`, `${record}\n`] as const].map(([path, data]) => ({
    path,
    data,
    ...(executables.has(path) ? { mode: 0o100755 } : {}),
  }));
  const filename = `${stem}${shape.build === undefined ? "" : `-${shape.build}`}-${tag}.whl`;
  return finish({ filename, bytes: writeZip([...entries, ...(shape.hidden ?? [])]), metadata }, shape);
}

function finish(made: { filename: string; bytes: Buffer; metadata: string }, shape: MetadataShape): Distribution {
  const sha256 = createHash("sha256").update(made.bytes).digest("hex");
  return { ...made, sha256, ...(shape.requiresPython === undefined ? {} : { requiresPython: shape.requiresPython }) };
}

function escapeName(name: string): string {
  return name.replaceAll(/[-_.]+/g, "_");
}

/** `py2.py3-none-any` stands for two tags. */
function tagLines(tag: string): string {
  const [pythons = "", abis = "", platforms = ""] = tag.split("-");
  const lines: string[] = [];
  for (const python of pythons.split(".")) {
    for (const abi of abis.split("."))
      for (const platform of platforms.split(".")) lines.push(`Tag: ${python}-${abi}-${platform}`);
  }
  return lines.join("\n");
}

function entryPointFile(info: string, groups: WheelShape["entryPoints"]): [string, string][] {
  if (groups === undefined) return [];
  const text = Object.entries(groups).map(([group, lines]) => `[${group}]\n${lines.join("\n")}\n`);
  return [[`${info}/entry_points.txt`, text.join("\n")]];
}

/** A line of RECORD: path, hash in URL-safe base 64 without padding, size. */
export function recordLine(path: string, data: string | Uint8Array): string {
  const digest = createHash("sha256").update(data).digest("base64url");
  const field = path.includes(",") ? `"${path}"` : path;
  return `${field},sha256=${digest},${Buffer.from(data).length}`;
}

export interface SdistShape extends MetadataShape {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** "first" if absent. "absent": an archive without PKG-INFO. */
  readonly metadataPlace?: "first" | "last" | "absent";
}

/** A `.tar.gz` with PKG-INFO and the given files under `<name>-<version>/`. */
export function buildSdist(shape: SdistShape): Distribution {
  const metadata = metadataText({ metadataVersion: "2.2", ...shape });
  const top = `${escapeName(shape.name)}-${shape.version}`;
  const files = Object.entries(shape.files ?? { "setup.py": "from setuptools import setup\nsetup()\n" });
  const info: [string, string | Uint8Array][] = shape.metadataPlace === "absent" ? [] : [["PKG-INFO", metadata]];
  const all = shape.metadataPlace === "last" ? [...files, ...info] : [...info, ...files];
  const tar = writeTar(all.map(([path, data]) => ({ path: `${top}/${path}`, data })));
  return finish({ filename: `${top}.tar.gz`, bytes: gzipSync(tar), metadata }, shape);
}
