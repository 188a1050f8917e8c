/**
 * Decides which steps of a proof are told, and as what.
 *
 * The solver's steps are finer than a reader's. In: a derivation and the words for it. Out: for each step one of
 *
 *   clauses   told within the sentence that needs it: facts, absences that were put together, a release for another
 *             Python, a survey of one clause
 *   survey    told by one sentence about all facts that it comes from (survey.ts)
 *   causes    told by a sentence that follows from two others
 *
 * A step that says the same in words as another one is told as that one: `foo[x]` is two packages to the solver and one
 * to the reader, and a range may grow by versions that nobody ever released.
 */
import { assert } from "@vivarium/core/assert";
import type { Derivation, DerivationStep, Fact } from "./derivation.ts";
import {
  describeConclusion,
  describeFact,
  factClauses,
  onlyVersionClauses,
  surveyClauses,
  type Vocabulary,
} from "./fact-words.ts";
import { findSurveys, makeSurvey, projectOf, type Survey } from "./survey.ts";
import { surveyProves } from "./survey-proof.ts";

export type ToldStep =
  | ToldClauses
  | (ToldSentence & { readonly kind: "survey"; readonly survey: Survey })
  | (ToldSentence & {
      readonly kind: "derived";
      /** What it follows from, as it is told: one step where both causes say the same. */
      readonly causes: readonly number[];
    });

interface ToldClauses {
  readonly kind: "clauses";
  readonly clauses: readonly string[];
  /** Told besides where the sentence concludes what is needed. */
  readonly ofNeeds: readonly string[];
}

interface ToldSentence {
  readonly conclusion: string;
  /** Do several sentences need it? */
  readonly isShared: boolean;
}

interface Drafting {
  readonly steps: readonly DerivationStep[];
  readonly words: Vocabulary;
  /** Facts of the parts of the proof that may be told in one sentence. */
  readonly surveyed: readonly (readonly Fact[] | undefined)[];
  readonly drafts: Map<number, Draft>;
}

type Draft =
  | ToldClauses
  | { readonly kind: "survey"; readonly survey: Survey; readonly conclusion: string }
  | { readonly kind: "derived"; readonly conclusion: string };

/** How each step is told that the last one needs, by its place; the last one too. */
export function outlineProof(derivation: Derivation, words: Vocabulary): ReadonlyMap<number, ToldStep> {
  const { steps } = derivation;
  const drafting: Drafting = { steps, words, surveyed: findSurveys(derivation), drafts: new Map() };
  const last = steps.length - 1;
  const needed = reachable(last, (at) => causesOf(steps, at, draftAt(drafting, at)));
  const toldAs = foldRepeats(drafting, needed);
  const causes = (at: number): readonly number[] => {
    const told = causesOf(steps, at, draftAt(drafting, at)).map((cause) => toldAs.get(cause) ?? cause);
    return [...new Set(told)];
  };
  const kept = reachable(last, causes);
  const uses = new Map<number, number>();
  for (const at of kept) for (const cause of causes(at)) uses.set(cause, (uses.get(cause) ?? 0) + 1);
  const isShared = (at: number): boolean => (uses.get(at) ?? 0) > 1;
  const told = (at: number): ToldStep => {
    const draft = draftAt(drafting, at);
    if (draft.kind === "clauses") return draft;
    if (draft.kind === "survey") return { ...draft, isShared: isShared(at) };
    return { ...draft, causes: causes(at), isShared: isShared(at) };
  };
  return new Map(kept.map((at) => [at, told(at)]));
}

/** The steps that a step needs, itself included, ascending: causes come before what follows from them. */
function reachable(from: number, causes: (at: number) => readonly number[]): readonly number[] {
  const found = new Set([from]);
  // A set visits what is added while it is walked.
  for (const at of found) for (const cause of causes(at)) found.add(cause);
  return [...found].sort((left, right) => left - right);
}

function causesOf(steps: readonly DerivationStep[], at: number, draft: Draft): readonly number[] {
  const step = steps[at];
  return draft.kind === "derived" && step?.kind === "derived" ? step.from : [];
}

/** By place, the step that is told instead: a fact that says the same, else the first such step. */
function foldRepeats({ steps, words, drafts }: Drafting, needed: readonly number[]): ReadonlyMap<number, number> {
  const first = new Map<string, number>();
  const conclusions = needed.slice(0, -1).map((at) => [at, describeConclusion(steps[at]?.terms ?? [], words)] as const);
  const facts = conclusions.filter(([at]) => saysItsConclusion(steps[at]));
  const others = conclusions.filter(([at]) => steps[at]?.kind === "derived");
  const toldAs = new Map<number, number>();
  for (const [at, conclusion] of [...facts, ...others]) {
    const known = first.get(conclusion);
    if (known === undefined) first.set(conclusion, at);
    // What leaves bounds out in the same words may leave out other ones.
    else if (drafts.get(at)?.kind !== "clauses" && !conclusion.includes("certain versions of")) toldAs.set(at, known);
  }
  return toldAs;
}

/** That `foo[x]` is of the version of `foo` is less than what follows from it for the releases that exist. */
function saysItsConclusion(step: DerivationStep | undefined): boolean {
  if (step?.kind !== "fact" || step.fact.kind === "same-version") return false;
  return step.fact.kind !== "dependency" || step.fact.origin !== "extra";
}

function draftAt(drafting: Drafting, at: number): Draft {
  const known = drafting.drafts.get(at) ?? makeDraft(drafting, at);
  drafting.drafts.set(at, known);
  return known;
}

function makeDraft(drafting: Drafting, at: number): Draft {
  const { steps, words } = drafting;
  const step = steps[at];
  assert(step !== undefined, "causes are part of the proof");
  if (step.kind === "fact") {
    return { kind: "clauses", clauses: factClauses(step.fact, words), ofNeeds: onlyVersionClauses(step.fact, words) };
  }
  const absorbed = absorbedClause(drafting, at);
  if (absorbed !== undefined) return { kind: "clauses", clauses: [absorbed], ofNeeds: [] };
  const conclusion = describeConclusion(step.terms, words);
  const survey = surveyAt(drafting, at);
  if (survey === undefined) return { kind: "derived", conclusion };
  const clauses = surveyClauses(survey, words);
  // "Because a requires b, a needs b" says nothing.
  const isClause = clauses.length === 1 && clauses[0] === conclusion.replace(" needs ", " requires ");
  return isClause ? { kind: "clauses", clauses, ofNeeds: [] } : { kind: "survey", survey, conclusion };
}

/** A derived step that a person would hold for one fact. */
function absorbedClause({ steps, words }: Drafting, at: number): string | undefined {
  const absence = absenceAt(steps, at);
  if (absence !== undefined) return describeFact(absence, words);
  const step = steps[at];
  if (step?.kind !== "derived") return undefined;
  const limits = step.from.flatMap((cause) => limitAt(steps, cause));
  const targets = step.from.flatMap((cause) => absenceAt(steps, cause) ?? []);
  const [limit] = limits;
  if (limit === undefined || targets[0]?.subject.kind !== "python") return undefined;
  return `${describeFact(limit, words)} (${describeFact(targets[0], words)})`;
}

function limitAt(steps: readonly DerivationStep[], at: number): Extract<Fact, { kind: "requires-python" }>[] {
  const step = steps[at];
  return step?.kind === "fact" && step.fact.kind === "requires-python" ? [step.fact] : [];
}

type Absence = Extract<Fact, { kind: "no-versions" }>;

/** The absence that a step states, where it follows from nothing but absences of one package. */
function absenceAt(steps: readonly DerivationStep[], at: number): Absence | undefined {
  const step = steps[at];
  if (step === undefined) return undefined;
  if (step.kind === "fact") return step.fact.kind === "no-versions" ? step.fact : undefined;
  const [left, right] = step.from.map((cause) => absenceAt(steps, cause));
  const [term] = step.terms;
  if (left === undefined || right === undefined || term === undefined || step.terms.length !== 1) return undefined;
  return { kind: "no-versions", subject: term.subject, range: term.range };
}

/** The sentence that stands for a whole part of the proof, if there is a good one. */
function surveyAt({ surveyed, steps, words }: Drafting, at: number): Survey | undefined {
  const facts = surveyed[at];
  if (facts === undefined) return undefined;
  const terms = steps[at]?.terms ?? [];
  const project = facts.map(projectOf).find((name) => name !== "");
  const releases = project === undefined ? undefined : words.releasesOf(project);
  const proves = (survey: Survey): boolean => releases !== undefined && surveyProves({ survey, terms, releases });
  return makeSurvey(facts, proves);
}
