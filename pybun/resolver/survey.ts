/**
 * Surveys: parts of a proof that go through the releases of one project, one after the other.
 *
 * "boto3 1.1 requires botocore 1.1, and boto3 1.2 requires botocore 1.2, and …" is a proof, but nobody reads it. All
 * facts of such a part speak of one project, or of what the user asked for; it can be told as one sentence about all
 * those releases. What they require is widened to its outermost bounds where that still proves the conclusion
 * (survey-proof.ts); otherwise the releases are listed, and where there are too many of them the sentence says that it
 * does not give all bounds.
 */

import { rangeBetween, uniteRanges, type VersionRange } from "../versions/range.ts";
import { KEY_END } from "../versions/version-key.ts";
import type { Derivation, Fact, Subject } from "./derivation.ts";

/** Fewer facts than this are told one by one. */
const factsMin = 4;

/** What all releases of a survey that require a package require of it. */
export interface SurveyedDependency {
  readonly dependent: Subject;
  readonly dependency: Subject;
  readonly origin: "requirement" | "constraint";
  readonly versions: VersionRange;
  /** Covers everything that any of them requires. */
  readonly required: VersionRange;
  /** Does it cover more than that, with a conclusion that does not follow from all of it? */
  readonly isVague: boolean;
  /** The specifiers, where all of the releases have the same. */
  readonly text: string | undefined;
}

export interface Survey {
  /** Requirements and constraints of the user, and the Python that is resolved for. */
  readonly own: readonly Fact[];
  /** That `foo[x]` is of the version of `foo`: one fact for each such package. */
  readonly proxies: readonly Fact[];
  readonly dependencies: readonly SurveyedDependency[];
  /** What makes releases unusable. */
  readonly others: readonly Fact[];
}

/** For each derived step that can be told as a survey, the facts that it comes from. */
export function findSurveys({ steps }: Derivation): readonly (readonly Fact[] | undefined)[] {
  const facts: ReadonlySet<Fact>[] = [];
  const projects: (string | undefined)[] = [];
  steps.forEach((step, at) => {
    const [left, right] = step.kind === "derived" ? step.from : [at, at];
    if (step.kind === "fact") {
      facts[at] = new Set([step.fact]);
      projects[at] = projectOf(step.fact);
    } else {
      projects[at] = commonProject(projects[left], projects[right]);
      facts[at] = projects[at] === undefined ? new Set() : new Set([...(facts[left] ?? []), ...(facts[right] ?? [])]);
    }
  });
  return steps.map((step, at) => {
    const own = facts[at] ?? new Set<Fact>();
    return step.kind === "derived" && projects[at] !== undefined && own.size >= factsMin ? [...own] : undefined;
  });
}

/** More clauses about releases than this are not listed. */
export const clausesMax = 6;

/** The survey of facts that a reader can follow to the conclusion; undefined where they are better told one by one. */
export function makeSurvey(facts: readonly Fact[], proves: (survey: Survey) => boolean): Survey | undefined {
  const wide = surveyOf(facts, "wide");
  if (proves(wide)) return wide;
  const exact = surveyOf(facts, "exact");
  if (exact.dependencies.length + exact.others.length <= clausesMax) return proves(exact) ? exact : undefined;
  const dependencies = wide.dependencies.map((one) => ({ ...one, isVague: one.text === undefined }));
  return { ...wide, dependencies };
}

/** The project that a fact speaks of; empty for the user's own requirements, and for the target. */
export function projectOf(fact: Fact): string {
  switch (fact.kind) {
    case "root":
      return "";
    case "dependency":
    case "requires-python":
      return fact.dependent.name;
    case "same-version":
      return fact.proxy.name;
    case "no-versions":
      return fact.subject.kind === "python" ? "" : fact.subject.name;
    default:
      return fact.subject.name;
  }
}

function commonProject(left: string | undefined, right: string | undefined): string | undefined {
  if (left === "" || left === right) return right;
  return right === "" ? left : undefined;
}

/** `wide`: one clause for each package that the releases require; `exact`: one for each text with which they do. */
type Detail = "wide" | "exact";

function surveyOf(facts: readonly Fact[], detail: Detail): Survey {
  const released = facts.filter((fact) => !isOwn(fact));
  const dependencies = released.filter((fact) => fact.kind === "dependency");
  return {
    own: facts.filter(isOwn),
    proxies: proxyFacts(released),
    dependencies: surveyedDependencies(dependencies, detail),
    others: [...pythonLimits(released), ...released.filter(isWorthTelling)],
  };
}

const isOwn = (fact: Fact): boolean =>
  (fact.kind === "dependency" && fact.dependent.kind === "root") ||
  (fact.kind === "no-versions" && fact.subject.kind === "python");

function proxyFacts(facts: readonly Fact[]): readonly Fact[] {
  const proxies = new Map<string, Fact>();
  for (const fact of facts) {
    if (fact.kind === "same-version") proxies.set(fact.proxy.label, fact);
    else if (fact.kind === "dependency" && fact.origin === "extra") proxies.set(fact.dependent.label, fact);
  }
  return [...proxies.values()];
}

type Dependency = Extract<Fact, { kind: "dependency" }>;

function surveyedDependencies(facts: readonly Dependency[], detail: Detail): SurveyedDependency[] {
  const dependencies = new Map<string, SurveyedDependency>();
  for (const fact of facts) {
    const { origin } = fact;
    if (origin === "extra") continue;
    const key = `${origin} ${fact.dependent.label} ${fact.dependency.label} ${detail === "wide" ? "" : fact.text}`;
    const known = dependencies.get(key);
    dependencies.set(key, {
      dependent: fact.dependent,
      dependency: fact.dependency,
      origin,
      versions: known === undefined ? fact.versions : uniteRanges(known.versions, fact.versions),
      text: known === undefined || known.text === fact.text ? fact.text : undefined,
      isVague: false,
      required:
        known === undefined || known.text === fact.text
          ? fact.required
          : outerBounds(uniteRanges(known.required, fact.required)),
    });
  }
  return [...dependencies.values()];
}

type PythonLimit = Extract<Fact, { kind: "requires-python" }>;

/** One fact for all releases of a project that require the same of Python. */
function pythonLimits(facts: readonly Fact[]): PythonLimit[] {
  const limits = new Map<string, PythonLimit>();
  for (const fact of facts) {
    if (fact.kind !== "requires-python") continue;
    const key = `${fact.dependent.label} ${fact.text}`;
    const known = limits.get(key);
    limits.set(key, known === undefined ? fact : { ...known, versions: uniteRanges(known.versions, fact.versions) });
  }
  return [...limits.values()];
}

const isWorthTelling = ({ kind }: Fact): boolean =>
  kind === "unusable" || kind === "unknown-project" || kind === "no-versions";

/** The interval from the lowest to the highest version of a range. */
function outerBounds(range: VersionRange): VersionRange {
  return range.length <= 2 ? range : rangeBetween(range[0] ?? "", range.at(-1) ?? KEY_END);
}
