/**
 * The resolver's source over an index client: pages become releases, metadata becomes requirements.
 *
 * While the client answers at once nothing is fetched ahead: there is nothing to gain. The first promise turns that
 * around: from then on every project that is mentioned is requested at once, and with it the metadata of the release
 * that will probably be chosen; when a project goes through many releases, the next ones are fetched in batches.
 */
import { type ParamsOf, Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { IndexClient } from "../index/client.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import type { CoreMetadata, IndexFile, ProjectPage } from "../index/index-file.ts";
import { judgeRequirements } from "../resolver/dependency.ts";
import { admitsPython } from "../resolver/python-range.ts";
import type { ReleaseRequirements, ReleaseSource, Releases, UnusableReason } from "../resolver/release-source.ts";
import { type SelectionRule, selectRelease } from "../resolver/select-release.ts";
import type { MarkerJudge } from "../resolver/target.ts";
import { normalizeName } from "../versions/name.ts";
import { anyVersion, type VersionRange } from "../versions/range.ts";
import { tryParseVersion } from "../versions/version.ts";
import type { EarlyWheels } from "./early-wheels.ts";
import type { FoundProject, ProjectMemo, ReleaseMemo, ResolutionMemo } from "./memo.ts";
import type { CandidatePolicy } from "./policy.ts";
import { noReleases, type ProjectReleases, projectReleases } from "./project-releases.ts";
import { rememberedReleases } from "./remembered-releases.ts";
import { requirementsFor } from "./requirement-shelf.ts";

const problem = problemsOf<typeof indexDiagnostics>();

export interface ClientSourceOptions {
  readonly client: Pick<IndexClient, "page" | "metadata" | "prefetch">;
  readonly policy: CandidatePolicy;
  /** Guesses which release will be chosen, to fetch its metadata early. */
  readonly likely: SelectionRule;
  /** Projects that come from a URL. */
  readonly direct?: ReadonlyMap<string, ProjectReleases>;
  /** Told when an answer has to be waited for, the first time. */
  readonly onWait?: (() => void) | undefined;
  /** Fetches wheels that are needed for certain while the resolution still runs. */
  readonly early?: EarlyWheels | undefined;
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
  /** METADATA of wheels that are on their way anyway. */
  readonly wheels: Map<IndexFile, Promise<Uint8Array | undefined>>;
  readonly problems: Map<string, Problem>;
  readonly mentioned: Map<string, VersionRange>;
  readonly tried: Map<string, Set<number>>;
  /** Answers for releases by project, place and extra: those of the memo and those of this resolution. */
  readonly answers: Map<string, Map<number, Record<string, ReleaseRequirements>>>;
  /** Of the projects that the memo told of. What is added to them was made from the same page, or is not believed. */
  readonly proofs: Map<string, ProjectMemo["proofs"]>;
  /** Was anything found out that the memo did not know? */
  hasNews: boolean;
  waits: boolean;
}

/** Makes a source; it remembers every answer for as long as it lives. */
export function clientSource(options: ClientSourceOptions): ClientSource {
  const state: SourceState = {
    options,
    pages: new Map(options.direct ?? []),
    pendingPages: new Map(),
    metadata: new Map(),
    pendingMetadata: new Map(),
    wheels: new Map(),
    problems: new Map(),
    mentioned: new Map(),
    tried: new Map(),
    answers: new Map(),
    proofs: new Map(),
    hasNews: false,
    waits: false,
  };
  return {
    releases: (name) => state.pages.get(name) ?? waited(state, askPage(state, name)),
    requirements: (releases, release, extra) => askRequirements(state, { releases, release, extra }),
    prefetchProject: (name) => mention(state, name),
    expect: (name, range) => mention(state, name, range),
    undated: () => undatedFiles(state),
    problemOf: (name) => state.problems.get(name),
    remember: () => remember(state),
  };
}

/** Notes that something has to be waited for; from the first time on, all that was mentioned is fetched ahead. */
function waited<T>(state: SourceState, answer: T | Promise<T>): T | Promise<T> {
  if (!(answer instanceof Promise) || state.waits) return answer;
  state.waits = true;
  state.options.onWait?.();
  for (const [name, range] of state.mentioned) fetchAhead(state, name, range);
  return answer;
}

function mention(state: SourceState, name: string, range?: VersionRange): void {
  const known = state.mentioned.get(name);
  if (known !== undefined && (range === undefined || range === known)) return;
  state.mentioned.set(name, range ?? anyVersion);
  if (state.waits) fetchAhead(state, name, range ?? anyVersion);
}

/** Failures are not lost: whoever asks for the same thing in earnest is told. */
function fetchAhead(state: SourceState, name: string, range: VersionRange): void {
  const releases = state.pages.get(name) ?? quietly(() => askPage(state, name));
  if (releases instanceof Promise || releases === undefined || range === anyVersion) return;
  fetchLikely(state, releases, range);
}

function fetchLikely(state: SourceState, releases: ProjectReleases, range: VersionRange): void {
  if (releases.kind !== "found") return;
  const release = selectRelease(releases, range, state.options.likely);
  if (release !== undefined) fetchMetadataAhead(state, releases, release);
}

function fetchMetadataAhead(state: SourceState, releases: ProjectReleases, release: number): void {
  if (releases.statusAt(release).kind !== "usable") return;
  const file = releases.metadataFileAt(release);
  if (file !== undefined && isCertain(state, releases, release)) {
    const telling = state.options.early?.begin(file);
    if (state.options.early?.tellMetadata === true && telling !== undefined) state.wheels.set(file, telling);
  }
  // A source archive is large, and its metadata is needed only if it is really chosen.
  if (file !== undefined && file.kind === "wheel") void quietly(() => askMetadata(state, file));
}

/** Only a wheel with a hash is begun: it can be kept, and is found again, whatever the resolution comes to. */
function isCertain({ options: { early } }: SourceState, releases: ProjectReleases, release: number): boolean {
  if (early?.certain.has(`${releases.name}==${releases.keyAt(release)}`) !== true) return false;
  const file = releases.metadataFileAt(release);
  return file?.kind === "wheel" && file.hashes["sha256"] !== undefined && releases.choiceAt(release).file === file;
}

/** Begins a request whose failure is told to whoever asks again. */
function quietly<T>(ask: () => T | Promise<T>): T | Promise<T> | undefined {
  try {
    const answer = ask();
    // The rejected promise stays where the next question finds it.
    if (answer instanceof Promise) void answer.catch(() => undefined);
    return answer;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return undefined;
  }
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
  const range = state.mentioned.get(name);
  if (state.waits && range !== undefined) fetchLikely(state, releases, range);
  return releases;
}

/** A project that nobody has is a fact for the solver; any other failure ends the resolution. */
function absentOrThrow(state: SourceState, name: string, error: unknown): ProjectReleases {
  if (!(error instanceof Problem) || error.code !== "E_PACKAGE_NOT_FOUND") throw error;
  state.problems.set(name, error);
  return noReleases(name, "absent");
}

function askMetadata(state: SourceState, file: IndexFile): Metadata | Promise<Metadata> {
  const known = state.metadata.get(file) ?? state.pendingMetadata.get(file);
  if (known !== undefined) return known;
  const keep = (metadata: Metadata): Metadata => {
    state.metadata.set(file, metadata);
    state.pendingMetadata.delete(file);
    return metadata;
  };
  try {
    const metadata = state.options.client.metadata(file, state.wheels.get(file));
    if (!(metadata instanceof Promise)) return keep(metadata);
    const arriving = metadata.then(keep, (error: unknown) => keep(malformedOrThrow(file, error)));
    state.pendingMetadata.set(file, arriving);
    return arriving;
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
  // Metadata that nobody serves apart was looked for in the wheel itself.
  return { malformed: { kind: file.kind === "wheel" && file.metadata === false ? "archive" : "metadata", detail } };
}

interface Asked {
  readonly releases: Releases;
  readonly release: number;
  readonly extra: string | undefined;
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
  noteTried(state, releases, asked.release);
  const metadata = waited(state, askMetadata(state, file));
  const read = (answer: Metadata): ReleaseRequirements =>
    keepAnswer(state, { ...asked, file }, readRequirements(answer, asked, state.options.policy));
  return metadata instanceof Promise ? metadata.then(read) : read(metadata);
}

function readRequirements(metadata: Metadata, asked: Asked, policy: CandidatePolicy): ReleaseRequirements {
  if ("malformed" in metadata) return { kind: "unusable", reason: metadata.malformed };
  const { requiresPython } = metadata;
  if (requiresPython !== undefined && !admitsPython(requiresPython, policy.pythonKey)) {
    return { kind: "python", requiresPython };
  }
  if (!isSameRelease(metadata, asked)) return unusable(`its metadata is that of ${metadata.name} ${metadata.version}`);
  const requirements = requirementsFor(metadata, asked.extra);
  if ("line" in requirements) return unusable(`its metadata has a malformed requirement, '${requirements.line}'`);
  return { kind: "known", requirements, extras: metadata.providesExtra };
}

const unusable = (detail: string): ReleaseRequirements => ({ kind: "unusable", reason: { kind: "metadata", detail } });

function isSameRelease({ name, version }: CoreMetadata, { releases, release }: Asked): boolean {
  if (name !== releases.name && normalizeName(name) !== releases.name) return false;
  return version === releases.textAt(release) || tryParseVersion(version)?.key === releases.keyAt(release);
}

/** After 5, 10, 20, 40, 60 … releases of a project were tried, as many again are fetched ahead. */
function noteTried(state: SourceState, releases: ProjectReleases, release: number): void {
  if (!state.waits) return;
  const tried = state.tried.get(releases.name) ?? new Set();
  state.tried.set(releases.name, tried);
  if (tried.has(release)) return;
  tried.add(release);
  const { size } = tried;
  if (size !== 5 && size !== 10 && size % 20 !== 0) return;
  const step = state.options.likely.highest ? -1 : 1;
  for (let count = 1; count <= Math.min(size, 50); count++) {
    const next = release + step * count;
    if (next < 0 || next >= releases.count) break;
    fetchMetadataAhead(state, releases, next);
  }
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
    if (read instanceof Promise) throw problem("E_INDEX_CACHE_DAMAGED", { path: name });
    return read;
  };
  return keepPage(state, name, rememberedReleases({ name, memo, policy, page }));
}

/** Judges markers and keeps the answer, unless its metadata may change: only a file with a hash stays the same. */
function keepAnswer(
  state: SourceState,
  { releases: { name }, release, extra, file }: Asked & { readonly file: IndexFile },
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
  if (memory === undefined || !state.hasNews || state.waits) return;
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
