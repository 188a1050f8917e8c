/**
 * Arbitrary equality (PEP 440): `===1.0` asks for a text, and 1.0.0 is another one, though both have one version key.
 *
 * Ranges are made of keys, so an edge with `===` begins with the range of its key, and is narrowed here to nothing
 * where the release of that key is spelled otherwise. For this the releases have to be at hand; that is waited for only
 * where `===` occurs, which is almost nowhere.
 */
import { noVersion, type VersionRange } from "../versions/range.ts";
import { tryParseSdistFilename } from "../versions/sdist-filename.ts";
import { tryParseWheelFilename } from "../versions/wheel-filename.ts";
import type { ReleaseSource, Releases } from "./release-source.ts";
import { firstAtOrAbove } from "./select-release.ts";

interface Edge {
  readonly name: string;
  readonly range: VersionRange;
  readonly spellings?: readonly string[];
}

/** The edges, those that no release can meet for its spelling with an empty range. A promise where releases are on the way. */
export function narrowBySpelling<E extends Edge>(
  source: ReleaseSource,
  edges: readonly E[],
): readonly E[] | Promise<Releases> {
  if (edges.every(({ spellings }) => spellings === undefined)) return edges;
  const narrowed: E[] = [];
  for (const edge of edges) {
    const releases = edge.spellings === undefined ? undefined : source.releases(edge.name);
    if (releases instanceof Promise) return releases;
    narrowed.push(releases === undefined || isSpelledSo(edge, releases) ? edge : { ...edge, range: noVersion });
  }
  return narrowed;
}

/** A release that cannot be had anyway is left to the fact that says why. */
function isSpelledSo({ range: [key], spellings = [] }: Edge, releases: Releases): boolean {
  if (key === undefined) return false;
  const release = firstAtOrAbove(releases, key);
  if (release >= releases.count || releases.keyAt(release) !== key) return true;
  if (releases.statusAt(release).kind !== "usable") return true;
  const text = spellingOf(releases, release);
  return spellings.every((spelling) => spelling === text);
}

/** As the file to install spells it: other files of the release may spell the same version otherwise. */
function spellingOf(releases: Releases, release: number): string {
  const { filename, kind } = releases.choiceAt(release).file;
  const named =
    kind === "wheel" ? tryParseWheelFilename(filename) : tryParseSdistFilename(filename, { name: releases.name });
  return named?.version.text ?? releases.textAt(release).toLowerCase();
}
