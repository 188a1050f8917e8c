/** For which Pythons and platforms there are wheels, as data and in words. */

/**
 * What wheels are for, as their tags say it (`cp36-cp36m`, `win_amd64`), where none is for the target: that of the two
 * which keeps them from it, or both.
 */
export interface WheelTargets {
  readonly pythons: readonly string[];
  readonly platforms: readonly string[];
}

/** A page may name any number; nobody reads more. */
export const wheelTagsMax = 64;

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
