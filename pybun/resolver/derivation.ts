/**
 * A failed resolution as data: the incompatibilities that lead to the contradiction, each once, causes before what
 * follows from them. This is what `data.derivation` holds, what the explanation is told from, and what replay checks.
 */
import { assert } from "@vivarium/core/assert";
import type { VersionRange } from "../versions/range.ts";
import type { WheelTargets } from "../versions/wheel-targets.ts";
import type { Cause, DependencyOrigin, Incompatibility } from "./incompatibility.ts";
import { type PackageKind, packageEntry, packageLabel } from "./package-table.ts";
import type { UnusableReason } from "./release-source.ts";
import type { SolverState } from "./solver-state.ts";

/** A package in a proof. */
export interface Subject {
  readonly kind: PackageKind;
  readonly name: string;
  readonly extra?: string;
  /** `foo`, `foo[extra]`, `python`; empty for the root. */
  readonly label: string;
}

export interface StatedTerm {
  readonly subject: Subject;
  /** Whether it says that the package is selected within the range, or that it is not. */
  readonly positive: boolean;
  readonly range: VersionRange;
}

export type Fact =
  | { readonly kind: "root" }
  | {
      readonly kind: "dependency";
      readonly dependent: Subject;
      readonly dependency: Subject;
      readonly versions: VersionRange;
      readonly required: VersionRange;
      readonly text: string;
      readonly origin: DependencyOrigin;
    }
  | { readonly kind: "same-version"; readonly proxy: Subject; readonly base: Subject; readonly range: VersionRange }
  | {
      readonly kind: "requires-python";
      readonly dependent: Subject;
      readonly versions: VersionRange;
      readonly required: VersionRange;
      readonly text: string;
    }
  | { readonly kind: "no-versions"; readonly subject: Subject; readonly range: VersionRange }
  | { readonly kind: "unknown-project"; readonly subject: Subject; readonly offline: boolean }
  | {
      readonly kind: "unusable";
      readonly subject: Subject;
      readonly versions: VersionRange;
      readonly reason: UnusableReason;
      /** What the wheels of these versions are for, where that is the reason. Told, and no part of what is proved. */
      readonly wheels?: WheelTargets;
    };

/** "These terms cannot all hold", with why. A derived step names two earlier steps by their index. */
export type DerivationStep =
  | { readonly kind: "fact"; readonly terms: readonly StatedTerm[]; readonly fact: Fact }
  | {
      readonly kind: "derived";
      readonly terms: readonly StatedTerm[];
      readonly from: readonly [number, number];
      readonly pivot: Subject;
    };

/** The last step is the contradiction: it speaks of nothing but the root, or of nothing at all. */
export interface Derivation {
  readonly steps: readonly DerivationStep[];
}

/** Collects what the terminal incompatibility follows from. */
export function deriveProof(state: SolverState, terminal: number): Derivation {
  const needed = new Set<number>([terminal]);
  // A set visits what is added while it is walked; causes always have smaller identifiers than what follows from them.
  for (const id of needed) {
    const cause = state.incompatibilities[id]?.cause;
    if (cause?.kind === "derived") needed.add(cause.left).add(cause.right);
  }
  const ordered = [...needed].sort((left, right) => left - right);
  const position = new Map(ordered.map((id, index) => [id, index]));
  const steps = ordered.map((id) => {
    const incompatibility = state.incompatibilities[id];
    assert(incompatibility !== undefined, "causes are stored");
    return stepOf(state, incompatibility, position);
  });
  return { steps };
}

function stepOf(
  state: SolverState,
  incompatibility: Incompatibility,
  position: ReadonlyMap<number, number>,
): DerivationStep {
  const { cause } = incompatibility;
  const terms = statedTerms(state, incompatibility);
  if (cause.kind !== "derived") return { kind: "fact", terms, fact: factOf(state, cause) };
  const left = position.get(cause.left);
  const right = position.get(cause.right);
  assert(left !== undefined && right !== undefined, "both causes are part of the proof");
  return { kind: "derived", terms, from: [left, right], pivot: subjectOf(state, cause.pivot) };
}

function statedTerms(state: SolverState, { packages, terms }: Incompatibility): StatedTerm[] {
  return packages.flatMap((package_, index) => {
    const term = terms[index];
    return term === undefined ? [] : [{ subject: subjectOf(state, package_), ...term }];
  });
}

function subjectOf(state: SolverState, package_: number): Subject {
  const { nameIndex: _, ...entry } = packageEntry(state.packages, package_);
  return { ...entry, label: packageLabel(entry) };
}

function factOf(state: SolverState, cause: Exclude<Cause, { kind: "derived" }>): Fact {
  const subject = (package_: number): Subject => subjectOf(state, package_);
  if (cause.kind === "root") return cause;
  if (cause.kind === "dependency") {
    return { ...cause, dependent: subject(cause.dependent), dependency: subject(cause.dependency) };
  }
  if (cause.kind === "same-version") return { ...cause, proxy: subject(cause.proxy), base: subject(cause.base) };
  if (cause.kind === "requires-python") return { ...cause, dependent: subject(cause.dependent) };
  return { ...cause, subject: subject(cause.subject) };
}
