/** The facts of a proof in words, each a clause that can follow "because". */

import type { VersionRange } from "../versions/range.ts";
import type { Fact, StatedTerm, Subject } from "./derivation.ts";
import { describeVersions, hasOnlyPrereleases } from "./range-words.ts";
import type { Releases } from "./release-source.ts";
import { outerBounds, type Survey } from "./survey.ts";

/** What the words are made with: the releases that are at hand. */
export interface Vocabulary {
  readonly releasesOf: (name: string) => Releases | undefined;
  /** The range as somebody wrote it, or else as it can be derived from its bounds. */
  readonly written: (range: VersionRange) => string;
}

/** A term's package and versions. */
export function describeTerm({ subject, range }: StatedTerm, words: Vocabulary): string {
  return describeSubject(subject, range, words);
}

/** What has to be there. Many separate versions are told by their outermost bounds, which says less but is as true. */
export function describeNeed({ subject, range }: StatedTerm, words: Vocabulary): string {
  return describeSubject(subject, range.length > 2 * intervalsMax ? outerBounds(range) : range, words);
}

const intervalsMax = 2;
const clausesMax = 6;

/** A survey as one clause. */
export function describeSurvey({ dependencies, others }: Survey, words: Vocabulary): string {
  const needs = dependencies.map(({ dependent, dependency, versions, required, text }) => {
    const wanted = text === undefined ? describeSubject(dependency, required, words) : dependency.label + text;
    return `${describeSubject(dependent, versions, words)} requires ${wanted}`;
  });
  const clauses = [...needs, ...new Set(others.map((fact) => describeFact(fact, words)))];
  const told = clauses.slice(0, clausesMax);
  const rest = clauses.length - told.length;
  const listed = [...told, ...(rest > 0 ? [`${rest} more facts like these`] : [])];
  return listed.length < 2 ? listed.join("") : `${listed.slice(0, -1).join(", ")} and ${listed.at(-1)}`;
}

function describeSubject(subject: Subject, range: VersionRange, words: Vocabulary): string {
  if (subject.kind === "root") return "your requirements";
  if (subject.kind === "python") return `Python${words.written(range)}`;
  return describeVersions(
    { label: subject.label, range, written: words.written(range) },
    words.releasesOf(subject.name),
  );
}

/** The fact as a clause. */
export function describeFact(fact: Fact, words: Vocabulary): string {
  switch (fact.kind) {
    case "root":
      return "these are your requirements";
    case "dependency":
      return describeDependency(fact, words);
    case "same-version":
      return `${fact.proxy.label} is ${fact.base.label} with an extra`;
    case "requires-python":
      return `${describeSubject(fact.dependent, fact.versions, words)} requires Python${fact.text}`;
    case "no-versions":
      return describeAbsence(fact, words);
    case "unknown-project":
      return fact.offline
        ? `nothing is known of ${fact.subject.name} offline`
        : `no index has a project named "${fact.subject.name}"`;
    case "unusable":
      return describeUnusable(fact, words);
  }
}

function describeDependency(fact: Extract<Fact, { kind: "dependency" }>, words: Vocabulary): string {
  const wanted = fact.dependency.label + fact.text;
  if (fact.origin === "extra")
    return `${fact.dependent.label} is always of the same version as ${fact.dependency.name}`;
  if (fact.dependent.kind === "root")
    return fact.origin === "constraint" ? `your constraints allow only ${wanted}` : `you require ${wanted}`;
  if (fact.origin === "constraint")
    return `your constraints allow only ${wanted}, which ${fact.dependent.label} requires`;
  return `${describeSubject(fact.dependent, fact.versions, words)} requires ${wanted}`;
}

function describeAbsence({ subject, range }: Extract<Fact, { kind: "no-versions" }>, words: Vocabulary): string {
  if (subject.kind === "python") return `the Python that is resolved for is not ${words.written(range)}`;
  const releases = words.releasesOf(subject.name);
  if (releases !== undefined && hasOnlyPrereleases(range, releases)) {
    return `${subject.label}${words.written(range)} has pre-releases only, which are not allowed`;
  }
  return `there is no version of ${subject.label}${words.written(range)}`;
}

function describeUnusable(
  { subject, versions, reason }: Extract<Fact, { kind: "unusable" }>,
  words: Vocabulary,
): string {
  const which = describeSubject(subject, versions, words);
  if (reason.kind === "yanked") return `${which} was yanked${reason.detail === "" ? "" : ` (${reason.detail})`}`;
  return `${which} cannot be used: ${reason.detail}`;
}
