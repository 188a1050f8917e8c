/**
 * Tells a proof in sentences. The order follows PubGrub's error reporting: a step is told right before it is used, a
 * step that is used twice gets a number, and facts are named where they are needed. What is told at all, and as what,
 * is decided before (proof-outline.ts).
 */
import { assert } from "@vivarium/core/assert";
import { anyVersion, type VersionRange } from "../versions/range.ts";
import type { Derivation, DerivationStep } from "./derivation.ts";
import { joinClauses, surveyClauses, type Vocabulary } from "./fact-words.ts";
import { outlineProof, type ToldStep } from "./proof-outline.ts";
import type { Releases } from "./release-source.ts";

type Derived = Extract<ToldStep, { kind: "derived" }>;

interface Telling {
  readonly outline: ReadonlyMap<number, ToldStep>;
  readonly words: Vocabulary;
  readonly lines: string[];
  /** Numbers of steps that were told and are needed again. */
  readonly numbers: Map<number, number>;
}

export interface ExplanationContext {
  /** Existing releases, where they are known, make ranges shorter. */
  readonly releases: ReadonlyMap<string, Releases>;
  /** The version of the Python that is resolved for. */
  readonly python: string;
  /** The wheel tags of the target, best first. */
  readonly tags: readonly string[];
}

/** The explanation, a sentence a line; of a very long one the end, with a line that says so. */
export function explainDerivation(derivation: Derivation, { releases, python, tags }: ExplanationContext): string {
  const { steps } = derivation;
  const words: Vocabulary = { releasesOf: (name) => releases.get(name), written: rangeWriter(steps), python, tags };
  const telling: Telling = { outline: outlineProof(derivation, words), words, lines: [], numbers: new Map() };
  const last = steps.length - 1;
  const step = toldAt(telling, last);
  if (step.kind === "clauses") pushLine(telling, last, `Because ${joinClauses(step.clauses)}, ${impossible}`);
  else tellStep(telling, last);
  return shortened(telling.lines).join("\n");
}

/** More sentences than this nobody reads, and the last ones say most: they speak of what the user asked for. */
const sentencesMax = 40;
const sentencesKept = 12;

function shortened(sentences: readonly string[]): readonly string[] {
  if (sentences.length <= sentencesMax) return sentences;
  const about = `Of ${sentences.length} sentences these are the last ${sentencesKept};`;
  return [`${about} \`--format=json\` has the whole derivation.`, ...sentences.slice(-sentencesKept)];
}

/** What the last step of every proof says. */
const impossible = "your requirements cannot be met";

/** Prefers the text that a requirement used for a range, so that `==1.0` is not told as `==1`. */
function rangeWriter(steps: readonly DerivationStep[]): (range: VersionRange) => string | undefined {
  const texts = new Map<string, string>([[anyVersion.join(), ""]]);
  for (const step of steps) {
    if (step.kind !== "fact" || step.fact.kind !== "dependency" || step.fact.required.length === 0) continue;
    texts.set(step.fact.required.join(), step.fact.text);
  }
  return (range) => texts.get(range.join());
}

function toldAt({ outline }: Telling, at: number): ToldStep {
  const step = outline.get(at);
  assert(step !== undefined, "what a told step needs is told");
  return step;
}

function tellStep(telling: Telling, at: number): void {
  const step = toldAt(telling, at);
  if (step.kind === "clauses" || telling.numbers.has(at)) return;
  const reasons =
    step.kind === "survey"
      ? `Because ${joinClauses(surveyClauses(step.survey, telling.words))}`
      : reasonsFor(telling, step);
  pushLine(telling, at, `${reasons}, ${step.conclusion}`);
}

function pushLine(telling: Telling, at: number, sentence: string): void {
  const step = toldAt(telling, at);
  if (step.kind === "clauses" || !step.isShared) telling.lines.push(`${sentence}.`);
  else telling.lines.push(`${sentence}. (${takeNumber(telling, at)})`);
}

function takeNumber({ numbers }: Telling, at: number): number {
  const number = numbers.size + 1;
  numbers.set(at, number);
  return number;
}

/** Tells what the step needs that was not told yet, and returns the beginning of its own sentence. */
function reasonsFor(telling: Telling, { causes, conclusion }: Derived): string {
  const isNeed = /\bneeds? |^there has to be /.test(conclusion);
  const clauses = causes.flatMap((cause) => clausesAt(telling, cause, { isNeed }));
  const open = causes.filter((cause) => !canBeNamed(telling, cause));
  const [first, second] = open;
  if (first === undefined) return `Because ${joinClauses(clauses)}`;
  tellStep(telling, first);
  if (second === undefined) {
    // One cause that both of the solver's say, and nothing besides: the sentence before is the whole reason.
    return clauses.length === 0 ? `And because ${conclusionAt(telling, first)}` : `And because ${joinClauses(clauses)}`;
  }
  if (!telling.numbers.has(first)) {
    // Only now: telling it may have given out numbers.
    const sentence = (telling.lines.pop() ?? "").replace(/\.$/, "");
    telling.lines.push(`${sentence}. (${takeNumber(telling, first)})`);
  }
  tellStep(telling, second);
  return `And because ${known(telling, first)}`;
}

/** Can it be named in a sentence as it stands: as a clause, or by its number? */
const canBeNamed = (telling: Telling, at: number): boolean =>
  toldAt(telling, at).kind === "clauses" || telling.numbers.has(at);

/** `isNeed`: for a conclusion that says what is needed. */
function clausesAt(telling: Telling, at: number, { isNeed }: { readonly isNeed: boolean }): readonly string[] {
  const step = toldAt(telling, at);
  if (step.kind === "clauses") return isNeed ? [...step.clauses, ...step.ofNeeds] : step.clauses;
  return telling.numbers.has(at) ? [known(telling, at)] : [];
}

function conclusionAt(telling: Telling, at: number): string {
  const step = toldAt(telling, at);
  assert(step.kind !== "clauses", "clauses have no conclusion of their own");
  return step.conclusion;
}

/** A conclusion that was told before, with its number. */
const known = (telling: Telling, at: number): string => `${conclusionAt(telling, at)} (${telling.numbers.get(at)})`;
