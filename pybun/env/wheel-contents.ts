/** What a stored wheel holds, for planning a view: the top level from its summary, the rest asked of the disk. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { directUrlName } from "./direct-url.ts";
import type { Child, WheelContents } from "./view-plan.ts";

/** `name-version`: its name in messages, and its place where an order has to be. */
export const labelOf = ({ manifest }: StoredWheel): string => `${manifest.name}-${manifest.version}`;

/** The contents of a stored wheel, read when asked for. `isDirect`: it was asked for by URL. */
export function contentsOf(wheel: StoredWheel, isDirect = false): WheelContents {
  const { manifest, sha256, path } = wheel;
  const rewritten = rewrittenOf(wheel, isDirect);
  let escaping: ReadonlySet<string> | undefined;
  let digests: ReadonlyMap<string, string> | undefined;
  return {
    label: labelOf(wheel),
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
  if (!isDirect && !manifest.hasDataDirectory) return undefined;
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
