/** For which Pythons and platforms there are wheels, as data and in words. */

/**
 * What wheels are for, as their tags say it (`cp36-cp36m`, `win_amd64`), where none is for the target: the Pythons of
 * those for its platform, and the platforms of those for its Python. Both together are true of many releases at once.
 */
export interface WheelTargets {
  readonly pythons: readonly string[];
  readonly platforms: readonly string[];
  /** No wheel is for the platform or for the Python of the target, and the lists are those of all. */
  readonly fits?: "neither";
}

/** A page may name any number; nobody reads more. */
export const wheelTagsMax = 64;

const namesMax = 8;

/**
 * `its wheels for linux x86_64 are for CPython 3.7 and 3.8, none for CPython 3.13`; long lists leave out what is oldest,
 * or least like the target. `tags` are the target's, best first; without any it is not named.
 */
export function describeWheelTargets(targets: WheelTargets, tags: readonly string[]): string {
  const pythons = describePythons(targets.pythons);
  const target = targetOf(tags, targets.platforms);
  if (target === undefined) {
    return `its wheels are for ${[pythons, listed(targets.platforms)].filter((one) => one !== "").join(", for ")}`;
  }
  const { python, platform } = target;
  const platforms = listed(nearestFirst(targets.platforms, target));
  if (targets.fits === "neither")
    return `its wheels are for ${pythons}, for ${platforms}, none for ${python} or ${platform}`;
  if (platforms === "") return `its wheels for ${platform} are for ${pythons}, none for ${python}`;
  if (pythons === "") return `its wheels for ${python} are for ${platforms}, none for ${platform}`;
  return `its wheels for ${platform} are for ${pythons}, those for ${python} are for ${platforms}`;
}

interface NamedTarget {
  readonly python: string;
  readonly platform: string;
  /** The first part of its platform's tags, and the last. */
  readonly system: string;
  readonly architecture: string;
}

/** `CPython 3.13` and `linux x86_64`: with the C library where wheels for another one are told of. */
function targetOf([best, next = ""]: readonly string[], others: readonly string[]): NamedTarget | undefined {
  if (best === undefined) return undefined;
  const [pythonTag, tag] = splitTag(best);
  const { implementation, text } = readPythonTag(pythonTag);
  const python = `${implementation} ${text}`;
  const [, system = tag, version, architecture = ""] = /^(linux|macosx|win)_?(\d+_\d+(?=_))?_?(.*)$/.exec(tag) ?? [];
  const named = { python, system, architecture };
  if (system === "macosx") return { ...named, platform: `macOS ${version?.replace("_", ".")} ${architecture}` };
  if (system === "win") return { ...named, platform: `Windows ${windowsNames[tag] ?? architecture}` };
  if (system !== "linux") return { ...named, platform: tag };
  const [, kind, major, minor] = /^(many|musl)linux_(\d+)_(\d+)_/.exec(splitTag(next)[1]) ?? [];
  const isLibcTold = kind === "musl" || others.some((other) => isNear(other, named) === 2);
  const libc = kind === undefined || !isLibcTold ? "" : ` with ${kind === "musl" ? "musl" : "glibc"} ${major}.${minor}`;
  return { ...named, platform: `linux ${architecture}${libc}` };
}

const windowsNames: Readonly<Record<string, string>> = { win_amd64: "x86_64", win32: "x86", win_arm64: "arm64" };

function splitTag(tag: string): readonly [python: string, platform: string] {
  const platformAt = tag.lastIndexOf("-");
  return [tag.slice(0, Math.max(platformAt, 0)), tag.slice(platformAt + 1)];
}

const nearestFirst = (platforms: readonly string[], target: NamedTarget): readonly string[] =>
  platforms.toSorted((left, right) => isNear(right, target) - isNear(left, target));

/** 2: the same system and architecture, 1: the same system. */
function isNear(platform: string, { system, architecture }: Pick<NamedTarget, "system" | "architecture">): number {
  const isSame = system === "linux" ? /^(?:many|musl)?linux/.test(platform) : platform.startsWith(system);
  if (!isSame) return 0;
  return platform.endsWith(`_${architecture}`) ? 2 : 1;
}

function describePythons(tags: readonly string[]): string {
  const byImplementation = new Map<string, PythonTag[]>();
  for (const tag of tags.map(readPythonTag)) {
    byImplementation.set(tag.implementation, [...(byImplementation.get(tag.implementation) ?? []), tag]);
  }
  const each = Array.from(byImplementation, ([implementation, all]) => {
    const versions = all.toSorted((left, right) => left.major - right.major || left.minor - right.minor);
    const texts = [...new Set(versions.map(({ text }) => text))];
    const older = Math.max(texts.length - namesMax, 0);
    return `${implementation} ${joined([...texts.slice(older), ...(older > 0 ? [`${older} older`] : [])])}`.trim();
  });
  return each.join(", for ");
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

/** The newest minor version of CPython 3 that a wheel for the target's platform is for. */
export function newestPython({ pythons, fits }: WheelTargets): string | undefined {
  if (fits === "neither") return undefined;
  const found = pythons
    .map(readPythonTag)
    .filter(({ implementation, major, text }) => implementation === "CPython" && major === 3 && !text.endsWith("t"));
  const minor = Math.max(...found.map((tag) => tag.minor));
  return found.length === 0 ? undefined : `3.${minor}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - namesMax;
  return joined([...names.slice(0, namesMax), ...(rest > 0 ? [`${rest} more`] : [])]);
}

const joined = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
