/**
 * From the files of one release to the one file that the target would use, or why there is none.
 *
 * The best compatible wheel wins, then a source archive. A wheel for another platform is no candidate, but what it says
 * about its requirements holds for the source archive beside it, and spares a build.
 */
import type { IndexFile } from "../index/index-file.ts";
import { admitsPython } from "../resolver/python-range.ts";
import type { ReleaseStatus, UnusableReason } from "../resolver/release-source.ts";
import { tryParseSdistFilename } from "../versions/sdist-filename.ts";
import { wheelRank } from "../versions/tags.ts";
import { compareBuildTags, expandTags, tryParseWheelFilename } from "../versions/wheel-filename.ts";
import type { WheelTargets } from "../versions/wheel-targets.ts";
import { type CandidatePolicy, rulesOut } from "./policy.ts";
import { wheelTargetsOf } from "./wheel-targets.ts";

export interface FileChoice {
  readonly status: ReleaseStatus;
  /** The file to install; undefined unless usable. */
  readonly file: IndexFile | undefined;
  /** The file whose metadata tells what the release requires. */
  readonly metadataFile: IndexFile | undefined;
  /** Files that were left out because they do not say when they were uploaded. */
  readonly undated: number;
}

export interface ReleaseFiles {
  readonly name: string;
  readonly key: string;
  readonly files: readonly IndexFile[];
}

/** Chooses for one release. */
export function chooseFile(release: ReleaseFiles, policy: CandidatePolicy): FileChoice {
  if (release.files.length === 0) return unreachable;
  const { files: known, undated } = dropNewer(release.files, policy.excludeNewerMs);
  const files = dropOtherSpellings(release, known, policy);
  if (known.length > 0 && files.length === 0) {
    const detail = `its version is spelled otherwise than '${policy.spelled.get(`${release.name}==${release.key}`)}'`;
    const reason = { kind: "no-wheel", detail } as const;
    return { status: { kind: "unusable", reason }, file: undefined, metadataFile: undefined, undated };
  }
  if (files.length === 0) return { status: { kind: "hidden" }, file: undefined, metadataFile: undefined, undated };
  const current = isPinned(release, policy) ? files : files.filter((file) => file.yanked === false);
  const allowed = current.filter((file) => isAllowed(file, release.name, policy));
  const wheel = bestWheel(allowed, policy);
  const best = wheel ?? allowed.find(({ kind }) => kind === "sdist");
  if (best === undefined) {
    const reason = reasonAgainst({ name: release.name, files, current, allowed }, policy);
    return { status: { kind: "unusable", reason }, file: undefined, metadataFile: undefined, undated };
  }
  const { requiresPython } = best;
  if (requiresPython !== undefined && !admitsPython(requiresPython, policy.pythonKey)) {
    return { status: { kind: "python", requiresPython }, file: undefined, metadataFile: undefined, undated };
  }
  const file = withDemand(best, release.name, policy);
  const metadataFile = wheel === undefined ? (current.find(({ kind }) => kind === "wheel") ?? file) : file;
  return { status: { kind: "usable" }, file, metadataFile, undated };
}

/** The page has links that name such files, but none that leads to one (link-file.ts). */
const unreachable: FileChoice = {
  status: {
    kind: "unusable",
    reason: {
      kind: "no-wheel",
      detail: "no link to its files is an address on the web, and a page on the web may not point at local files",
    },
  },
  file: undefined,
  metadataFile: undefined,
  undated: 0,
};

function dropNewer(files: readonly IndexFile[], excludeNewerMs: number | undefined) {
  if (excludeNewerMs === undefined) return { files, undated: 0 };
  const dated = files.filter(({ uploadTimeMs }) => uploadTimeMs !== undefined);
  const kept = dated.filter(({ uploadTimeMs = Number.POSITIVE_INFINITY }) => uploadTimeMs <= excludeNewerMs);
  return { files: kept, undated: files.length - dated.length };
}

/** Of a release that is asked for in one spelling (`===1.0`), the files that spell it so; 1.0.0 is another text. */
function dropOtherSpellings({ name, key }: ReleaseFiles, files: readonly IndexFile[], { spelled }: CandidatePolicy) {
  const text = spelled.size === 0 ? undefined : spelled.get(`${name}==${key}`);
  if (text === undefined) return files;
  return files.filter(({ filename, kind }) => {
    const named = kind === "wheel" ? tryParseWheelFilename(filename) : tryParseSdistFilename(filename);
    return named?.version.text === text;
  });
}

const foreignDetail = "its wheels are for other Pythons or platforms";

/**
 * What the wheels of a release are for; undefined where it has none, or one for the target. Such releases are told of
 * when a resolution has failed, so that nothing of this is remembered with the choice.
 */
export function foreignWheels(release: ReleaseFiles, policy: CandidatePolicy): WheelTargets | undefined {
  const { status } = chooseFile(release, policy);
  if (status.kind === "unusable" && status.reason.detail !== foreignDetail) return undefined;
  const { files: known } = dropNewer(release.files, policy.excludeNewerMs);
  const files = dropOtherSpellings(release, known, policy);
  const current = isPinned(release, policy) ? files : files.filter((file) => file.yanked === false);
  const allowed = current.filter((file) => isAllowed(file, release.name, policy));
  return bestWheel(allowed, policy) === undefined ? wheelTargetsOf(allowed, policy.tagIndex) : undefined;
}

const isPinned = ({ name, key }: ReleaseFiles, policy: CandidatePolicy): boolean =>
  policy.pinned.has(`${name}==${key}`);

const isAllowed = (file: IndexFile, name: string, policy: CandidatePolicy): boolean =>
  isOfAllowedKind(file, name, policy) && hasRequiredHash(file, name, policy);

const isOfAllowedKind = ({ kind }: IndexFile, name: string, policy: CandidatePolicy): boolean =>
  !rulesOut(policy, { kind, name });

/**
 * What is announced decides where it is of an algorithm that is demanded too. Where it is not (an index of MD5 sums, a
 * pin with a SHA-512), the bytes have to, when they come.
 */
function hasRequiredHash({ hashes }: IndexFile, name: string, policy: CandidatePolicy): boolean {
  const required = policy.requiredHashes?.get(name);
  if (required === undefined) return true;
  const announced = Object.entries(hashes);
  if (announced.some(([algorithm, digest]) => required.has(`${algorithm}:${digest}`))) return true;
  return !announced.some(([algorithm]) => [...required].some((hash) => hash.startsWith(`${algorithm}:`)));
}

/** Of what is announced only the SHA-256 is compared with the bytes for certain, and names a wheel in the store. */
function withDemand(file: IndexFile, name: string, { requiredHashes }: CandidatePolicy): IndexFile {
  const required = requiredHashes?.get(name);
  if (required === undefined || required.has(`sha256:${file.hashes["sha256"]}`)) return file;
  return { ...file, demanded: [...required] };
}

function bestWheel(files: readonly IndexFile[], policy: CandidatePolicy): IndexFile | undefined {
  let best: IndexFile | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (file.kind !== "wheel") continue;
    const rank = rankOfWheel(file.filename, policy.tagIndex);
    if (rank === undefined || rank > bestRank) continue;
    if (rank === bestRank && best !== undefined && !hasLaterBuild(file, best)) continue;
    best = file;
    bestRank = rank;
  }
  return best;
}

function hasLaterBuild(file: IndexFile, other: IndexFile): boolean {
  const left = tryParseWheelFilename(file.filename);
  const right = tryParseWheelFilename(other.filename);
  return left !== undefined && right !== undefined && compareBuildTags(left.build, right.build) > 0;
}

/** Ranks by compressed tag set, for each set of tags of an index: thousands of wheels share a few dozen. */
const rankCaches = new WeakMap<ReadonlyMap<string, number>, Map<string, number | undefined>>();

function rankOfWheel(filename: string, tagIndex: ReadonlyMap<string, number>): number | undefined {
  const cache = rankCaches.get(tagIndex) ?? new Map<string, number | undefined>();
  rankCaches.set(tagIndex, cache);
  const platformAt = filename.lastIndexOf("-");
  const abiAt = filename.lastIndexOf("-", platformAt - 1);
  const pythonAt = filename.lastIndexOf("-", abiAt - 1);
  if (pythonAt <= 0) return undefined;
  const tags = filename.slice(pythonAt + 1, -".whl".length).toLowerCase();
  if (cache.has(tags)) return cache.get(tags);
  const [python = "", abi = "", platform = ""] = tags.split("-");
  const rank = wheelRank(expandTags(python, abi, platform), tagIndex);
  cache.set(tags, rank);
  return rank;
}

interface Sieved {
  readonly name: string;
  readonly files: readonly IndexFile[];
  readonly current: readonly IndexFile[];
  readonly allowed: readonly IndexFile[];
}

function reasonAgainst({ name, files, current, allowed }: Sieved, policy: CandidatePolicy): UnusableReason {
  if (current.length === 0) {
    const why = files.map(({ yanked }) => yanked).find((yanked) => yanked !== false && yanked !== "");
    return { kind: "yanked", detail: typeof why === "string" ? why : "" };
  }
  const excluding = current.map(({ requiresPython }) => requiresPython).filter((text) => text !== undefined);
  const [stated] = excluding;
  if (stated !== undefined && !excluding.some((text) => admitsPython(text, policy.pythonKey))) {
    return { kind: "no-wheel", detail: `it is for Python${stated}` };
  }
  if (allowed.length > 0) return { kind: "no-wheel", detail: foreignDetail };
  const ofAllowedKind = current.filter((file) => isOfAllowedKind(file, name, policy));
  if (ofAllowedKind.length > 0) {
    return { kind: "hash", detail: "none of its files has a hash that is demanded" };
  }
  const onlySources = current.every(({ kind }) => kind === "sdist");
  if (onlySources) return { kind: "no-wheel", detail: "it has source archives only, which are ruled out" };
  const onlyWheels = current.every(({ kind }) => kind === "wheel");
  if (onlyWheels) return { kind: "no-wheel", detail: "it has wheels only, which are ruled out" };
  return { kind: "no-wheel", detail: "its wheels and its source archives are ruled out" };
}
