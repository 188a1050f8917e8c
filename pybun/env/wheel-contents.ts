/** What a stored wheel holds, for planning a view: the top level from its summary, the rest asked of the disk. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import type { Child, WheelContents } from "./view-plan.ts";

/** The contents of a stored wheel, read when asked for. */
export function contentsOf(wheel: StoredWheel): WheelContents {
  const { manifest, sha256, path } = wheel;
  const rewritten = manifest.dataCount > 0;
  let escaping: ReadonlySet<string> | undefined;
  let digests: ReadonlyMap<string, string> | undefined;
  return {
    label: `${manifest.name}-${manifest.version}`,
    sha256,
    childrenOf: (directory) => (directory === "" ? topLevelOf(wheel) : listChildren(join(path, directory))),
    digestOf: (file) => {
      digests ??= new Map(manifest.files.map((entry) => [entry.path, entry.sha256]));
      return digests.get(file) ?? sha256;
    },
    ...(rewritten ? { rewrittenRecord: `${manifest.distInfo}/RECORD` } : {}),
    mustBeReal: (directory) => {
      if (rewritten && directory === manifest.distInfo) return true;
      if (!manifest.escapesRunPath) return false;
      escaping ??= directoriesAboveNative(manifest.files);
      return escaping.has(directory);
    },
  };
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

/** The text of a RECORD without the lines of files that lie below `NAME.data/` in the archive. */
export function recordWithoutData(text: string, distInfo: string): string {
  const data = `${distInfo.slice(0, -".dist-info".length)}.data/`;
  const lines = text.split("\n");
  return lines.filter((line) => !line.startsWith(data) && !line.startsWith(`"${data}`)).join("\n");
}
