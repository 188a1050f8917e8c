/**
 * Checks a proof step by step, without the solver: facts against the source, derived steps against the rule of
 * resolution. A proof that passes shows that the requirements cannot be met, whatever the solver did to find it.
 *
 * In: a derivation and the same setting that the solver had. Out: what is wrong, nothing where all steps hold.
 */
import { anyVersion, rangeContains, rangeOf, rangesEqual, type VersionRange } from "../versions/range.ts";
import { type DependencyEdge, releaseEdges } from "./dependency.ts";
import type { Derivation, DerivationStep, Fact, StatedTerm, Subject } from "./derivation.ts";
import { pythonRange } from "./python-range.ts";
import type { ReleaseStatus, Releases } from "./release-source.ts";
import { selectRelease } from "./select-release.ts";
import type { SolverSetting } from "./solver-setting.ts";
import { narrowBySpelling } from "./spelling.ts";
import { intersectTerms, isTrivial, negativeTerm, positiveTerm, type Term, termsEqual, uniteTerms } from "./term.ts";

export interface ReplaySetting extends SolverSetting {
  /** The version key of the target Python. */
  readonly pythonKey: string;
}

/** A step that does not hold. */
export interface ReplayFault {
  readonly step: number;
  readonly reason: string;
}

/** Replays every step. Asks the source for whatever a fact speaks of. */
export async function replayDerivation(
  derivation: Derivation,
  setting: ReplaySetting,
): Promise<readonly ReplayFault[]> {
  const faults: ReplayFault[] = [];
  for (const [step, stated] of derivation.steps.entries()) {
    const reason =
      stated.kind === "fact" ? await faultOfFact(stated, setting) : faultOfDerived(stated, step, derivation);
    if (reason !== undefined) faults.push({ step, reason });
  }
  const last = derivation.steps.at(-1);
  if (last === undefined || !last.terms.every(({ subject }) => subject.kind === "root")) {
    faults.push({ step: derivation.steps.length - 1, reason: "the last step is no contradiction" });
  }
  return faults;
}

type Terms = ReadonlyMap<string, Term>;

const keyOf = ({ kind, label }: Subject): string => `${kind} ${label}`;

function termsOf(stated: readonly StatedTerm[]): Terms {
  return new Map(stated.map(({ subject, positive, range }) => [keyOf(subject), { positive, range }]));
}

function differ(stated: readonly StatedTerm[], expected: Terms): boolean {
  const terms = termsOf(stated);
  const needed = [...expected].filter(([, term]) => !isTrivial(term));
  if (terms.size !== needed.length) return true;
  return needed.some(([key, term]) => {
    const own = terms.get(key);
    return own === undefined || !termsEqual(own, term);
  });
}

function faultOfDerived(
  step: Extract<DerivationStep, { kind: "derived" }>,
  at: number,
  { steps }: Derivation,
): string | undefined {
  const [left, right] = step.from.map((index) => (index < at ? steps[index] : undefined));
  if (left === undefined || right === undefined) return "it follows from a step that does not come before it";
  const pivot = keyOf(step.pivot);
  const expected = new Map(termsOf(left.terms));
  for (const [key, term] of termsOf(right.terms)) {
    const other = expected.get(key);
    const both = key === pivot ? uniteTerms : intersectTerms;
    expected.set(key, other === undefined ? term : both(other, term));
  }
  return differ(step.terms, expected) ? "it does not follow from its two causes" : undefined;
}

async function faultOfFact(
  step: Extract<DerivationStep, { kind: "fact" }>,
  setting: ReplaySetting,
): Promise<string | undefined> {
  if (differ(step.terms, expectedTerms(step.fact))) return "its terms do not say what the fact says";
  return (await holdsFact(step.fact, setting)) ? undefined : `the source does not confirm "${step.fact.kind}"`;
}

function expectedTerms(fact: Fact): Terms {
  switch (fact.kind) {
    case "root":
      return new Map([["root ", negativeTerm(anyVersion)]]);
    case "dependency":
      return implication([fact.dependent, fact.versions], [fact.dependency, fact.required]);
    case "same-version":
      return implication([fact.proxy, fact.range], [fact.base, fact.range]);
    case "requires-python":
      return new Map([
        [keyOf(fact.dependent), positiveTerm(fact.versions)],
        ["python python", negativeTerm(fact.required)],
      ]);
    case "no-versions":
      return new Map([[keyOf(fact.subject), positiveTerm(fact.range)]]);
    case "unknown-project":
      return new Map([[keyOf(fact.subject), positiveTerm(anyVersion)]]);
    case "unusable":
      return new Map([[keyOf(fact.subject), positiveTerm(fact.versions)]]);
  }
}

function implication(from: readonly [Subject, VersionRange], to: readonly [Subject, VersionRange]): Terms {
  const [dependent, versions] = from;
  const [dependency, required] = to;
  const terms = new Map([[keyOf(dependent), positiveTerm(versions)]]);
  const own = terms.get(keyOf(dependency));
  const needed = negativeTerm(required);
  return terms.set(keyOf(dependency), own === undefined ? needed : intersectTerms(own, needed));
}

async function holdsFact(fact: Fact, setting: ReplaySetting): Promise<boolean> {
  switch (fact.kind) {
    case "root":
      return true;
    case "same-version":
      return fact.proxy.kind === "extra" && fact.base.kind === "project" && fact.proxy.name === fact.base.name;
    case "dependency":
      return holdsDependency(fact, setting);
    case "requires-python":
      if (!rangesEqual(fact.required, pythonRange(fact.text))) return false;
      return everyRelease(setting, {
        subject: fact.dependent,
        versions: fact.versions,
        holds: (status) => status.kind === "python" && status.requiresPython === fact.text,
      });
    case "no-versions":
      if (fact.subject.kind === "python") return !rangeContains(fact.range, setting.pythonKey);
      return (
        selectRelease(await releasesOf(fact.subject, setting), fact.range, setting.selectionFor(fact.subject.name)) ===
        undefined
      );
    case "unknown-project":
      return (await releasesOf(fact.subject, setting)).kind === (fact.offline ? "offline" : "absent");
    case "unusable":
      return everyRelease(setting, {
        subject: fact.subject,
        versions: fact.versions,
        holds: (status) =>
          status.kind === "unusable" &&
          status.reason.kind === fact.reason.kind &&
          status.reason.detail === fact.reason.detail,
      });
  }
}

async function releasesOf(subject: Subject, setting: ReplaySetting): Promise<Releases> {
  return setting.source.releases(subject.name);
}

interface Claim {
  readonly subject: Subject;
  readonly versions: VersionRange;
  readonly holds: (status: ReleaseStatus) => boolean;
}

/** Does it hold for every release in the range, metadata read where the page alone does not tell? */
async function everyRelease(setting: ReplaySetting, { subject, versions, holds }: Claim): Promise<boolean> {
  const releases = await releasesOf(subject, setting);
  for (const release of releasesIn(releases, versions)) {
    if (holds(releases.statusAt(release))) continue;
    const answer = await edgesAt({ subject, releases, release }, setting);
    if (answer.kind === "edges" || !holds(answer)) return false;
  }
  return true;
}

function releasesIn(releases: Releases, versions: VersionRange): number[] {
  const all = Array.from({ length: releases.count }, (_, release) => release);
  return all.filter(
    (release) => rangeContains(versions, releases.keyAt(release)) && releases.statusAt(release).kind !== "hidden",
  );
}

async function holdsDependency(fact: Extract<Fact, { kind: "dependency" }>, setting: ReplaySetting): Promise<boolean> {
  const isStated = (edge: DependencyEdge): boolean =>
    edge.name === fact.dependency.name &&
    edge.extra === fact.dependency.extra &&
    edge.origin === fact.origin &&
    edge.text === fact.text &&
    rangesEqual(edge.range, fact.required);
  if (fact.dependent.kind === "root") return (await rootEdgesOf(setting)).some(isStated);
  const releases = await releasesOf(fact.dependent, setting);
  for (const release of releasesIn(releases, fact.versions)) {
    if (fact.dependent.kind === "extra") {
      if (!isProxyEdge(fact, { key: releases.keyAt(release), text: releases.textAt(release) })) return false;
    } else if (releases.statusAt(release).kind === "usable") {
      const answer = await edgesAt({ subject: fact.dependent, releases, release }, setting);
      if (answer.kind === "edges" && !answer.edges.some(isStated)) return false;
    }
  }
  return true;
}

/** `foo[x]` at a version requires `foo`, and what `x` adds, at that version. */
function isProxyEdge(fact: Extract<Fact, { kind: "dependency" }>, version: { key: string; text: string }): boolean {
  const { dependent, dependency } = fact;
  const isOwn =
    dependency.kind === "project" || (dependency.kind === "features" && dependency.extra === dependent.extra);
  if (fact.origin !== "extra" || dependency.name !== dependent.name || !isOwn) return false;
  return fact.text === `==${version.text}` && rangesEqual(fact.required, rangeOf(version));
}

const rootEdgesOf = ({ source, rootEdges }: ReplaySetting): Promise<readonly DependencyEdge[]> =>
  answered(() => narrowBySpelling(source, rootEdges));

async function edgesAt(asked: { subject: Subject; releases: Releases; release: number }, setting: ReplaySetting) {
  const question = { releases: asked.releases, release: asked.release, extra: asked.subject.extra };
  return answered(() => releaseEdges(setting, question));
}

/** Asks until nothing has to be waited for any more. */
async function answered<T>(ask: () => T | Promise<unknown>): Promise<T> {
  for (;;) {
    const answer = ask();
    if (!(answer instanceof Promise)) return answer;
    await answer;
  }
}
