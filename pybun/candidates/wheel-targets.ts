/** What the wheels of a release are for where none of them is for the target. */
import type { IndexFile } from "../index/index-file.ts";
import { type WheelTargets, wheelTagsMax } from "../versions/wheel-targets.ts";

interface WheelTags {
  readonly pythons: readonly string[];
  readonly platforms: readonly string[];
}

/**
 * Where some wheels are for the target's platform, the Pythons of these; else the platforms of those for its Python;
 * else both of all. Undefined where there is no wheel.
 */
export function wheelTargetsOf(
  files: readonly IndexFile[],
  tagIndex: ReadonlyMap<string, number>,
): WheelTargets | undefined {
  const { pythons, platforms } = partsOf(tagIndex);
  const wheels = files.filter(({ kind }) => kind === "wheel").map(({ filename }) => tagsOf(filename));
  if (wheels.length === 0) return undefined;
  const here = wheels.filter((wheel) => wheel.platforms.some((one) => platforms.has(one)));
  if (here.length > 0) return { pythons: distinct(here, "pythons"), platforms: [] };
  const ours = wheels.filter((wheel) => wheel.pythons.some((one) => pythons.has(one)));
  if (ours.length > 0) return { pythons: [], platforms: distinct(ours, "platforms") };
  return { pythons: distinct(wheels, "pythons"), platforms: distinct(wheels, "platforms") };
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
