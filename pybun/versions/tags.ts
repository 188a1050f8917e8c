/**
 * The wheel tags that an interpreter on a platform can use, best first (PEP 425, 600, 656, 803).
 *
 * The order is that of `sys_tags` of PyPA's `packaging`, since "the best wheel" is what pip takes: first tags of this
 * interpreter and ABI, then the stable ABI, then no ABI, then the stable ABI of older versions, then pure Python; in
 * each of them the platforms from platform-tags.ts, newest first.
 */
import { type PlatformTarget, platformTags } from "./platform-tags.ts";

export type { PlatformTarget } from "./platform-tags.ts";

/** An interpreter on a platform. `python` is major and minor version. */
export interface TagTarget {
  readonly implementation: "cpython";
  readonly python: readonly [number, number];
  /** Whether the interpreter was built without the global lock (PEP 703); its ABI has the suffix `t`. */
  readonly freeThreaded: boolean;
  readonly platform: PlatformTarget;
}

/** The stable ABI began with Python 3.2 (PEP 384). */
const STABLE_ABI_MINOR_MIN = 2;

/** The tags `interpreter-abi-platform` that a target can use, in order of preference. */
export function compatibleTags(target: TagTarget): readonly string[] {
  const [major, minor] = target.python;
  const platforms = platformTags(target.platform);
  const interpreter = `cp${major}${minor}`;
  const tags: string[] = [];
  const add = (prefix: string) => {
    for (const platform of platforms) tags.push(`${prefix}-${platform}`);
  };
  add(`${interpreter}-${abiOf(target)}`);
  const stable = stableAbiOf(target);
  if (stable !== undefined) add(`${interpreter}-${stable}`);
  add(`${interpreter}-none`);
  if (stable !== undefined) {
    for (let older = minor - 1; older >= STABLE_ABI_MINOR_MIN; older--) add(`cp${major}${older}-${stable}`);
  }
  const pure = pureInterpreters(major, minor);
  for (const python of pure) add(`${python}-none`);
  return [...tags, `${interpreter}-none-any`, ...pure.map((python) => `${python}-none-any`)];
}

/** The place of each tag in the order of preference: what {@link wheelRank} looks up. */
export function indexTags(tags: readonly string[]): ReadonlyMap<string, number> {
  return new Map(tags.map((tag, index) => [tag, index]));
}

/** The best place that any tag of a wheel has, smaller is better; undefined where the wheel cannot be used. */
export function wheelRank(filenameTags: readonly string[], tagIndex: ReadonlyMap<string, number>): number | undefined {
  let best: number | undefined;
  for (const tag of filenameTags) {
    const rank = tagIndex.get(tag);
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

function abiOf({ python: [major, minor], freeThreaded }: TagTarget): string {
  // Until Python 3.7 the ABI named pymalloc, which every build had.
  const pymalloc = major === 3 && minor < 8 ? "m" : "";
  return `cp${major}${minor}${freeThreaded ? "t" : ""}${pymalloc}`;
}

/** Free-threaded builds cannot load `abi3` (PEP 703) and have a stable ABI of their own (PEP 803). */
function stableAbiOf({ python: [major, minor], freeThreaded }: TagTarget): "abi3" | "abi3t" | undefined {
  if (major !== 3 || minor < STABLE_ABI_MINOR_MIN) return undefined;
  return freeThreaded ? "abi3t" : "abi3";
}

/** `py312`, `py3`, `py311`, … `py30`. */
function pureInterpreters(major: number, minor: number): string[] {
  const older = Array.from({ length: minor }, (_, index) => `py${major}${minor - 1 - index}`);
  return [`py${major}${minor}`, `py${major}`, ...older];
}
