/**
 * Tells a proof in sentences. The order follows PubGrub's error reporting: a step is told right before it is used, a
 * step that is used twice gets a number, and facts are named where they are needed.
 */

import { anyVersion, type VersionRange } from "../versions/range.ts";
import type { Derivation, DerivationStep, Fact, StatedTerm } from "./derivation.ts";
import { describeFact, describeNeed, describeTerm, listed, surveyClauses, type Vocabulary } from "./fact-words.ts";
import type { Releases } from "./release-source.ts";
import { findSurveys, makeSurvey, type Survey } from "./survey.ts";
import { surveyProves } from "./survey-proof.ts";

type Derived = Extract<DerivationStep, { kind: "derived" }>;

interface Telling {
  readonly steps: readonly DerivationStep[];
  readonly words: Vocabulary;
  /** How many later steps use a step. */
  readonly uses: readonly number[];
  readonly lines: string[];
  /** Facts of the parts of the proof that may be told in one sentence. */
  readonly surveyed: readonly (readonly Fact[] | undefined)[];
  readonly surveys: Map<number, Survey | undefined>;
  /** Numbers of steps that were told and are needed again. */
  readonly numbers: Map<number, number>;
}

export interface ExplanationContext {
  /** Existing releases, where they are known, make ranges shorter. */
  readonly releases: ReadonlyMap<string, Releases>;
  /** The version of the Python that is resolved for. */
  readonly python: string;
}

/** The explanation, a sentence a line. */
export function explainDerivation(derivation: Derivation, { releases, python }: ExplanationContext): string {
  const { steps } = derivation;
  const uses = steps.map(() => 0);
  for (const step of steps)
    if (step.kind === "derived") for (const from of step.from) uses[from] = (uses[from] ?? 0) + 1;
  const words: Vocabulary = { releasesOf: (name) => releases.get(name), written: rangeWriter(steps), python };
  const surveyed = findSurveys(derivation);
  const telling: Telling = { steps, words, uses, surveyed, surveys: new Map(), lines: [], numbers: new Map() };
  const last = steps.length - 1;
  const only = steps[last];
  if (only?.kind === "fact") telling.lines.push(`Because ${factAt(telling, last)}, your requirements cannot be met.`);
  else tellStep(telling, last);
  return telling.lines.join("\n");
}

/** Prefers the text that a requirement used for a range, so that `==1.0` is not told as `==1`. */
function rangeWriter(steps: readonly DerivationStep[]): (range: VersionRange) => string | undefined {
  const texts = new Map<string, string>([[anyVersion.join(), ""]]);
  for (const step of steps) {
    if (step.kind !== "fact" || step.fact.kind !== "dependency" || step.fact.required.length === 0) continue;
    texts.set(step.fact.required.join(), step.fact.text);
  }
  return (range) => texts.get(range.join());
}

function tellStep(telling: Telling, at: number): void {
  const step = telling.steps[at];
  if (step?.kind !== "derived" || telling.numbers.has(at)) return;
  const conclusion = describeConclusion(step.terms, telling.words);
  const survey = surveyAt(telling, at);
  const reasons =
    survey === undefined ? reasonsFor(telling, step) : `Because ${listed(surveyClauses(survey, telling.words))}`;
  pushLine(telling, at, `${reasons}, ${conclusion}`);
}

function pushLine(telling: Telling, at: number, sentence: string): void {
  if ((telling.uses[at] ?? 0) < 2) {
    telling.lines.push(`${sentence}.`);
    return;
  }
  const number = telling.numbers.size + 1;
  telling.numbers.set(at, number);
  telling.lines.push(`${sentence}. (${number})`);
}

/** Tells what the step needs that was not told yet, and returns the beginning of its own sentence. */
function reasonsFor(telling: Telling, { from: [left, right] }: Derived): string {
  const leftIsFact = isFact(telling, left);
  if (leftIsFact && isFact(telling, right)) return `Because ${factAt(telling, left)} and ${factAt(telling, right)}`;
  if (leftIsFact || isFact(telling, right)) return besidesFact(telling, leftIsFact ? [right, left] : [left, right]);
  const toldLeft = telling.numbers.has(left);
  const toldRight = telling.numbers.has(right);
  if (toldLeft && toldRight) return `Because ${known(telling, left)} and ${known(telling, right)}`;
  if (toldLeft || toldRight) {
    const [told, open] = toldLeft ? [left, right] : [right, left];
    tellStep(telling, open);
    return `And because ${known(telling, told)}`;
  }
  return bothOpen(telling, left, right);
}

function bothOpen(telling: Telling, left: number, right: number): string {
  tellStep(telling, left);
  if (!telling.numbers.has(left)) {
    // Only now: telling it may have given out numbers.
    const number = telling.numbers.size + 1;
    telling.numbers.set(left, number);
    telling.lines.push(`${(telling.lines.pop() ?? "").replace(/\.$/, "")}. (${number})`);
  }
  tellStep(telling, right);
  return `And because ${known(telling, left)}`;
}

function besidesFact(telling: Telling, [derived, fact]: readonly [number, number]): string {
  if (telling.numbers.has(derived)) return `Because ${factAt(telling, fact)} and ${known(telling, derived)}`;
  tellStep(telling, derived);
  return `And because ${factAt(telling, fact)}`;
}

/** The sentence that stands for a whole part of the proof, if there is a good one. */
function surveyAt({ surveyed, surveys, steps, words }: Telling, at: number): Survey | undefined {
  const facts = surveyed[at];
  if (facts === undefined || surveys.has(at)) return surveys.get(at);
  const terms = steps[at]?.terms ?? [];
  const about = facts.find((fact) => fact.kind === "dependency" && fact.dependent.kind !== "root");
  const releases = about?.kind === "dependency" ? words.releasesOf(about.dependent.name) : undefined;
  const proves = (survey: Survey): boolean => releases !== undefined && surveyProves({ survey, terms, releases });
  const survey = makeSurvey(facts, proves);
  surveys.set(at, survey);
  return survey;
}

/** Is it told where it is used, without a sentence of its own? */
const isFact = (telling: Telling, at: number): boolean =>
  telling.steps[at]?.kind === "fact" || onlyClause(telling, at) !== undefined;

function factAt(telling: Telling, at: number): string {
  const step = telling.steps[at];
  if (step?.kind === "fact") return describeFact(step.fact, telling.words);
  return onlyClause(telling, at) ?? known(telling, at);
}

/** The one clause of a survey that says the same as its conclusion: "because a requires b, a needs b" says nothing. */
function onlyClause(telling: Telling, at: number): string | undefined {
  const { steps, words } = telling;
  const survey = surveyAt(telling, at);
  const step = steps[at];
  if (survey === undefined || step?.kind !== "derived") return undefined;
  const [clause, ...others] = surveyClauses(survey, words);
  const conclusion = describeConclusion(step.terms, words).replace(" needs ", " requires ");
  return others.length === 0 && clause === conclusion ? clause : undefined;
}

/** A conclusion that was told before, with its number. */
function known(telling: Telling, at: number): string {
  return `${describeConclusion(telling.steps[at]?.terms ?? [], telling.words)} (${telling.numbers.get(at)})`;
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
