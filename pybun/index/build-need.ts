/**
 * A source archive that would have to be built, as data and in words: who requires it, what its wheels are for, and
 * what was tried and works instead. Building comes with a later release.
 */
import type { Fix } from "@vivarium/core/diagnostic";
import { describeWheelTargets, newestPython, type WheelTargets } from "../versions/wheel-targets.ts";

export interface Requirer {
  readonly name: string;
  readonly version: string;
}

export interface BuildNeed {
  readonly name: string;
  readonly version: string;
  /** From the one that requires it to one that the user requires; empty where that is the package itself. */
  readonly requiredBy: readonly Requirer[];
  /** What the wheels of this version are for; absent where there is none. */
  readonly wheels?: WheelTargets;
  /** The wheel tags of the target, best first; told with `wheels`. */
  readonly tags?: readonly string[];
  /** The newest version with a wheel for the target, null where none has one; absent where that is not known. */
  readonly newestWheel?: string | null;
  /** A wheel may not be used, by `--no-binary`. */
  readonly isForcedSource: boolean;
  /** Each was resolved. */
  readonly fixes: readonly Fix[];
}

const chainMax = 6;

/** `; it is required by a 1.0, which b 2 requires`; nothing where the user requires it. */
export function requirersInWords(requiredBy: readonly Requirer[]): string {
  const [first, ...others] = requiredBy.slice(0, chainMax).map(({ name, version }) => `${name} ${version}`);
  if (first === undefined) return "";
  const rest = requiredBy.length > chainMax ? [`${requiredBy.length - chainMax} more in turn require`] : [];
  const further = [...others.map((label) => `${label} requires`), ...rest];
  return `; it is required by ${first}${further.map((clause) => `, which ${clause}`).join("")}`;
}

/** What to do: a change that was tried, else all that is known. */
export function buildHint(need: BuildNeed): string {
  const { name, version, requiredBy, wheels, tags = [], isForcedSource, fixes } = need;
  const [fix] = fixes;
  const later = "building from source comes with a later release.";
  if (isForcedSource) return `\`--no-binary\` asks for the source of ${name}: without it a wheel may serve; ${later}`;
  const release = `${name} ${version}`;
  const known =
    wheels === undefined
      ? `${release} exists as source only`
      : `${release} has no wheel to use: ${describeWheelTargets(wheels, tags)}`;
  if (fix !== undefined) return `This would work: ${fix.title}. ${known}; ${later}`;
  return [`${known}; ${later}`, ...newestInWords(need), ...pythonInWords(need), ...topInWords(requiredBy)].join(" ");
}

function newestInWords({ name, newestWheel }: BuildNeed): readonly string[] {
  if (newestWheel === undefined) return [];
  if (newestWheel === null) return [`No version of ${name} has a wheel for this Python and platform.`];
  return [`The newest version with a wheel for this Python and platform is ${newestWheel}.`];
}

function topInWords(requiredBy: readonly Requirer[]): readonly string[] {
  const top = requiredBy.at(-1);
  return top === undefined ? [] : [`Another version of ${top.name}, or fewer of its extras, may do without it.`];
}

function pythonInWords({ name, version, wheels }: BuildNeed): readonly string[] {
  const python = wheels === undefined ? undefined : newestPython(wheels);
  return python === undefined ? [] : [`There is a wheel of ${name} ${version} for \`--python ${python}\`.`];
}

/** For `data` of a diagnostic. */
export const buildNeedJson = ({
  name,
  version,
  requiredBy,
  wheels,
  newestWheel,
}: BuildNeed): Readonly<Record<string, unknown>> => ({
  name,
  version,
  required_by: requiredBy,
  ...(wheels === undefined ? {} : { wheels }),
  ...(newestWheel === undefined ? {} : { newest_wheel: newestWheel }),
});
