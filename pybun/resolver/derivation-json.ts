/** The derivation tree as it stands in the JSON output: snake_case, ranges as text, steps by index. */
import { formatRange } from "../versions/range.ts";
import type { WheelTargets } from "../versions/wheel-targets.ts";
import type { Derivation, DerivationStep, Fact } from "./derivation.ts";

/** One step: terms that cannot all hold, and why. `from` names two earlier steps by their position. */
export interface DerivationStepJson {
  readonly terms: readonly { readonly package: string; readonly selected: boolean; readonly versions: string }[];
  readonly from?: readonly number[];
  readonly pivot?: string;
  readonly fact?: FactJson;
}

/** `wheels` has the tags of Pythons and platforms, where the wheels of those versions are for others than the target. */
type FactJson = Readonly<Record<string, string | boolean | WheelTargets>>;

/** Steps in an order in which causes come before what follows from them; the last is the contradiction. */
export function derivationJson(derivation: Derivation): { readonly steps: readonly DerivationStepJson[] } {
  return { steps: derivation.steps.map(stepJson) };
}

function stepJson(step: DerivationStep): DerivationStepJson {
  const terms = step.terms.map(({ subject, positive, range }) => ({
    package: subject.label,
    selected: positive,
    versions: formatRange(range),
  }));
  if (step.kind === "derived") return { terms, from: step.from, pivot: step.pivot.label };
  return { terms, fact: factJson(step.fact) };
}

function factJson(fact: Fact): FactJson {
  switch (fact.kind) {
    case "root":
      return { kind: "root" };
    case "dependency":
      return {
        kind: "dependency",
        package: fact.dependent.label,
        versions: formatRange(fact.versions),
        requires: fact.dependency.label + fact.text,
        origin: fact.origin,
      };
    case "same-version":
      return { kind: "same_version", package: fact.proxy.label, requires: fact.base.label };
    case "requires-python":
      return {
        kind: "requires_python",
        package: fact.dependent.label,
        versions: formatRange(fact.versions),
        requires: fact.text,
      };
    case "no-versions":
      return { kind: "no_versions", package: fact.subject.label, versions: formatRange(fact.range) };
    case "unknown-project":
      return { kind: "unknown_project", package: fact.subject.label, offline: fact.offline };
    case "unusable":
      return {
        kind: "unusable",
        package: fact.subject.label,
        versions: formatRange(fact.versions),
        reason: fact.reason.kind,
        detail: fact.reason.detail,
        ...(fact.wheels === undefined ? {} : { wheels: fact.wheels }),
      };
  }
}
