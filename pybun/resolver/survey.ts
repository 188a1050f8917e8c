/**
 * Surveys: parts of a proof that go through the releases of one project, one after the other.
 *
 * "boto3 1.1 requires botocore 1.1, and boto3 1.2 requires botocore 1.2, and …" is a proof, but nobody reads it. All
 * facts of such a part speak of one project, or of what the user asked for; it can be told as one sentence about all
 * those releases, in which what they require is widened to its outermost bounds. That says less than the steps do, so
 * it is as true as they are.
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
  readonly versions: VersionRange;
  /** Covers everything that any of them requires. */
  readonly required: VersionRange;
  /** The specifiers, where all of the releases have the same. */
  readonly text: string | undefined;
}

export interface Survey {
  /** Requirements and constraints of the user, and the Python that is resolved for. */
  readonly own: readonly Fact[];
  readonly dependencies: readonly SurveyedDependency[];
  /** What makes releases unusable. */
  readonly others: readonly Fact[];
}

/** For each step, its survey where it is one. */
export function findSurveys({ steps }: Derivation): readonly (Survey | undefined)[] {
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
    return step.kind === "derived" && projects[at] !== undefined && own.size >= factsMin
      ? surveyOf([...own])
      : undefined;
  });
}

/** The project that a fact speaks of; empty for the user's own requirements. */
function projectOf(fact: Fact): string {
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

function surveyOf(facts: readonly Fact[]): Survey {
  const released = facts.filter((fact) => !isOwn(fact));
  const requirements = released.filter((fact) => fact.kind === "dependency");
  return {
    own: facts.filter(isOwn),
    dependencies: surveyedDependencies(requirements.filter(({ origin }) => origin !== "extra")),
    others: [...pythonLimits(released), ...released.filter(isWorthTelling)],
  };
}

const isOwn = (fact: Fact): boolean =>
  (fact.kind === "dependency" && fact.dependent.kind === "root") ||
  (fact.kind === "no-versions" && fact.subject.kind === "python");

function surveyedDependencies(facts: readonly Extract<Fact, { kind: "dependency" }>[]): SurveyedDependency[] {
  const dependencies = new Map<string, SurveyedDependency>();
  for (const fact of facts) {
    const key = `${fact.dependent.label} ${fact.dependency.label}`;
    const known = dependencies.get(key);
    dependencies.set(key, {
      dependent: fact.dependent,
      dependency: fact.dependency,
      versions: known === undefined ? fact.versions : uniteRanges(known.versions, fact.versions),
      text: known === undefined || known.text === fact.text ? fact.text : undefined,
      required: outerBounds(known === undefined ? fact.required : uniteRanges(known.required, fact.required)),
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
