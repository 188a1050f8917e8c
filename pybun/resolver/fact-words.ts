/** The facts of a proof in words, each a clause that can follow "because". */

import type { VersionRange } from "../versions/range.ts";
import type { Fact, StatedTerm, Subject } from "./derivation.ts";
import { describeExactly, describeNeeded, describeSelected, hasOnlyHidden, hasOnlyPrereleases } from "./range-words.ts";
import type { Releases } from "./release-source.ts";
import { clausesMax, type Survey } from "./survey.ts";

/** What the words are made with: the releases that are at hand. */
export interface Vocabulary {
  readonly releasesOf: (name: string) => Releases | undefined;
  /** The range as somebody wrote it; undefined where nobody did. */
  readonly written: (range: VersionRange) => string | undefined;
  /** The version of the Python that is resolved for. */
  readonly python: string;
}

/** Releases that a positive term speaks of: they are selected. */
export const describeTerm = ({ subject, range }: StatedTerm, words: Vocabulary): string =>
  describeSubject(subject, range, words);

/** Versions that a negative term speaks of: one of them is needed. */
export function describeNeed({ subject, range }: StatedTerm, words: Vocabulary): string {
  if (subject.kind === "root") return "your requirements";
  const label = subject.kind === "python" ? "Python" : subject.label;
  return describeNeeded({ label, range, written: words.written(range) }, words.releasesOf(subject.name));
}

/** The clauses of a survey: what the user asked for first, then a number of its releases' facts. */
export function surveyClauses({ own, dependencies, others }: Survey, words: Vocabulary): readonly string[] {
  const needs = dependencies.map((one) => {
    const { dependent, dependency, versions, required, text, isVague } = one;
    const bounds = describeNeed({ subject: dependency, positive: false, range: required }, words);
    const whole = text === undefined ? undefined : dependency.label + text + whyImpossible({ required, text });
    const wanted = whole ?? (isVague ? `certain versions of ${bounds}` : bounds);
    return `${describeSubject(dependent, versions, words)} requires ${wanted}`;
  });
  const telling = others.filter((fact) => fact.kind !== "no-versions" || isRemarkable(fact, words));
  const facts = [...needs, ...new Set(telling.map((fact) => describeFact(fact, words)))];
  const rest = facts.length - clausesMax;
  return [
    ...new Set(own.map((fact) => describeFact(fact, words))),
    ...facts.slice(0, clausesMax),
    ...(rest > 0 ? [`${rest} more ${rest === 1 ? "fact" : "facts"} like these`] : []),
  ];
}

/** `a, b and c`. */
export const listed = (clauses: readonly string[]): string =>
  clauses.length < 2 ? clauses.join("") : `${clauses.slice(0, -1).join(", ")} and ${clauses.at(-1)}`;

function describeSubject(subject: Subject, range: VersionRange, words: Vocabulary): string {
  if (subject.kind === "root") return "your requirements";
  const label = subject.kind === "python" ? "Python" : subject.label;
  return describeSelected({ label, range, written: words.written(range) }, words.releasesOf(subject.name));
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
        : `no index has a project named '${fact.subject.name}'`;
    case "unusable":
      return describeUnusable(fact, words);
  }
}

function describeDependency(fact: Extract<Fact, { kind: "dependency" }>, words: Vocabulary): string {
  const wanted = fact.dependency.label + fact.text + whyImpossible(fact);
  if (fact.origin === "extra")
    return `${fact.dependent.label} is always of the same version as ${fact.dependency.name}`;
  if (fact.dependent.kind === "root")
    return fact.origin === "constraint" ? `your constraints allow only ${wanted}` : `you require ${wanted}`;
  if (fact.origin === "constraint")
    return `your constraints allow only ${wanted}, which ${fact.dependent.label} requires`;
  return `${describeSubject(fact.dependent, fact.versions, words)} requires ${wanted}`;
}

/** Why nothing can meet a requirement, where that follows from its specifiers and the spelling of releases alone. */
function whyImpossible({ required, text }: { readonly required: VersionRange; readonly text: string }): string {
  if (required.length > 0) return "";
  return text.includes("===") ? " (no release is spelled so)" : " (which no version meets)";
}

type Absence = Extract<Fact, { kind: "no-versions" }>;

function describeAbsence({ subject, range }: Absence, words: Vocabulary): string {
  if (subject.kind === "python") return `the target is Python ${words.python}`;
  const releases = words.releasesOf(subject.name);
  const meant = describeExactly({ label: subject.label, range, written: words.written(range) }, releases);
  const url = releases === undefined ? undefined : versionByUrl(releases);
  if (url !== undefined) return `the URL that ${subject.name} is taken from holds version ${url}, not ${meant}`;
  if (releases !== undefined && hasOnlyHidden(range, releases)) return `\`--exclude-newer\` leaves out ${meant}`;
  if (releases !== undefined && hasOnlyPrereleases(range, releases)) {
    return `${meant} has pre-releases only, which are not allowed`;
  }
  return `there is no version of ${meant}`;
}

/** Is it absent for a reason that the releases of a project, listed, would not show? */
function isRemarkable({ subject, range }: Absence, words: Vocabulary): boolean {
  const releases = words.releasesOf(subject.name);
  if (subject.kind === "python") return true;
  if (releases === undefined) return false;
  return versionByUrl(releases) !== undefined || hasOnlyHidden(range, releases) || hasOnlyPrereleases(range, releases);
}

/** The version of a project that comes from a URL, and so has no other. */
function versionByUrl(releases: Releases): string | undefined {
  if (releases.count !== 1 || releases.statusAt(0).kind !== "usable") return undefined;
  return releases.choiceAt(0).url === undefined ? undefined : releases.textAt(0);
}

function describeUnusable(
  { subject, versions, reason }: Extract<Fact, { kind: "unusable" }>,
  words: Vocabulary,
): string {
  const which = describeSubject(subject, versions, words);
  if (reason.kind === "yanked") return `${which} was yanked${reason.detail === "" ? "" : ` (${reason.detail})`}`;
  return `${which} cannot be used (${reason.detail})`;
}
