/**
 * What can be done about a release that would have to be built. Leaving out its source archives is suggested only where
 * that was resolved, within a time that a person bears: often no version has a wheel, or only ones that are years old
 * are reached by them.
 */
import { type Fix, type ParamsOf, Problem } from "@vivarium/core/diagnostic";
import type { BuildNeed, Requirer } from "../index/build-need.ts";
import type { indexDiagnostics } from "../index/diagnostics.ts";
import type { Pin } from "../resolver/pins.ts";
import type { Releases } from "../resolver/release-source.ts";
import { resolve } from "../resolver/resolve.ts";
import { isPrereleaseKey } from "../versions/version-key.ts";
import { candidatePolicy, rulesOut } from "./policy.ts";
import { type IndexResolution, requestOf } from "./resolve-request.ts";
import { AttemptEnded, type Attempting, withinBudget } from "./within-budget.ts";

const budgetMs = 2_000;

/** More projects than this without a wheel nobody wants to exclude one by one. */
const namesMax = 4;

/** The release, and who requires it. */
export type BlamedRelease = Pick<BuildNeed, "name" | "version" | "requiredBy">;

/** All that is told of a release that would have to be built. */
export async function findBuildNeed(options: IndexResolution, blamed: BlamedRelease): Promise<BuildNeed> {
  const { requirements, constraints = [], target, signal } = options;
  const policy = candidatePolicy(target, [...requirements, ...constraints], options);
  const isForcedSource = rulesOut(policy, { kind: "wheel", name: blamed.name });
  if (isForcedSource) return { ...blamed, isForcedSource, fixes: [] };
  return withinBudget({ budgetMs, signal }, async (attempting) => {
    const wheels = await attempting.inTime(tried(() => wheelsOf(options, blamed)));
    const fixes = await fixesFor(options, { blamed, attempting });
    return { ...blamed, isForcedSource, fixes, ...wheels };
  });
}

async function wheelsOf(
  options: IndexResolution,
  { name, version }: BlamedRelease,
): Promise<Pick<BuildNeed, "wheels" | "tags" | "newestWheel">> {
  const { source } = await requestOf(withoutSource(options, [name]));
  const releases = await source.releases(name);
  const release = lastRelease(releases, (one) => releases.textAt(one) === version);
  const wheels = release === undefined ? undefined : releases.wheelTargetsAt?.(release);
  const isWheel = (one: number): boolean => releases.statusAt(one).kind === "usable";
  const isFinal = (one: number): boolean => !isPrereleaseKey(releases.keyAt(one)) && isWheel(one);
  const newest = lastRelease(releases, isFinal) ?? lastRelease(releases, isWheel);
  const newestWheel = newest === undefined ? null : releases.textAt(newest);
  return { newestWheel, ...(wheels === undefined ? {} : { wheels, tags: options.target.tags }) };
}

function lastRelease({ count }: Releases, isMeant: (release: number) => boolean): number | undefined {
  for (let release = count - 1; release >= 0; release--) if (isMeant(release)) return release;
  return undefined;
}

/** Without the source archives of these projects. An attempt installs nothing. */
function withoutSource(options: IndexResolution, names: readonly string[]): IndexResolution {
  const { onlyBinary = new Set() } = options;
  const excluded = onlyBinary === "all" ? onlyBinary : new Set([...onlyBinary, ...names]);
  return { ...options, onlyBinary: excluded, beginWheel: undefined };
}

interface Search {
  readonly blamed: BlamedRelease;
  readonly attempting: Attempting;
}

async function fixesFor(options: IndexResolution, { blamed, attempting }: Search): Promise<readonly Fix[]> {
  const names = [blamed.name];
  while (names.length <= namesMax) {
    const outcome = await attempting.inTime(resolveWithout(options, { names, signal: attempting.signal }));
    if (outcome === undefined) return [];
    if (Array.isArray(outcome)) return [fixOf(names, { blamed, pins: outcome })];
    if (names.includes(outcome.alsoSource)) return [];
    names.push(outcome.alsoSource);
  }
  return [];
}

/** Pins without source archives of these projects, or the next project that would have to be built. */
async function resolveWithout(
  options: IndexResolution,
  { names, signal }: { readonly names: readonly string[]; readonly signal: AbortSignal },
): Promise<Pin[] | { readonly alsoSource: string } | undefined> {
  try {
    const { request } = await requestOf(withoutSource(options, names));
    const outcome = await resolve({ ...request, signal });
    if (outcome.kind === "conflict") return undefined;
    const source = options.wheelsOnly === true ? outcome.pins.find(({ file }) => file.kind === "sdist") : undefined;
    return source === undefined ? [...outcome.pins] : { alsoSource: source.name };
  } catch (error) {
    const { build } = buildNeededOf(error) ?? {};
    if (build !== undefined) return { alsoSource: build.name };
    if (error instanceof Problem || error instanceof AttemptEnded) return undefined;
    throw error;
  }
}

/** The parameters of a failure that only building would prevent. */
export function buildNeededOf(error: unknown): ParamsOf<typeof indexDiagnostics, "E_SDIST_BUILD_NEEDED"> | undefined {
  if (!(error instanceof Problem) || error.code !== "E_SDIST_BUILD_NEEDED") return undefined;
  return error.params as ParamsOf<typeof indexDiagnostics, "E_SDIST_BUILD_NEEDED">; // those of this code
}

/** What cannot be found out, for lack of network say, is not told. */
async function tried<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Problem || error instanceof AttemptEnded) return undefined;
    throw error;
  }
}

function fixOf(
  names: readonly string[],
  { blamed, pins }: { readonly blamed: BlamedRelease; readonly pins: readonly Pin[] },
): Fix {
  const text = names.map((name) => `--only-binary ${name}`).join(" ");
  const [top = blamed] = blamed.requiredBy.slice(-1);
  const taken = [...new Set<Requirer>([top, blamed])].flatMap((one) => changeIn(pins, one));
  const gives = taken.length === 0 ? "" : `, which takes ${taken.join(" and ")}`;
  return { title: `\`${text}\`${gives}`, kind: "option", text };
}

function changeIn(pins: readonly Pin[], { name, version }: Requirer): readonly string[] {
  const pin = pins.find((candidate) => candidate.name === name);
  if (pin === undefined) return [`no ${name}`];
  return pin.version === version ? [] : [`${name} ${pin.version} instead of ${version}`];
}
