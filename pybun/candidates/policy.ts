/** What the user and the target admit as candidates; made once a resolution. */

import { createMarkerJudge, type ResolveTarget } from "../resolver/target.ts";
import type { Requirement } from "../versions/requirement.ts";
import { indexTags } from "../versions/tags.ts";
import { tryParseVersion, type Version } from "../versions/version.ts";

/** Projects by name, or all of them. */
export type ProjectChoice = "all" | ReadonlySet<string>;

export interface CandidatePolicy {
  /** Rank by wheel tag, smaller is better. */
  readonly tagIndex: ReadonlyMap<string, number>;
  /** The version key of the target Python. */
  readonly pythonKey: string;
  /** Projects whose wheels are not considered. */
  readonly noBinary: ProjectChoice;
  /** Projects whose source archives are not considered. */
  readonly onlyBinary: ProjectChoice;
  /** Files uploaded after this moment do not exist; nor do files that do not say when they were uploaded. */
  readonly excludeNewerMs?: number;
  /** By project, `sha256:…` of the files that may be used; projects that are not named may use any. */
  readonly requiredHashes?: ReadonlyMap<string, ReadonlySet<string>>;
  /** `name==key` of yanked releases that the user pinned exactly (PEP 592). */
  readonly pinned: ReadonlySet<string>;
  /** By `name==key`, the spelling of the version that the user asked for with `===` (PEP 440, "Arbitrary equality"). */
  readonly spelled: ReadonlyMap<string, string>;
}

export interface PolicyOptions {
  readonly noBinary?: ProjectChoice;
  readonly onlyBinary?: ProjectChoice;
  readonly excludeNewerMs?: number;
  readonly requiredHashes?: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The policy of a resolution. `requirements` are the user's own, constraints included: only they pin yanked releases. */
export function candidatePolicy(
  target: ResolveTarget,
  requirements: readonly Requirement[],
  options: PolicyOptions = {},
): CandidatePolicy {
  const judge = createMarkerJudge(target);
  const applicable = requirements.filter(({ marker }) => judge.holds(marker, undefined));
  let tagIndex: ReadonlyMap<string, number> | undefined;
  return {
    // Thousands of tags, for which a resolution from memory has no use.
    get tagIndex() {
      return (tagIndex ??= indexTags(target.tags));
    },
    pythonKey: target.python.key,
    noBinary: options.noBinary ?? new Set(),
    onlyBinary: options.onlyBinary ?? new Set(),
    ...(options.excludeNewerMs === undefined ? {} : { excludeNewerMs: options.excludeNewerMs }),
    ...(options.requiredHashes === undefined ? {} : { requiredHashes: options.requiredHashes }),
    pinned: new Set(requirements.flatMap(exactPins)),
    spelled: new Map(applicable.flatMap(spellings)),
  };
}

/** Whether a kind of file is ruled out for a project. A name goes before `all`, as with pip. */
export function rulesOut(
  { noBinary, onlyBinary }: Pick<CandidatePolicy, "noBinary" | "onlyBinary">,
  { kind, name }: { readonly kind: "wheel" | "sdist"; readonly name: string },
): boolean {
  const [these, others] = kind === "wheel" ? [noBinary, onlyBinary] : [onlyBinary, noBinary];
  return these === "all" ? others === "all" || !others.has(name) : these.has(name);
}

/** Whether the user pinned a release of the project exactly, which admits it even when it is yanked. */
export function pinsProject({ pinned }: CandidatePolicy, name: string): boolean {
  for (const pin of pinned) if (pin.startsWith(`${name}==`)) return true;
  return false;
}

function exactPins({ name, specifiers }: Requirement): string[] {
  return specifiers.flatMap((specifier) => {
    if (specifier.kind === "arbitrary") return spelledVersion(specifier.text).map(({ key }) => `${name}==${key}`);
    return specifier.operator === "==" && !specifier.prefix ? [`${name}==${specifier.version.key}`] : [];
  });
}

function spellings({ name, specifiers }: Requirement): [string, string][] {
  return specifiers.flatMap((specifier) =>
    specifier.kind === "arbitrary"
      ? spelledVersion(specifier.text).map(({ key, text }): [string, string] => [`${name}==${key}`, text])
      : [],
  );
}

function spelledVersion(text: string): Version[] {
  const version = tryParseVersion(text);
  return version === undefined ? [] : [version];
}
