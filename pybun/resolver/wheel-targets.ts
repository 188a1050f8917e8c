/**
 * For which Pythons and platforms there are wheels, where that is why releases cannot be used. Facts about neighbours
 * are one fact of the proof, whatever their wheels are for; what they are for together is added once the proof is made.
 */
import { rangeContains } from "../versions/range.ts";
import type { Derivation, DerivationStep } from "./derivation.ts";
import type { Releases, WheelTargets } from "./release-source.ts";

/** Pages have thousands of releases, and those looked at say enough. */
const releasesMax = 200;

/** The same proof, its facts about wheels with what these are for. */
export function withWheelTargets(derivation: Derivation, releases: ReadonlyMap<string, Releases>): Derivation {
  const told = (step: DerivationStep): DerivationStep => {
    if (step.kind !== "fact" || step.fact.kind !== "unusable" || step.fact.reason.kind !== "no-wheel") return step;
    const { subject, versions } = step.fact;
    const wheels = targetsWithin(releases.get(subject.name), (key) => rangeContains(versions, key));
    return wheels === undefined ? step : { ...step, fact: { ...step.fact, wheels } };
  };
  return { steps: derivation.steps.map(told) };
}

function targetsWithin(releases: Releases | undefined, isMeant: (key: string) => boolean): WheelTargets | undefined {
  if (releases?.wheelTargetsAt === undefined) return undefined;
  const pythons = new Set<string>();
  const platforms = new Set<string>();
  let looked = 0;
  for (let release = releases.count - 1; release >= 0 && looked < releasesMax; release--) {
    if (!isMeant(releases.keyAt(release))) continue;
    looked++;
    const targets = releases.wheelTargetsAt(release);
    for (const python of targets?.pythons ?? []) pythons.add(python);
    for (const platform of targets?.platforms ?? []) platforms.add(platform);
  }
  if (pythons.size + platforms.size === 0) return undefined;
  return { pythons: [...pythons].sort(), platforms: [...platforms].sort() };
}

const namesMax = 8;

/** `CPython 3.6, 3.7 and 3.8`, `win_amd64`; long lists end in a number. */
export function describeWheelTargets({ pythons, platforms }: WheelTargets): string {
  const told = [
    pythons.length === 0 ? [] : [describePythons(pythons)],
    platforms.length === 0 ? [] : [listed(platforms)],
  ];
  return told.flat().join(", for ");
}

function describePythons(tags: readonly string[]): string {
  const byImplementation = new Map<string, PythonTag[]>();
  for (const tag of tags.map(readPythonTag)) {
    byImplementation.set(tag.implementation, [...(byImplementation.get(tag.implementation) ?? []), tag]);
  }
  const each = Array.from(byImplementation, ([implementation, all]) => {
    const versions = all.toSorted((left, right) => left.major - right.major || left.minor - right.minor);
    return `${implementation} ${listed([...new Set(versions.map(({ text }) => text))])}`.trim();
  });
  return each.join(", ");
}

interface PythonTag {
  readonly implementation: string;
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

const implementations: Readonly<Record<string, string>> = { cp: "CPython", pp: "PyPy", py: "Python" };

/** `cp313-cp313t` is CPython 3.13t, the free-threaded one; `cp37-abi3` is for 3.7 and all later ones. */
function readPythonTag(tag: string): PythonTag {
  const [, letters = "", major = "", minor = "", abi = ""] = /^([a-z]+?)(\d)(\d*).*?-(.*)$/.exec(tag) ?? [];
  const ending = abi === "abi3" ? "+" : /^cp\d+t/.test(abi) ? "t" : "";
  const text = major === "" ? tag : `${major}${minor === "" ? "" : `.${minor}`}${ending}`;
  return { implementation: implementations[letters] ?? letters, major: Number(major), minor: Number(minor), text };
}

/** The newest minor version of CPython 3 that a wheel is for. */
export function newestPython({ pythons }: WheelTargets): string | undefined {
  const found = pythons
    .map(readPythonTag)
    .filter(({ implementation, major, text }) => implementation === "CPython" && major === 3 && !text.endsWith("t"));
  const minor = Math.max(...found.map((tag) => tag.minor));
  return found.length === 0 ? undefined : `3.${minor}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesMax);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
