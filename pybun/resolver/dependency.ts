/**
 * From requirements to edges of the graph: markers are judged, an extra of the package itself is replaced by what it
 * stands for (`foo[all]` requires `foo[a,b]`), and constraints follow the requirement they restrict.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { VersionRange } from "../versions/range.ts";
import type { Requirement } from "../versions/requirement.ts";
import { formatSpecifiers, type Specifiers } from "../versions/specifier.ts";
import { specifiersToRange } from "../versions/specifier-range.ts";
import type { resolverDiagnostics } from "./diagnostics.ts";
import type { DependencyOrigin } from "./incompatibility.ts";
import type { JudgedRequirement, ReleaseRequirements, ReleaseSource, Releases } from "./release-source.ts";
import { narrowBySpelling } from "./spelling.ts";
import type { MarkerJudge } from "./target.ts";

const problem = problemsOf<typeof resolverDiagnostics>();

/** One requirement, ready for the solver. With `extra`, it is for the extra's proxy, which brings the project along. */
export interface DependencyEdge {
  readonly name: string;
  readonly extra?: string;
  readonly range: VersionRange;
  /** The specifiers, normalised; empty for any version. */
  readonly text: string;
  /** What the edge says for deciding the project early (priorities.ts). */
  readonly tier: "unspecified" | "pinned" | "url";
  readonly origin: DependencyOrigin;
  /** Leads to what the extra adds, not to its proxy: the proxy's own edge (package-table.ts). */
  readonly toFeatures?: true;
  /** The texts that `===` asks for, lower-case; see spelling.ts. */
  readonly spellings?: readonly string[];
}

/** What all edges of a resolution are made with. */
export interface EdgeRules {
  readonly judge: MarkerJudge;
  /** By project name. */
  readonly constraints: ReadonlyMap<string, readonly Requirement[]>;
  /** Projects that come from a URL that the user gave, or that such a project gave. */
  readonly urls: ReadonlyMap<string, string>;
}

const rangesBySpecifiers = new WeakMap<Specifiers, VersionRange>();

function rangeOfSpecifiers(specifiers: Specifiers): VersionRange {
  const known = rangesBySpecifiers.get(specifiers);
  if (known !== undefined) return known;
  const range = specifiersToRange(specifiers);
  rangesBySpecifiers.set(specifiers, range);
  return range;
}

const namesOneVersion = (specifiers: Specifiers): boolean =>
  specifiers.some((specifier) => specifier.kind === "arbitrary" || (specifier.operator === "==" && !specifier.prefix));

/** Edges of the requirements that hold without an extra, each followed by the constraints on its project. */
export function edgesOf(requirements: readonly Requirement[], rules: EdgeRules): readonly DependencyEdge[] {
  const edges: DependencyEdge[] = [];
  for (const requirement of judgeRequirements(requirements, undefined, rules.judge)) {
    pushEdges(edges, requirement, rules);
  }
  return edges;
}

/** Those that hold because of the extra (without one: those that hold anyway), ready for the solver. */
export function judgeRequirements(
  requirements: readonly Requirement[],
  extra: string | undefined,
  judge: MarkerJudge,
): readonly JudgedRequirement[] {
  return requirements.filter((requirement) => holds(requirement, extra, judge)).map(judged);
}

function judged({ name, extras, specifiers, url }: Requirement): JudgedRequirement {
  const range = rangeOfSpecifiers(specifiers);
  const about = { name, extras, range, text: formatSpecifiers(specifiers), isPin: namesOneVersion(specifiers) };
  const spellings = specifiers.flatMap((specifier) =>
    specifier.kind === "arbitrary" ? [specifier.text.toLowerCase()] : [],
  );
  return { ...about, ...(url === undefined ? {} : { url }), ...(spellings.length === 0 ? {} : { spellings }) };
}

/** Does it hold because of the extra, and not without it? */
function holds(requirement: Requirement, extra: string | undefined, judge: MarkerJudge): boolean {
  if (extra === undefined) return judge.holds(requirement.marker, undefined);
  return judge.holds(requirement.marker, extra) && !judge.holds(requirement.marker, undefined);
}

function pushEdges(edges: DependencyEdge[], requirement: JudgedRequirement, rules: EdgeRules): void {
  checkUrl(requirement, rules);
  const edge = edgeOf(requirement, "requirement", rules);
  if (requirement.extras.length === 0) edges.push(edge);
  for (const extra of requirement.extras) edges.push({ ...edge, extra });
  for (const constraint of rules.constraints.get(requirement.name) ?? []) {
    if (rules.judge.holds(constraint.marker, undefined)) edges.push(edgeOf(judged(constraint), "constraint", rules));
  }
}

function edgeOf(
  { name, range, text, isPin, spellings }: JudgedRequirement,
  origin: "requirement" | "constraint",
  rules: EdgeRules,
): DependencyEdge {
  const tier = rules.urls.has(name) ? "url" : isPin ? "pinned" : "unspecified";
  const edge = { name, range, text, tier, origin } as const;
  return spellings === undefined ? edge : { ...edge, spellings };
}

/** A URL in the metadata of an index's release would let that index install from anywhere. */
function checkUrl(requirement: JudgedRequirement, rules: EdgeRules): void {
  if (requirement.url === undefined || rules.urls.get(requirement.name) === requirement.url) return;
  throw problem("E_RESOLVE_URL_TRANSITIVE", { name: requirement.name, url: requirement.url });
}

export type EdgeAnswer =
  | { readonly kind: "edges"; readonly edges: readonly DependencyEdge[] }
  | Exclude<ReleaseRequirements, { kind: "known" | "judged" }>;

interface EdgeSetting {
  readonly source: ReleaseSource;
  readonly rules: EdgeRules;
}

/** Edges of a release, or of one extra of it. A promise where its metadata, or a project asked for by `===`, is on the way. */
export function releaseEdges(
  setting: EdgeSetting,
  asked: { readonly releases: Releases; readonly release: number; readonly extra: string | undefined },
): EdgeAnswer | Promise<unknown> {
  const answer = setting.source.requirements(asked.releases, asked.release, asked.extra);
  if (answer instanceof Promise || answer.kind === "unusable" || answer.kind === "python") return answer;
  const requirements = judgedOf(answer, asked.extra, setting.rules.judge);
  const edges = narrowBySpelling(setting.source, flattenOwnExtras(setting, { ...asked, requirements }));
  return edges instanceof Promise ? edges : { kind: "edges", edges };
}

const judgedOf = (
  answer: Extract<ReleaseRequirements, { kind: "known" | "judged" }>,
  extra: string | undefined,
  judge: MarkerJudge,
): readonly JudgedRequirement[] =>
  answer.kind === "judged" ? answer.requirements : judgeRequirements(answer.requirements, extra, judge);

interface OwnRequirements {
  readonly releases: Releases;
  readonly release: number;
  readonly requirements: readonly JudgedRequirement[];
}

function flattenOwnExtras({ source, rules }: EdgeSetting, own: OwnRequirements): readonly DependencyEdge[] {
  const edges: DependencyEdge[] = [];
  const bounds: DependencyEdge[] = [];
  const seen = new Set<string>();
  const queue: string[] = [];
  const take = (requirements: readonly JudgedRequirement[]): void => {
    for (const requirement of requirements) {
      if (requirement.name !== own.releases.name || requirement.extras.length === 0)
        pushEdges(edges, requirement, rules);
      else {
        queue.push(...requirement.extras);
        if (requirement.text !== "") bounds.push(edgeOf(requirement, "requirement", rules));
      }
    }
  };
  take(own.requirements);
  for (let extra = queue.shift(); extra !== undefined; extra = queue.shift()) {
    if (seen.has(extra)) continue;
    seen.add(extra);
    const answer = source.requirements(own.releases, own.release, extra);
    if (answer instanceof Promise || answer.kind === "unusable" || answer.kind === "python") continue;
    take(judgedOf(answer, extra, rules.judge));
  }
  return [...edges, ...bounds];
}
