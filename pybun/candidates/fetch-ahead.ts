/**
 * What is asked for before the solver asks, so that it seldom waits.
 *
 * While the client answers at once nothing is fetched ahead: there is nothing to gain, but for a list of pins that is
 * to be installed. The first promise turns that around: from then on every project that is mentioned is requested at
 * once, and with it the metadata of the release that will probably be chosen. A project of which a second release is
 * tried will probably go through more: the next ones are asked for all the time, more of them the longer it takes, so
 * that a conflict over a hundred releases costs a few round trips and not a hundred.
 */
import { Problem } from "@vivarium/core/diagnostic";
import type { IndexFile } from "../index/index-file.ts";
import { type SelectionRule, selectRelease } from "../resolver/select-release.ts";
import { anyVersion, rangeContains, type VersionRange } from "../versions/range.ts";
import type { EarlyWheels } from "./early-wheels.ts";
import { nextReleases } from "./next-releases.ts";
import type { ProjectReleases } from "./project-releases.ts";

/** How a resolution chooses, as far as that can be told beforehand. */
export interface Likely extends SelectionRule {
  /** What the root requirements admit, whatever the solver comes to; a project that is absent may have any version. */
  readonly bounds?: ReadonlyMap<string, VersionRange>;
}

export interface FetchAheadOptions {
  readonly likely: Likely;
  /** Fetches wheels that are needed for certain while the resolution still runs. */
  readonly early?: EarlyWheels | undefined;
  /** Told when an answer has to be waited for, the first time. */
  readonly onWait?: (() => void) | undefined;
  readonly knownPage: (name: string) => ProjectReleases | undefined;
  readonly askPage: (name: string) => unknown;
  /** `arriving`: METADATA of a wheel that is on its way anyway. */
  readonly askMetadata: (file: IndexFile, arriving?: Promise<Uint8Array | undefined>) => unknown;
}

export interface FetchAhead {
  /** Notes that something has to be waited for; from the first time on, all that was mentioned is fetched ahead. */
  readonly waited: <T>(answer: T | Promise<T>) => T | Promise<T>;
  readonly hasWaited: () => boolean;
  readonly mention: (name: string, range?: VersionRange) => void;
  /** The page of a project is here. */
  readonly arrived: (releases: ProjectReleases) => void;
  /** The solver asks for the requirements of this release. */
  readonly tries: (releases: ProjectReleases, release: number) => void;
}

interface AheadState {
  readonly options: FetchAheadOptions;
  readonly mentioned: Map<string, VersionRange>;
  readonly tried: Map<string, Set<number>>;
  waits: boolean;
}

export function openFetchAhead(options: FetchAheadOptions): FetchAhead {
  const state: AheadState = { options, mentioned: new Map(), tried: new Map(), waits: false };
  // Pages that are here already, because somebody asked for them early, must not keep the wheels waiting.
  if (options.early?.tellMetadata === true) beginWaiting(state);
  return {
    waited(answer) {
      if (answer instanceof Promise && !state.waits) beginWaiting(state);
      return answer;
    },
    hasWaited: () => state.waits,
    mention: (name, range) => mention(state, name, range),
    arrived(releases) {
      const range = state.mentioned.get(releases.name);
      if (state.waits && range !== undefined) fetchLikely(state, releases, range);
    },
    tries: (releases, release) => noteTried(state, releases, release),
  };
}

function beginWaiting(state: AheadState): void {
  state.waits = true;
  state.options.onWait?.();
  for (const [name, range] of state.mentioned) fetchProject(state, name, range);
}

function mention(state: AheadState, name: string, range?: VersionRange): void {
  const known = state.mentioned.get(name);
  if (known !== undefined && (range === undefined || range === known)) return;
  state.mentioned.set(name, range ?? anyVersion);
  if (state.waits) fetchProject(state, name, range ?? anyVersion);
}

/** Failures are not lost: whoever asks for the same thing in earnest is told. */
function fetchProject(state: AheadState, name: string, range: VersionRange): void {
  const releases = state.options.knownPage(name);
  if (releases === undefined) quietly(() => state.options.askPage(name));
  else if (range !== anyVersion) fetchLikely(state, releases, range);
}

function fetchLikely(state: AheadState, releases: ProjectReleases, range: VersionRange): void {
  if (releases.kind !== "found") return;
  const release = selectRelease(releases, range, state.options.likely);
  if (release !== undefined) fetchMetadata(state, releases, release);
}

function fetchMetadata({ options }: AheadState, releases: ProjectReleases, release: number): void {
  if (releases.statusAt(release).kind !== "usable") return;
  const file = releases.metadataFileAt(release);
  if (file === undefined) return;
  const begun = isCertain(options.early, releases, release) ? options.early?.begin(file) : undefined;
  const arriving = options.early?.tellMetadata === true ? begun : undefined;
  // A source archive is large, and its metadata is needed only if it is really chosen.
  if (file.kind === "wheel") quietly(() => options.askMetadata(file, arriving));
}

/** Only a wheel with a hash is begun: it can be kept, and is found again, whatever the resolution comes to. */
function isCertain(early: EarlyWheels | undefined, releases: ProjectReleases, release: number): boolean {
  if (early?.certain.has(`${releases.name}==${releases.keyAt(release)}`) !== true) return false;
  const file = releases.metadataFileAt(release);
  return file?.kind === "wheel" && file.hashes["sha256"] !== undefined && releases.choiceAt(release).file === file;
}

/** Begins a request whose failure is told to whoever asks again. */
function quietly(ask: () => unknown): void {
  try {
    const answer = ask();
    // The rejected promise stays where the next question finds it.
    if (answer instanceof Promise) void answer.catch(() => undefined);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}

/**
 * How many releases are under way while the n-th is tried. Most projects end with the first, nearly all with the
 * second.
 */
const windows = [0, 0, 4, 8, 16, 32];
const windowMax = 50;

function noteTried(state: AheadState, releases: ProjectReleases, release: number): void {
  if (!state.waits) return;
  const tried = state.tried.get(releases.name) ?? new Set();
  state.tried.set(releases.name, tried);
  if (tried.has(release)) return;
  tried.add(release);
  const size = windows[tried.size] ?? windowMax;
  if (size === 0) return;
  const { likely } = state.options;
  const range = state.mentioned.get(releases.name) ?? anyVersion;
  const bounds = likely.bounds?.get(releases.name) ?? anyVersion;
  let count = 0;
  for (const next of nextReleases(releases, { range, rule: likely, after: release })) {
    if (tried.has(next) || !rangeContains(bounds, releases.keyAt(next))) continue;
    if (++count > size) break;
    fetchMetadata(state, releases, next);
  }
}
