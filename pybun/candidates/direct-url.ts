/**
 * Wheels by URL: `name @ https://host/name-1.0-py3-none-any.whl#sha256=…`, also `file:`.
 *
 * Such a project has exactly one release, that wheel. What the wheel itself requires by URL comes from there too, so
 * its metadata is read before the solver starts.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { redactAddress } from "@vivarium/core/redact";
import type { IndexClient } from "../index/client.ts";
import type { IndexFile } from "../index/index-file.ts";
import type { resolverDiagnostics } from "../resolver/diagnostics.ts";
import { createMarkerJudge, type MarkerJudge, type ResolveTarget } from "../resolver/target.ts";
import type { Requirement } from "../versions/requirement.ts";
import { filenameOf } from "../versions/url-filename.ts";
import { tryParseWheelFilename, type WheelFilename } from "../versions/wheel-filename.ts";
import type { CandidatePolicy } from "./policy.ts";
import type { ProjectReleases } from "./project-releases.ts";
import { chooseFile } from "./release-choice.ts";
import { requirementsFor } from "./requirement-shelf.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

export interface DirectProjects {
  readonly releases: ReadonlyMap<string, ProjectReleases>;
  readonly urls: ReadonlyMap<string, string>;
}

interface Wishes {
  readonly requirements: readonly Requirement[];
  readonly constraints?: readonly Requirement[] | undefined;
}

interface DirectOptions {
  readonly client: Pick<IndexClient, "metadata">;
  readonly policy: CandidatePolicy;
  readonly target: ResolveTarget;
}

/**
 * Reads the wheels that are required by URL, and those that these require by URL. A constraint says where a project
 * comes from if anything requires it: its wheel is not asked for here. Throws `E_RESOLVE_URL_…`.
 */
export async function readDirectUrls(
  { requirements, constraints = [] }: Wishes,
  options: DirectOptions,
): Promise<DirectProjects> {
  const judge = createMarkerJudge(options.target);
  const releases = new Map<string, ProjectReleases>();
  const urls = new Map<string, string>();
  const releasesOf = ({ name, url }: { name: string; url: string }): ProjectReleases => {
    const first = urls.get(name);
    if (first !== undefined && first !== url)
      throw problem("E_RESOLVE_URL_CONFLICT", { name, first: redactAddress(first), second: redactAddress(url) });
    const known = releases.get(name) ?? directReleases({ name, url }, options.policy);
    releases.set(name, known);
    urls.set(name, url);
    return known;
  };
  const queue = requirements.filter(({ marker }) => judge.holds(marker, undefined));
  for (const { name, url, extras } of queue) {
    if (url === undefined) continue;
    queue.push(...(await urlRequirements(releasesOf({ name, url }), { extras, judge }, options.client)));
  }
  for (const { name, url, marker } of constraints) {
    if (url !== undefined && judge.holds(marker, undefined)) releasesOf({ name, url });
  }
  return { releases, urls };
}

async function urlRequirements(
  releases: ProjectReleases,
  asked: { extras: readonly string[]; judge: MarkerJudge },
  client: Pick<IndexClient, "metadata">,
): Promise<Requirement[]> {
  const file = releases.metadataFileAt(0);
  if (file === undefined) return [];
  const metadata = await client.metadata(file);
  return [undefined, ...asked.extras].flatMap((extra) => {
    const found = requirementsFor(metadata, extra);
    return "line" in found
      ? []
      : found.filter(({ url, marker }) => url !== undefined && asked.judge.holds(marker, extra));
  });
}

function directReleases(asked: { name: string; url: string }, policy: CandidatePolicy): ProjectReleases {
  const { file, wheel } = directFile(asked);
  const { key, text } = wheel.version;
  // Who gives a URL wants that file, whenever it was uploaded and whatever is said of files on indexes. How the solver
  // likes its version, or the spelling of it, is the solver's to say.
  const { excludeNewerMs: _, ...undated } = policy;
  const files = { name: asked.name, key, files: [file] };
  const choice = chooseFile(files, { ...undated, noBinary: new Set(), spelled: new Map() });
  const chosen = choice.file;
  if (chosen === undefined) {
    const { status } = choice;
    const isUntrusted = status.kind === "unusable" && status.reason.kind === "hash";
    const detail = isUntrusted ? status.reason.detail : foreignTags(file.filename, policy);
    const isForeign = !isUntrusted;
    throw problem("E_RESOLVE_URL_WHEEL", { name: asked.name, url: redactAddress(asked.url), detail, isForeign });
  }
  const hashes = Object.entries(file.hashes).map(([algorithm, digest]) => `${algorithm}:${digest}`);
  return {
    name: asked.name,
    kind: "found",
    count: 1,
    keyAt: () => key,
    textAt: () => text,
    statusAt: () => choice.status,
    isHiddenAt: () => false,
    choose: () => choice,
    looked: () => [],
    choiceAt: () => ({ file: chosen, hashes, index: redactAddress(file.url), url: asked.url }),
    metadataFileAt: () => chosen,
    undated: () => 0,
  };
}

/** As the file's name says them: written out, a compressed set would be dozens. */
function foreignTags(filename: string, { tagIndex }: CandidatePolicy): string {
  const tags = filename.slice(0, -".whl".length).split("-").slice(-3).join("-");
  // Wheels for one Linux alone are built here, and nowhere to be had.
  const best = [...tagIndex.keys()].find((tag) => !tag.includes("-linux_")) ?? "";
  return `its tags '${tags}' are for another Python or platform, and the best here would be '${best}'`;
}

function directFile({ name, url }: { name: string; url: string }): { file: IndexFile; wheel: WheelFilename } {
  const parsed = URL.parse(url);
  const filename = filenameOf(parsed?.pathname ?? "") ?? "";
  if (parsed === null || !/^(?:https?|file):$/.test(parsed.protocol) || !filename.endsWith(".whl")) {
    throw problem("E_RESOLVE_URL_KIND", { name, url: redactAddress(url) });
  }
  const wheel = tryParseWheelFilename(filename);
  if (wheel === undefined)
    throw problem("E_RESOLVE_URL_WHEEL", { name, url: redactAddress(url), detail: "its name is not that of a wheel" });
  if (wheel.name !== name) {
    throw problem("E_RESOLVE_URL_WHEEL", { name, url: redactAddress(url), detail: `it is a wheel of '${wheel.name}'` });
  }
  const hashes = hashesOf(parsed.hash);
  parsed.hash = "";
  return { file: { filename, url: parsed.href, hashes, yanked: false, metadata: false, kind: "wheel" }, wheel };
}

/** `#sha256=…&egg=…`: hashes of the URL's fragment, as PEP 503 and pip write them. */
function hashesOf(fragment: string): Readonly<Record<string, string>> {
  const pairs = [...new URLSearchParams(fragment.slice(1))];
  return Object.fromEntries(
    pairs.filter(([algorithm]) => /^(?:md5|sha\d+)$/.test(algorithm)).map(([a, d]) => [a, d.toLowerCase()]),
  );
}
