/**
 * The resolver's source over an index client: pages become releases, metadata becomes requirements.
 * What is asked for before the solver asks is the business of `fetch-ahead.ts`.
 */
import { type ParamsOf, Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { IndexClient } from "../index/client.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import type { CoreMetadata, IndexFile, ProjectPage } from "../index/index-file.ts";
import type { ArrivingMetadata } from "../index/metadata-source.ts";
import { judgeRequirements } from "../resolver/dependency.ts";
import { admitsPython } from "../resolver/python-range.ts";
import type { ReleaseRequirements, ReleaseSource, Releases, UnusableReason } from "../resolver/release-source.ts";
import type { MarkerJudge } from "../resolver/target.ts";
import { normalizeName } from "../versions/name.ts";
import { tryParseVersion } from "../versions/version.ts";
import { type FetchAhead, type FetchAheadOptions, openFetchAhead } from "./fetch-ahead.ts";
import type { FoundProject, ProjectMemo, ReleaseMemo, ResolutionMemo } from "./memo.ts";
import type { CandidatePolicy } from "./policy.ts";
import { noReleases, type ProjectReleases, projectReleases } from "./project-releases.ts";
import { rememberedReleases } from "./remembered-releases.ts";
import { requirementsFor } from "./requirement-shelf.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface ClientSourceOptions extends Pick<FetchAheadOptions, "likely" | "early" | "onWait"> {
  readonly client: Pick<IndexClient, "page" | "metadata" | "prefetch">;
  readonly policy: CandidatePolicy;
  /** Projects that come from a URL. */
  readonly direct?: ReadonlyMap<string, ProjectReleases>;
  /** Answers of earlier resolutions for the same target, and how markers are judged for it. */
  readonly memory?: { readonly memo: ResolutionMemo; readonly judge: MarkerJudge } | undefined;
}

export interface ClientSource extends ReleaseSource {
  /** What `--exclude-newer` left out for want of an upload time, among the releases that were looked at. */
  undated(): { readonly files: number; readonly projects: readonly string[] };
  /** What the client said of a project that no index has. */
  problemOf(name: string): Problem | undefined;
  /** Leaves what was found out to later resolutions. */
  remember(): void;
}

type Metadata = CoreMetadata | { readonly malformed: UnusableReason };

interface SourceState {
  readonly options: ClientSourceOptions;
  readonly pages: Map<string, ProjectReleases>;
  readonly pendingPages: Map<string, Promise<ProjectReleases>>;
  readonly metadata: Map<IndexFile, Metadata>;
  readonly pendingMetadata: Map<IndexFile, Promise<Metadata>>;
  readonly problems: Map<string, Problem>;
  /** By project, the releases whose metadata cannot be used. */
  readonly broken: Map<string, Set<number>>;
  /** Answers for releases by project, place and extra: those of the memo and those of this resolution. */
  readonly answers: Map<string, Map<number, Record<string, ReleaseRequirements>>>;
  /** Of the projects that the memo told of. What is added to them was made from the same page, or is not believed. */
  readonly proofs: Map<string, ProjectMemo["proofs"]>;
  /** Was anything found out that the memo did not know? */
  hasNews: boolean;
  readonly ahead: FetchAhead;
}

/** Makes a source; it remembers every answer for as long as it lives. */
export function clientSource(options: ClientSourceOptions): ClientSource {
  const state: SourceState = {
    options,
    pages: new Map(options.direct ?? []),
    pendingPages: new Map(),
    metadata: new Map(),
    pendingMetadata: new Map(),
    problems: new Map(),
    broken: new Map(),
    answers: new Map(),
    proofs: new Map(),
    hasNews: false,
    ahead: openFetchAhead({
      ...options,
      knownPage: (name) => state.pages.get(name),
      askPage: (name) => askPage(state, name),
      askMetadata: (file, arriving) => askMetadata(state, file, arriving),
    }),
  };
  return {
    releases: (name) => state.pages.get(name) ?? state.ahead.waited(askPage(state, name)),
    requirements: (releases, release, extra) => askRequirements(state, { releases, release, extra }),
    prefetchProject: state.ahead.mention,
    expect: state.ahead.mention,
    undated: () => undatedFiles(state),
    problemOf: (name) => state.problems.get(name),
    remember: () => remember(state),
  };
}

function askPage(state: SourceState, name: string): ProjectReleases | Promise<ProjectReleases> {
  const pending = state.pendingPages.get(name);
  if (pending !== undefined) return pending;
  const remembered = rememberedPage(state, name);
  if (remembered !== undefined) return remembered;
  try {
    const page = state.options.client.page(name);
    if (!(page instanceof Promise)) return keepPage(state, name, projectReleases(page, state.options.policy));
    const arriving = page.then(
      (arrived) => keepPage(state, name, projectReleases(arrived, state.options.policy)),
      (error: unknown) => keepPage(state, name, absentOrThrow(state, name, error)),
    );
    state.pendingPages.set(name, arriving);
    return arriving;
  } catch (error) {
    return keepPage(state, name, absentOrThrow(state, name, error));
  }
}

function keepPage(state: SourceState, name: string, releases: ProjectReleases): ProjectReleases {
  state.pages.set(name, releases);
  state.pendingPages.delete(name);
  state.ahead.arrived(releases);
  return releases;
}

/** A project that nobody has is a fact for the solver; any other failure ends the resolution. */
function absentOrThrow(state: SourceState, name: string, error: unknown): ProjectReleases {
  if (!(error instanceof Problem) || error.code !== "E_PACKAGE_NOT_FOUND") throw error;
  state.problems.set(name, error);
  return noReleases(name, "absent");
}

function askMetadata(state: SourceState, file: IndexFile, arriving?: ArrivingMetadata): Metadata | Promise<Metadata> {
  const known = state.metadata.get(file) ?? state.pendingMetadata.get(file);
  if (known !== undefined) return known;
  const keep = (metadata: Metadata): Metadata => {
    state.metadata.set(file, metadata);
    state.pendingMetadata.delete(file);
    return metadata;
  };
  try {
    const metadata = state.options.client.metadata(file, arriving);
    if (!(metadata instanceof Promise)) return keep(metadata);
    const pending = metadata.then(keep, (error: unknown) => keep(malformedOrThrow(file, error)));
    state.pendingMetadata.set(file, pending);
    return pending;
  } catch (error) {
    return keep(malformedOrThrow(file, error));
  }
}

/** A release with broken metadata cannot be chosen, but others can. */
function malformedOrThrow(file: IndexFile, error: unknown): Metadata {
  if (!(error instanceof Problem) || error.code !== "E_INDEX_METADATA") throw error;
  // The parameters of this code.
  const { reason } = error.params as ParamsOf<typeof indexDiagnostics, "E_INDEX_METADATA">;
  const detail = `its metadata cannot be read: ${reason}`;
  return { malformed: { kind: blamedOf(file), detail } };
}

/** Metadata that nobody serves apart was looked for in the wheel itself, which is then no sound archive. */
const blamedOf = (file: IndexFile): "archive" | "metadata" =>
  file.kind === "wheel" && file.metadata === false ? "archive" : "metadata";

interface Asked {
  readonly releases: Releases;
  readonly release: number;
  readonly extra: string | undefined;
}

/** The file whose metadata tells. */
interface AskedFile extends Asked {
  readonly file: IndexFile;
}

function askRequirements(state: SourceState, asked: Asked): ReleaseRequirements | Promise<ReleaseRequirements> {
  const known = state.answers.get(asked.releases.name)?.get(asked.release)?.[answerKey(asked.extra)];
  return known ?? findRequirements(state, asked);
}

/** In brackets, so that no extra's name is one that every object has, "constructor" say. */
const answerKey = (extra: string | undefined): string => `[${extra ?? ""}]`;

function findRequirements(state: SourceState, asked: Asked): ReleaseRequirements | Promise<ReleaseRequirements> {
  const releases = state.pages.get(asked.releases.name);
  const file = releases?.metadataFileAt(asked.release);
  if (releases === undefined || file === undefined) throw new RangeError(`${asked.releases.name} was never asked for`);
  state.ahead.tries(releases, asked.release);
  const metadata = state.ahead.waited(askMetadata(state, file));
  const read = (answer: Metadata): ReleaseRequirements => {
    const found = readRequirements(answer, { ...asked, file }, state.options.policy);
    if (found.kind === "unusable") countBroken(state, asked, found.reason.detail);
    return keepAnswer(state, { ...asked, file }, found);
  };
  return metadata instanceof Promise ? metadata.then(read) : read(metadata);
}

/**
 * Far more than the releases that any project got wrong one after the other: each costs a request, and a page can
 * name hundreds of thousands.
 */
const brokenReleasesMax = 256;

function countBroken({ broken }: SourceState, { releases, release }: Asked, detail: string): void {
  const { name } = releases;
  const ofProject = broken.get(name) ?? new Set<number>();
  broken.set(name, ofProject.add(release));
  if (ofProject.size < brokenReleasesMax) return;
  const version = releases.textAt(release);
  throw problem("E_INDEX_RELEASES_BROKEN", { name, releases: ofProject.size, version, detail });
}

function readRequirements(metadata: Metadata, asked: AskedFile, policy: CandidatePolicy): ReleaseRequirements {
  if ("malformed" in metadata) return { kind: "unusable", reason: metadata.malformed };
  const { requiresPython } = metadata;
  if (requiresPython !== undefined && !admitsPython(requiresPython, policy.pythonKey)) {
    return { kind: "python", requiresPython };
  }
  if (!isSameRelease(metadata, asked)) {
    // As uv does it: other releases are tried, and only one that nothing can stand in for is refused as an archive.
    const detail = `its metadata is that of ${metadata.name} ${metadata.version}`;
    return { kind: "unusable", reason: { kind: blamedOf(asked.file), detail } };
  }
  const requirements = requirementsFor(metadata, asked.extra);
  if ("line" in requirements) {
    const detail = `its metadata has a malformed requirement, '${requirements.line}'`;
    return { kind: "unusable", reason: { kind: "metadata", detail } };
  }
  return { kind: "known", requirements, extras: metadata.providesExtra };
}

function isSameRelease({ name, version }: CoreMetadata, { releases, release }: Asked): boolean {
  if (name !== releases.name && normalizeName(name) !== releases.name) return false;
  return version === releases.textAt(release) || tryParseVersion(version)?.key === releases.keyAt(release);
}

/** The project as earlier resolutions saw it, as long as its page is the same. */
function rememberedPage(state: SourceState, name: string): ProjectReleases | undefined {
  const { memory, client, policy } = state.options;
  const memo = memory?.memo.project(name);
  if (memo === undefined) return undefined;
  const answers = new Map<number, Record<string, ReleaseRequirements>>();
  for (const release in memo.releases) answers.set(Number(release), { ...memo.releases[release]?.answers });
  state.answers.set(name, answers);
  state.proofs.set(name, memo.proofs);
  const page = (): ProjectPage => {
    state.hasNews = true;
    const read = client.page(name);
    // The page was there a moment ago, and believed; somebody empties the cache.
    if (read instanceof Promise) throw problem("E_INDEX_CACHE_CHANGED", { path: name });
    return read;
  };
  return keepPage(state, name, rememberedReleases({ name, memo, policy, page }));
}

/** Judges markers and keeps the answer, unless its metadata may change: only a file with a hash stays the same. */
function keepAnswer(
  state: SourceState,
  { releases: { name }, release, extra, file }: AskedFile,
  answer: ReleaseRequirements,
): ReleaseRequirements {
  const { memory } = state.options;
  if (memory === undefined || file.hashes["sha256"] === undefined || file.url.startsWith("file:")) return answer;
  const kept: ReleaseRequirements =
    answer.kind === "known"
      ? {
          kind: "judged",
          requirements: judgeRequirements(answer.requirements, extra, memory.judge),
          extras: answer.extras,
        }
      : answer;
  const ofProject = state.answers.get(name) ?? new Map<number, Record<string, ReleaseRequirements>>();
  state.answers.set(name, ofProject.set(release, { ...ofProject.get(release), [answerKey(extra)]: kept }));
  state.hasNews = true;
  return kept;
}

/** Only after a resolution from the cache: a page that came over the network is on disk when the client closes. */
function remember(state: SourceState): void {
  const { memory, direct } = state.options;
  if (memory === undefined || !state.hasNews || state.ahead.hasWaited()) return;
  const projects = new Map<string, FoundProject>();
  for (const [name, releases] of state.pages) {
    const { index } = releases;
    if (index !== undefined && direct?.has(name) !== true)
      projects.set(name, {
        proofs: state.proofs.get(name),
        index,
        ...releaseMemos(releases, state.answers.get(name)),
      });
  }
  memory.memo.save(projects);
}

function releaseMemos(
  releases: ProjectReleases,
  answers: ReadonlyMap<number, Readonly<Record<string, ReleaseRequirements>>> = new Map(),
): Pick<ProjectMemo, "keys" | "releases"> {
  const keys = Array.from({ length: releases.count }, (_, release) => releases.keyAt(release)).join("\n");
  const looked: Record<number, ReleaseMemo> = {};
  for (const [release, choice] of releases.looked()) {
    const known = answers.get(release);
    const about = { text: releases.textAt(release), choice, answers: known ?? {} };
    const isChosen = known !== undefined && choice.file !== undefined;
    looked[release] = isChosen ? { ...about, hashes: releases.choiceAt(release).hashes } : about;
  }
  return { keys, releases: looked };
}

function undatedFiles(state: SourceState): { files: number; projects: readonly string[] } {
  const affected = [...state.pages].filter(([, releases]) => releases.undated() > 0);
  const files = affected.reduce((sum, [, releases]) => sum + releases.undated(), 0);
  return { files, projects: affected.map(([name]) => name).sort() };
}
