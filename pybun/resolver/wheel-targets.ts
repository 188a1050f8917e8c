/**
 * For which Pythons and platforms there are wheels, where that is why releases cannot be used. Facts about neighbours
 * are one fact of the proof, whatever their wheels are for; what they are for together is added once the proof is made.
 */
import { rangeContains } from "../versions/range.ts";
import { type WheelTargets, wheelTagsMax } from "../versions/wheel-targets.ts";
import type { Derivation, DerivationStep } from "./derivation.ts";
import type { Releases } from "./release-source.ts";

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
  const found: WheelTargets[] = [];
  let looked = 0;
  for (let release = releases.count - 1; release >= 0 && looked < releasesMax; release--) {
    if (!isMeant(releases.keyAt(release))) continue;
    looked++;
    found.push(...[releases.wheelTargetsAt(release) ?? []].flat());
  }
  return together(found);
}

/** A release whose wheels are for another Python and platform has nothing to say beside one that comes nearer. */
function together(found: readonly WheelTargets[]): WheelTargets | undefined {
  const near = found.filter(({ fits }) => fits !== "neither");
  const told = near.length > 0 ? near : found;
  const all = (part: "pythons" | "platforms") =>
    [...new Set(told.flatMap((targets) => targets[part]))].sort().slice(0, wheelTagsMax);
  const [pythons, platforms] = [all("pythons"), all("platforms")];
  if (pythons.length + platforms.length === 0) return undefined;
  return { pythons, platforms, ...(near.length > 0 ? {} : { fits: "neither" }) };
}
