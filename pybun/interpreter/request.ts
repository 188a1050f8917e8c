/**
 * What a person may write after `--python` or on a line of `.python-version`, as data.
 *
 * A path (anything with a separator, or an existing file or directory, is the caller's business to check), a version
 * (`3`, `3.12`, `3.12.1`, `3.13t`, `cpython-3.12`, `cpython@3.12`, `python3.12`, `cp312`), a specifier (`>=3.10,<3.13`)
 * or the name of a program on PATH (`python3.12-dbg`).
 */

export type PythonRequest =
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "version";
      readonly release: readonly number[];
      /** True asks for the build without the lock; undefined takes the ordinary one. */
      readonly freeThreaded: boolean;
      readonly text: string;
    }
  | { readonly kind: "specifier"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "unsupported"; readonly implementation: string; readonly text: string };

const versionPattern = /^(?:cpython|python|py|cp)?[-@]?v?(\d+(?:\.\d+){0,2})(t|\+freethreaded)?(?:-[a-z0-9_-]+)?$/i;
const compactPattern = /^(?:cpython|python|py|cp)([23])(\d{1,2})(t)?$/i;
const otherImplementation =
  /^(pypy|pyston|graalpy|graalpython|jython|ironpython|micropython|anaconda|miniconda|mambaforge|miniforge|stackless|activepython|cinder|nogil|pyodide|rustpython)/i;

/** Reads a request. Every text is one: a word that is nothing else is the name of a program. */
export function parsePythonRequest(text: string): PythonRequest {
  const trimmed = text.trim();
  if (/[/\\]/.test(trimmed) || trimmed === "." || trimmed === "..") return { kind: "path", path: trimmed };
  const other = otherImplementation.exec(trimmed);
  if (other !== null) return { kind: "unsupported", implementation: (other[1] ?? "").toLowerCase(), text: trimmed };
  if (/^[<>=!~]/.test(trimmed)) return { kind: "specifier", text: trimmed };
  return parseVersionRequest(trimmed) ?? { kind: "name", name: trimmed };
}

function parseVersionRequest(text: string): PythonRequest | undefined {
  const compact = compactPattern.exec(text);
  if (compact !== null) {
    return {
      kind: "version",
      release: [Number(compact[1]), Number(compact[2])],
      freeThreaded: compact[3] !== undefined,
      text,
    };
  }
  const match = versionPattern.exec(text);
  const release = match?.[1]?.split(".").map(Number);
  if (release === undefined) return undefined;
  return { kind: "version", release, freeThreaded: match?.[2] !== undefined, text };
}

/** Is `version` (PEP 440 text, such as `3.12.1` or `3.15.0a1`) one of the requested release? `3.1` is not `3.12`. */
export function matchesRelease(version: string, release: readonly number[]): boolean {
  const numbers = /^\d+(?:\.\d+)*/.exec(version)?.[0].split(".").map(Number) ?? [];
  return release.every((part, place) => numbers[place] === part);
}
