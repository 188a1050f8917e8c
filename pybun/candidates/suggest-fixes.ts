/**
 * Changes that would make a conflict solvable. Each one was solved before it is suggested; the source remembers what
 * it was asked, so that most of this costs no requests.
 */
import { type Fix, Problem } from "@vivarium/core/diagnostic";
import type { Derivation } from "../resolver/derivation.ts";
import type { Pin } from "../resolver/pins.ts";
import { type ResolveRequest, resolve } from "../resolver/resolve.ts";
import { formatRequirement, type Requirement } from "../versions/requirement.ts";
import { requirementText } from "../versions/requirement-text.ts";
import type { Specifier } from "../versions/specifier.ts";
import { AttemptEnded, withinBudget } from "./within-budget.ts";

/** Enough for the requirements that a person would think of, and an end to the search in huge conflicts. */
const attemptsMax = 6;

interface Attempt {
  readonly request: ResolveRequest;
  readonly fix: (pins: readonly Pin[]) => Fix;
}

/** With empty caches an attempt may want hundreds of pages; a person waits for the conflict, which is known already. */
const budgetMs = 2_000;

/**
 * Fixes that work, most modest first. All are tried at once; one that takes longer than the budget is not suggested.
 */
export async function suggestFixes(
  request: ResolveRequest,
  derivation: Derivation,
  limits: { readonly budgetMs: number } = { budgetMs },
): Promise<readonly Fix[]> {
  return withinBudget({ ...limits, signal: request.signal }, async ({ signal, inTime }) => {
    const attempts = attemptsFor(request, derivation).slice(0, attemptsMax);
    const fixes = await Promise.all(
      attempts.map(async ({ request: changed, fix }) => {
        const pins = await inTime(tryResolve({ ...changed, signal }));
        return pins === undefined ? [] : [fix(pins)];
      }),
    );
    return fixes.flat();
  });
}

/** An attempt that cannot even be made, for lack of network say, is no suggestion. */
async function tryResolve(request: ResolveRequest): Promise<readonly Pin[] | undefined> {
  try {
    const outcome = await resolve(request);
    return outcome.kind === "solved" && !outcome.pins.some((pin) => isYankedFor(pin, request))
      ? outcome.pins
      : undefined;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof AttemptEnded)) throw error;
    return undefined;
  }
}

/** The source admits yanked releases that the user pinned; who no longer pins one would not get it. */
function isYankedFor({ name, file }: Pin, { requirements, constraints }: ResolveRequest): boolean {
  if (file.yanked === false) return false;
  const pins = ({ operator, ...rest }: Specifier): boolean =>
    operator === "===" || (operator === "==" && "prefix" in rest && !rest.prefix);
  return ![...requirements, ...constraints].some((one) => one.name === name && one.specifiers.some(pins));
}

function attemptsFor(request: ResolveRequest, derivation: Derivation): readonly Attempt[] {
  const involved = new Set(derivation.steps.flatMap(({ terms }) => terms.map(({ subject }) => subject.name)));
  const restricts = ({ name, specifiers }: Requirement): boolean => specifiers.length > 0 && involved.has(name);
  const relaxed = request.requirements.filter(restricts).map((requirement) => relaxRequirement(request, requirement));
  const dropped = request.constraints.filter(restricts).map((constraint) => dropConstraint(request, constraint));
  const fewer = request.requirements
    .filter(({ name, extras }) => extras.length > 1 && involved.has(name))
    .flatMap((requirement) => requirement.extras.map((extra) => dropExtra(request, requirement, extra)));
  return [...allowPrereleases(request, derivation), ...relaxed, ...dropped, ...fewer];
}

function relaxRequirement(request: ResolveRequest, requirement: Requirement): Attempt {
  return replaceRequirement(request, requirement, { ...requirement, specifiers: [] });
}

/** Extras of one package may contradict each other. */
function dropExtra(request: ResolveRequest, requirement: Requirement, extra: string): Attempt {
  const extras = requirement.extras.filter((other) => other !== extra);
  return replaceRequirement(request, requirement, { ...requirement, extras });
}

function replaceRequirement(request: ResolveRequest, requirement: Requirement, relaxed: Requirement): Attempt {
  return {
    request: {
      ...request,
      requirements: request.requirements.map((other) => (other === requirement ? relaxed : other)),
    },
    fix: (pins) => ({
      title: `'${formatRequirement(relaxed)}' instead of '${formatRequirement(requirement)}'${versionIn(pins, requirement.name)}`,
      kind: "edit",
      text: formatRequirement(relaxed),
    }),
  };
}

function dropConstraint(request: ResolveRequest, constraint: Requirement): Attempt {
  return {
    request: { ...request, constraints: request.constraints.filter((other) => other !== constraint) },
    fix: (pins) => ({
      title: `without the constraint '${requirementText(constraint)}'${versionIn(pins, constraint.name)}`,
      kind: "edit",
      text: "",
    }),
  };
}

function allowPrereleases(request: ResolveRequest, derivation: Derivation): readonly Attempt[] {
  const isAbsence = derivation.steps.some((step) => step.kind === "fact" && step.fact.kind === "no-versions");
  if (request.prerelease === "allow" || request.prerelease === "if-necessary" || !isAbsence) return [];
  const fix: Fix = { title: "with pre-releases allowed", kind: "option", text: "--prerelease=if-necessary" };
  return [{ request: { ...request, prerelease: "if-necessary" }, fix: () => fix }];
}

function versionIn(pins: readonly Pin[], name: string): string {
  const pin = pins.find((candidate) => candidate.name === name);
  return pin === undefined ? "" : `, which gives ${name} ${pin.version}`;
}
