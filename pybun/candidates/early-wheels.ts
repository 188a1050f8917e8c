/**
 * Wheels that are needed whatever else is chosen: of a root requirement that admits one release, the wheel for the
 * target is part of every solution. Whoever installs begins to fetch it as soon as its page was read, instead of when
 * the resolution has ended, and one processor no longer idles meanwhile.
 *
 * Where the requirements look like a whole list of pins, the wheel also tells its own metadata, which spares a ranged
 * request each. A few pins do not: what lies behind them is not on the list, and must not wait for a large wheel.
 */
import type { IndexFile } from "../index/index-file.ts";
import type { MarkerJudge } from "../resolver/target.ts";
import type { Requirement } from "../versions/requirement.ts";

/** Begins to fetch a wheel, once; resolves with its METADATA, or `undefined` if it could not be had. Never rejects. */
export type BeginWheel = (file: IndexFile) => Promise<Uint8Array | undefined>;

/** What a resolution does with wheels that are needed for certain. */
export interface EarlyWheels {
  /** `name==key` of the releases. */
  readonly certain: ReadonlySet<string>;
  readonly begin: BeginWheel;
  /** Whether metadata is taken from the wheels. */
  readonly tellMetadata: boolean;
}

/** As many pins make a list: what `pip freeze` prints of the smallest applications. */
const listedMin = 16;

/** Which releases are certain, by the root requirements that apply to the target. */
export function earlyWheels(requirements: readonly Requirement[], judge: MarkerJudge, begin: BeginWheel): EarlyWheels {
  const applicable = requirements.filter(({ marker }) => judge.holds(marker, undefined));
  const pins = applicable.map(onlyRelease);
  const certain = new Set(pins.filter((pin) => pin !== undefined));
  return { certain, begin, tellMetadata: certain.size >= listedMin && !pins.includes(undefined) };
}

function onlyRelease({ name, url, specifiers }: Requirement): string | undefined {
  if (url !== undefined) return undefined;
  for (const specifier of specifiers) {
    if (specifier.kind !== "arbitrary" && specifier.operator === "==" && !specifier.prefix)
      return `${name}==${specifier.version.key}`;
  }
  return undefined;
}
