/** What a stored wheel holds, for planning a view: the top level from its summary, the rest asked of the disk. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { directUrlName } from "./direct-url.ts";
import type { Child, WheelContents } from "./view-plan.ts";

/** The contents of a stored wheel, read when asked for. `isDirect`: it was asked for by URL. */
export function contentsOf(wheel: StoredWheel, isDirect = false): WheelContents {
  const { manifest, sha256, path } = wheel;
  const rewritten = rewrittenOf(wheel, isDirect);
  let escaping: ReadonlySet<string> | undefined;
  let digests: ReadonlyMap<string, string> | undefined;
  return {
    label: `${manifest.name}-${manifest.version}`,
    sha256,
    childrenOf: (directory) => {
      if (directory === "") return topLevelOf(wheel);
      const children = listChildren(join(path, directory));
      return isDirect && directory === manifest.distInfo ? withDirectUrl(children) : children;
    },
    digestOf: (file) => {
      digests ??= new Map(manifest.files.map((entry) => [entry.path, entry.sha256]));
      return digests.get(file) ?? sha256;
    },
    ...(rewritten === undefined ? {} : { rewritten }),
    mustBeReal: (directory) => {
      if (rewritten !== undefined && directory === manifest.distInfo) return true;
      if (!manifest.escapesRunPath) return false;
      escaping ??= directoriesAboveNative(manifest.files);
      return escaping.has(directory);
    },
  };
}

function rewrittenOf({ manifest }: StoredWheel, isDirect: boolean): ReadonlySet<string> | undefined {
  if (!isDirect && manifest.dataCount === 0) return undefined;
  const record = `${manifest.distInfo}/RECORD`;
  return new Set(isDirect ? [record, `${manifest.distInfo}/${directUrlName}`] : [record]);
}

/** One that the wheel itself brings tells of another place and time. */
function withDirectUrl(children: readonly Child[]): readonly Child[] {
  return [...children.filter(({ name }) => name !== directUrlName), { name: directUrlName, kind: "file" }];
}

function topLevelOf({ manifest }: StoredWheel): readonly Child[] {
  return Object.entries(manifest.topLevel).map(([name, kind]) => ({ name, kind }));
}

function listChildren(directory: string): readonly Child[] {
  return readdirSync(directory, { withFileTypes: true })
    .map((entry): Child => ({ name: entry.name, kind: entry.isDirectory() ? "directory" : "file" }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const nativeLibrary = /\.(?:so|dylib|pyd|dll)(?:\.\d+)*$/;

/** Directories that hold a native library or program, and all directories above them. */
export function directoriesAboveNative(
  files: readonly { readonly path: string; readonly executable: boolean }[],
): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { path, executable } of files) {
    if (!executable && !nativeLibrary.test(path)) continue;
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      directories.add(path.slice(0, slash));
    }
  }
  return directories;
}

/** The text of a RECORD that names these files too, where an environment has a wheel's files for itself. */
export function recordWith(text: string, { distInfo, recorded }: { distInfo: string; recorded: readonly string[] }) {
  const known = recordWithoutData(text, distInfo).split(/\r?\n/);
  const isAdded = (line: string) => recorded.some((path) => line.startsWith(`${csvField(path)},`));
  const kept = known.filter((line) => line !== "" && !isAdded(line));
  // Hash and size may be left out (binary distribution format, "Recording installed projects").
  return [...kept, ...recorded.map((path) => `${csvField(path)},,`), ""].join("\n");
}

const csvField = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The text of a RECORD without the lines of files that lie below `NAME.data/` in the archive. */
export function recordWithoutData(text: string, distInfo: string): string {
  const data = `${distInfo.slice(0, -".dist-info".length)}.data/`;
  const lines = text.split("\n");
  return lines.filter((line) => !line.startsWith(data) && !line.startsWith(`"${data}`)).join("\n");
}
