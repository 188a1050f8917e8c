/** The facts of a proof in words, each a clause that can follow "because". */

import type { VersionRange } from "../versions/range.ts";
import { describeWheelTargets } from "../versions/wheel-targets.ts";
import type { Fact, StatedTerm, Subject } from "./derivation.ts";
import { describeExactly, describeNeeded, describeSelected, hasOnlyHidden, hasOnlyPrereleases } from "./range-words.ts";
import type { Releases } from "./release-source.ts";
import { clausesMax, type Survey, type SurveyedDependency } from "./survey.ts";

/** What the words are made with: the releases that are at hand. */
export interface Vocabulary {
  readonly releasesOf: (name: string) => Releases | undefined;
  /** The range as somebody wrote it; undefined where nobody did. */
  readonly written: (range: VersionRange) => string | undefined;
  /** The version of the Python that is resolved for. */
  readonly python: string;
  /** The wheel tags of the target, best first. */
  readonly tags: readonly string[];
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
export function surveyClauses(survey: Survey, words: Vocabulary): readonly string[] {
  const { own, proxies, dependencies, others } = survey;
  const needs = dependencies.flatMap((one) => surveyedClauses(one, words));
  const telling = others.filter((fact) => fact.kind !== "no-versions" || isRemarkable(fact, words));
  const facts = [...needs, ...new Set(telling.map((fact) => describeFact(fact, words)))];
  const rest = facts.length - clausesMax;
  return [
    ...own.flatMap((fact) => factClauses(fact, words)),
    ...(dependsOnVersions(survey, words) ? proxies.map((fact) => describeFact(fact, words)) : []),
    ...facts.slice(0, clausesMax),
    ...(rest > 0 ? [`${rest} more ${rest === 1 ? "fact" : "facts"} like these`] : []),
  ];
}

/**
 * Does it matter that `foo[x]` and `foo` are of one version? Not where all that is said holds for every release, and
 * nothing is said of `foo` itself.
 */
function dependsOnVersions({ own, proxies, dependencies, others }: Survey, words: Vocabulary): boolean {
  const projects = new Set(proxies.map((fact) => (fact.kind === "same-version" ? fact.base.name : nameOf(fact))));
  const isTied = ({ dependency, text }: { readonly dependency: Subject; readonly text: string | undefined }): boolean =>
    projects.has(dependency.name) && (dependency.kind === "project" || text !== "");
  const isUniversal = ({ dependent, versions }: SurveyedDependency): boolean =>
    dependent.kind !== "project" && describeSubject(dependent, versions, words) === dependent.label;
  const needs = own.flatMap((fact) => (fact.kind === "dependency" ? [fact] : []));
  if (others.length > 0 || dependencies.length === 0 || needs.length === 0) return true;
  return [...needs, ...dependencies].some(isTied) || !dependencies.every(isUniversal);
}

const nameOf = (fact: Fact): string => (fact.kind === "dependency" ? fact.dependent.name : "");

function surveyedClauses(one: SurveyedDependency, words: Vocabulary): readonly string[] {
  const { dependent, dependency, origin, versions, required, text, isVague } = one;
  const bounds = describeNeed({ subject: dependency, positive: false, range: required }, words);
  const whole = text === undefined ? undefined : dependency.label + text + whyImpossible({ required, text });
  const wanted = whole ?? (isVague ? `certain versions of ${bounds}` : bounds);
  const subject = describeSubject(dependent, versions, words);
  if (origin === "requirement") return [`${subject} requires ${wanted}`];
  return [`${subject} requires ${dependency.label}`, `your constraints allow only ${wanted}`];
}

/** `a, b and c`, each once. A bare need is left out beside one that says more of the same package. */
export function joinClauses(clauses: readonly string[]): string {
  const distinct = [...new Set(clauses)];
  const saysMore = (clause: string): boolean =>
    distinct.some((one) => one.startsWith(clause) && /[=<>!~]/.test(one.charAt(clause.length)));
  const told = distinct.filter((clause) => !isNeed(clause) || !saysMore(clause));
  return told.length < 2 ? told.join("") : `${told.slice(0, -1).join(", ")} and ${told.at(-1)}`;
}

const isNeed = (clause: string): boolean => / requires? \S+$/.test(clause);

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
      return describeProxy(fact.proxy, fact.base);
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

function describeDependency(fact: Dependency, words: Vocabulary): string {
  if (fact.origin === "extra") return describeProxy(fact.dependent, fact.dependency);
  return `${describeDependent(fact, words)} ${fact.dependency.label}${fact.text}${whyImpossible(fact)}`;
}

const describeDependent = ({ dependent, versions }: Dependency, words: Vocabulary): string =>
  dependent.kind === "root" ? "you require" : `${describeSubject(dependent, versions, words)} requires`;

/** `foo[x]` is more than one package to the solver, all at one version; to a reader it is one. */
const describeProxy = (proxy: Subject, project: Subject): string => `${proxy.label} is ${project.name} with an extra`;

/**
 * What has to be said besides where the fact is used to find out which version is needed: that a package with an extra
 * is of a certain version holds only because there is no other.
 */
export function onlyVersionClauses(fact: Fact, words: Vocabulary): readonly string[] {
  if (fact.kind !== "dependency" || fact.origin !== "extra") return [];
  const { name } = fact.dependency;
  const releases = words.releasesOf(name);
  const exactly = (range: VersionRange): string =>
    describeExactly({ label: name, range, written: undefined }, releases);
  return [`${exactly(fact.required)} is the only version of ${exactly(fact.versions)}`];
}

/** A fact as clauses that can stand beside each other: a constraint says nothing of what nobody requires. */
export function factClauses(fact: Fact, words: Vocabulary): readonly string[] {
  if (fact.kind !== "dependency" || fact.origin !== "constraint") return [describeFact(fact, words)];
  const allowed = `${fact.dependency.label}${fact.text}${whyImpossible(fact)}`;
  return [`${describeDependent(fact, words)} ${fact.dependency.label}`, `your constraints allow only ${allowed}`];
}

/** Why nothing can meet a requirement, where that follows from its specifiers and the spelling of releases alone. */
function whyImpossible({ required, text }: { readonly required: VersionRange; readonly text: string }): string {
  if (required.length > 0) return "";
  return text.includes("===") ? " (no release is spelled so)" : " (which no version meets)";
}

type Dependency = Extract<Fact, { kind: "dependency" }>;
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
  { subject, versions, reason, wheels }: Extract<Fact, { kind: "unusable" }>,
  words: Vocabulary,
): string {
  const which = describeSubject(subject, versions, words);
  const detail = reason.detail.trim();
  if (reason.kind === "yanked") return `${which} was yanked${detail === "" ? "" : ` (${detail})`}`;
  const told = wheels === undefined ? detail : describeWheelTargets(wheels, words.tags);
  return `${which} cannot be used (${told})`;
}

/** What an incompatibility means, as a sentence about what has to or cannot be. */
export function describeConclusion(terms: readonly StatedTerm[], words: Vocabulary): string {
  const about = terms.filter(({ subject }) => subject.kind !== "root");
  const selected = about.filter(({ positive }) => positive).map((term) => describeTerm(term, words));
  const needed = about.filter(({ positive }) => !positive).map((term) => describeNeed(term, words));
  const isOurs = about.length < terms.length;
  if (about.length === 0) return "your requirements cannot be met";
  if (selected.length === 0) return `${isOurs ? "you need" : "there has to be"} ${needed.join(" or ")}`;
  if (needed.length > 0) return `${selected.join(" with ")} needs ${needed.join(" or ")}`;
  if (selected.length === 1) return `${selected[0]} cannot be used${isOurs ? " with your requirements" : ""}`;
  return `${selected.slice(0, -1).join(", ")} and ${selected.at(-1)} cannot be used together`;
}
