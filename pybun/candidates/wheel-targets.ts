/** What the wheels of a release are for where none of them is for the target. */
import type { IndexFile } from "../index/index-file.ts";
import { type WheelTargets, wheelTagsMax } from "../versions/wheel-targets.ts";

interface WheelTags {
  readonly pythons: readonly string[];
  readonly platforms: readonly string[];
}

/** Of the wheels of a release; undefined where it has none that says so. */
export function wheelTargetsOf(
  files: readonly IndexFile[],
  tagIndex: ReadonlyMap<string, number>,
): WheelTargets | undefined {
  const known = partsOf(tagIndex);
  const wheels = files.filter(({ kind }) => kind === "wheel").map(({ filename }) => tagsOf(filename));
  const isHere = (wheel: WheelTags): boolean => wheel.platforms.some((one) => known.platforms.has(one));
  const isOurs = (wheel: WheelTags): boolean => wheel.pythons.some((one) => known.pythons.has(one));
  // `cp311-cp311-any` is neither's fault, and such a wheel is for nobody.
  const foreign = wheels.filter((wheel) => !(isHere(wheel) && isOurs(wheel)));
  if (foreign.length === 0) return undefined;
  const pythons = distinct(foreign.filter(isHere), "pythons");
  const platforms = distinct(foreign.filter(isOurs), "platforms");
  if (pythons.length + platforms.length > 0) return { pythons, platforms };
  return { pythons: distinct(foreign, "pythons"), platforms: distinct(foreign, "platforms"), fits: "neither" };
}

const distinct = (wheels: readonly WheelTags[], part: keyof WheelTags): readonly string[] =>
  [...new Set(wheels.flatMap((wheel) => wheel[part]))].filter(isTag).sort().slice(0, wheelTagsMax);

/** What is told to people holds nothing that moves a terminal or begins a line. */
const isTag = (text: string): boolean => /^\w+(?:-\w+)?$/.test(text);

/** `cp36-cp36m` and such, and platforms; each combination of a compressed tag set. */
function tagsOf(filename: string): WheelTags {
  const [interpreters = "", abis = "", platforms = ""] = filename
    .slice(0, -".whl".length)
    .toLowerCase()
    .split("-")
    .slice(-3);
  const pythons = interpreters.split(".").flatMap((python) => abis.split(".").map((abi) => `${python}-${abi}`));
  return { pythons, platforms: platforms.split(".") };
}

interface TargetParts {
  readonly pythons: ReadonlySet<string>;
  readonly platforms: ReadonlySet<string>;
}

const knownParts = new WeakMap<ReadonlyMap<string, number>, TargetParts>();

function partsOf(tagIndex: ReadonlyMap<string, number>): TargetParts {
  const known = knownParts.get(tagIndex);
  if (known !== undefined) return known;
  const pythons = new Set<string>();
  const platforms = new Set<string>();
  for (const tag of tagIndex.keys()) {
    const platformAt = tag.lastIndexOf("-");
    pythons.add(tag.slice(0, platformAt));
    platforms.add(tag.slice(platformAt + 1));
  }
  const parts = { pythons, platforms };
  knownParts.set(tagIndex, parts);
  return parts;
}
