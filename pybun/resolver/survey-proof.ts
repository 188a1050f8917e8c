/**
 * Can a reader follow a survey to its conclusion by its words? A survey is about the releases of one project, so the
 * conclusion follows where each release that it speaks of meets a contradiction: in what it requires together with what
 * the user requires, or in what makes it unusable. Every clause is taken at its word, widened ranges included.
 */
import {
  anyVersion,
  complementRange,
  intersectRanges,
  rangeContains,
  rangeIsEmpty,
  type VersionRange,
} from "../versions/range.ts";
import type { Fact, StatedTerm, Subject } from "./derivation.ts";
import type { Releases } from "./release-source.ts";
import type { Survey } from "./survey.ts";

interface Surveyed {
  readonly survey: Survey;
  /** The conclusion: these terms cannot all hold. */
  readonly terms: readonly StatedTerm[];
  /** The project whose releases are surveyed. */
  readonly releases: Releases;
}

/** Does the conclusion follow from the clauses? */
export function surveyProves(surveyed: Surveyed): boolean {
  const { survey, terms, releases } = surveyed;
  const allowed = new Map<string, VersionRange>();
  for (const { subject, positive, range } of terms) if (positive) restrict(allowed, subject, range);
  for (const fact of survey.own) if (fact.kind === "dependency") restrict(allowed, fact.dependency, fact.required);
  const labels = [...allowed.keys()].filter((label) => projectOf(label) === releases.name);
  if (labels.length === 0) return false;
  const meant = labels.reduce((range, label) => intersectRanges(range, allowed.get(label) ?? range), anyVersion);
  // Where no clause speaks of releases, nothing tells the reader that a version must be one.
  if (!speaksOfReleases(surveyed)) return rangeIsEmpty(meant);
  for (let release = 0; release < releases.count; release++) {
    const key = releases.keyAt(release);
    if (!rangeContains(meant, key) || releases.statusAt(release).kind === "hidden") continue;
    if (!survey.others.some((fact) => excludes(fact, key)) && !contradicts(surveyed, { allowed, key })) return false;
  }
  return true;
}

function speaksOfReleases({ survey, terms, releases }: Surveyed): boolean {
  const selected = [
    ...terms.flatMap(({ subject, positive }) => (positive ? [subject] : [])),
    ...survey.dependencies.map(({ dependent }) => dependent),
    // That a version does not exist is told only where it surprises.
    ...survey.others.flatMap((fact) => (fact.kind === "no-versions" ? [] : subjectOf(fact))),
  ];
  return selected.some(({ kind, name: project }) => kind !== "root" && project === releases.name);
}

function subjectOf(fact: Fact): readonly Subject[] {
  if ("subject" in fact) return [fact.subject];
  return "dependent" in fact ? [fact.dependent] : [];
}

/** `foo` of `foo[extra]`. */
const projectOf = (label: string): string => label.replace(/\[.*$/, "");

function restrict(allowed: Map<string, VersionRange>, { label }: Subject, range: VersionRange): void {
  allowed.set(label, intersectRanges(allowed.get(label) ?? anyVersion, range));
}

function excludes(fact: Fact, key: string): boolean {
  if (fact.kind === "unusable" || fact.kind === "requires-python") return rangeContains(fact.versions, key);
  return fact.kind === "no-versions" && rangeContains(fact.range, key);
}

interface Assumed {
  readonly allowed: ReadonlyMap<string, VersionRange>;
  /** The release that is selected. */
  readonly key: string;
}

function contradicts({ survey, terms, releases }: Surveyed, { allowed, key }: Assumed): boolean {
  const required = new Map(allowed);
  for (const { dependent, dependency, versions, required: range } of survey.dependencies) {
    if (required.has(dependent.label) && rangeContains(versions, key)) restrict(required, dependency, range);
  }
  for (const { subject, positive, range } of terms) {
    if (!positive && required.has(subject.label)) restrict(required, subject, complementRange(range));
  }
  return [...required].some(
    ([label, range]) => rangeIsEmpty(range) || (projectOf(label) === releases.name && !rangeContains(range, key)),
  );
}
