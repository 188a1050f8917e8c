/**
 * Who has which place in a prefix: what wheels bring in, one file for each place out, and what was left away for it.
 * Of different files for one place the last by name of its wheel wins, as in a view (view-plan.ts), so that equal sets
 * give equal environments.
 */
import { posix } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { envDiagnostics } from "./diagnostics.ts";
import type { ViewConflict } from "./view-plan.ts";

const problem = problemsOf<typeof envDiagnostics>();

export interface PrefixCopy {
  readonly from: string;
  readonly to: string;
  readonly executable: boolean;
  /** Replace `#!python` by the environment's interpreter. */
  readonly isScript: boolean;
  /** For a RECORD: what else this environment has of the distribution, relative to site-packages. */
  readonly recorded?: readonly string[];
}

export interface PrefixText {
  readonly path: string;
  readonly text: string;
  readonly executable: boolean;
}

/** A file that a wheel brings, as one of the two. */
export interface BroughtFile {
  /** Relative to the prefix, with `/`. */
  readonly path: string;
  /** Equal texts mean equal contents. */
  readonly contents: string;
  readonly text?: PrefixText;
  readonly copy?: PrefixCopy;
}

/** What one wheel has in the prefix. */
export interface WheelPart {
  readonly name: string;
  /** `name-version`: decides the order. */
  readonly label: string;
  /** Of its own files for one place the last one stays. */
  readonly files: readonly BroughtFile[];
}

export interface OwnPlaces {
  readonly files: ReadonlySet<string>;
  readonly directories: ReadonlySet<string>;
}

/**
 * Nothing of a wheel may stand in the place of the interpreter's links or of our own files and directories, or below one
 * of the files; nor may one wheel have a file where another has a directory.
 * @throws E_ENV_DATA_CONFLICT, E_ENV_PATH_CONFLICT
 */
export function checkPlaces(parts: readonly WheelPart[], own: OwnPlaces): void {
  const placed = parts.flatMap(({ name, files }) => files.map(({ path }) => ({ name, path })));
  const owners = new Map<string, string>();
  for (const { name, path } of placed) {
    if (own.files.has(path) || own.directories.has(path))
      throw problem("E_ENV_DATA_CONFLICT", { distribution: name, path });
    for (let above = posix.dirname(path); above !== "." && !owners.has(above); above = posix.dirname(above)) {
      if (own.files.has(above)) throw problem("E_ENV_DATA_CONFLICT", { distribution: name, path });
      owners.set(above, name);
    }
  }
  for (const { name: file, path } of placed) {
    const directory = owners.get(path);
    if (directory !== undefined) throw problem("E_ENV_PATH_CONFLICT", { path, file, directory });
  }
}

export interface SettledFiles {
  readonly texts: readonly PrefixText[];
  readonly copies: readonly PrefixCopy[];
  /** Places that several wheels have different files for. */
  readonly conflicts: readonly ViewConflict[];
}

/** One file for each place. */
export function settlePlaces(parts: readonly WheelPart[]): SettledFiles {
  const claims = new Map<string, Map<string, BroughtFile>>();
  for (const { label, files } of parts.toSorted((a, b) => (a.label < b.label ? -1 : 1))) {
    for (const file of files) {
      const claim = claims.get(file.path);
      if (claim === undefined) claims.set(file.path, new Map([[label, file]]));
      else claim.set(label, file);
    }
  }
  const settled = [...claims.values()].map(settle);
  return {
    texts: settled.flatMap(({ file }) => file.text ?? []),
    copies: settled.flatMap(({ file }) => file.copy ?? []),
    conflicts: settled.flatMap(({ conflicts }) => conflicts),
  };
}

interface Settled {
  readonly file: BroughtFile;
  readonly conflicts: readonly ViewConflict[];
}

/** Claims are in the order of labels. */
function settle(claims: ReadonlyMap<string, BroughtFile>): Settled {
  const [last, ...losers] = [...claims].reverse();
  if (last === undefined) throw new RangeError("a place that no wheel claims");
  const [winner, file] = last;
  const different = losers.filter(([, { contents }]) => contents !== file.contents);
  return { file, conflicts: different.map(([loser]) => ({ path: file.path, winner, loser })) };
}
