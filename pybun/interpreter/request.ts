/**
 * What a person may write after `--python` or on a line of `.python-version`, as data, in uv's order:
 *
 * a path (anything with a separator), a version (`3`, `3.12`, `3.12.1`, `312`, `3.13t`, `3.13+gil`, `python3.12`,
 * `python 3.12`, `cpython@3.12`, `cp312`; `any`, `default`, `cpython` and `cp` are content with all), a key, which names
 * the platform besides (`cpython-3.12-linux-x86_64-gnu`), another implementation (`pypy3.10`), a specifier
 * (`>=3.10,<3.13`, `cpython>=3.10`), or a name: of a file or directory of the working directory, else of a program on
 * PATH (`.venv`, `python3.12-dbg`).
 */
import { resolve } from "node:path";
import { type KeyPlatform, parseKeyPlatform } from "./key-platform.ts";

export type PythonRequest =
  | { readonly kind: "path"; readonly path: string }
  | {
      readonly kind: "version";
      /** Empty where any will do. */
      readonly release: readonly number[];
      /** Asks for the build without the lock. */
      readonly freeThreaded: boolean;
      /** Asks for the build with it; without either wish any build will do. */
      readonly withLock?: true;
      readonly platform?: KeyPlatform;
      readonly text: string;
    }
  | { readonly kind: "specifier"; readonly text: string }
  | {
      readonly kind: "name";
      readonly name: string;
      /** Which other one it is likely to be, if there is nothing of that name. */
      readonly implementation?: string;
    }
  | { readonly kind: "unsupported"; readonly implementation: string; readonly text: string };

const anyVersion = /^(?:any|default|cpython|cp)$/i;
const versionPattern =
  /^(?:(?:cpython|python|py|cp|any)?[-@ ]?v?(\d+(?:\.\d+){0,2})(t|\+freethreaded|\+gil)?|(?:cpython|cp|any)(?:-any)?)((?:-\w+)*)$/i;
/** As in the tags of wheels: the first digit is the major version. */
const compactPattern = /^(?:(?:cpython|python|py|cp)[-@ ]?)?([1-9])(\d{1,2})(t)?$/i;
/** A program of a distribution, such as `python3.12-dbg`. */
const variantProgram = /^python\d[^-]*-/i;
const specifierPattern = /^(?:cpython|python|cp)?\s*([<>=!~].*)$/i;
const otherImplementation =
  /^(pypy|pyston|graalpy|graalpython|jython|ironpython|micropython|anaconda|miniconda|mambaforge|miniforge|stackless|activepython|cinder|nogil|pyodide|rustpython)/i;
/** What follows an implementation's name where it can be nothing else. */
const versionAfter = /^(?:$|[-@ ]?\d|\s*[<>=!~])/;
const shortNames: Readonly<Record<string, string>> = { pp: "pypy", gp: "graalpy" };

/** Reads a request. Every text is one: a word that is nothing else is a name. */
export function parsePythonRequest(text: string): PythonRequest {
  const trimmed = text.trim();
  if (/[/\\]/.test(trimmed) || trimmed === "." || trimmed === "..") return { kind: "path", path: trimmed };
  const specifier = specifierPattern.exec(trimmed)?.[1];
  if (specifier !== undefined) return { kind: "specifier", text: specifier };
  return parseVersionRequest(trimmed) ?? parseOther(trimmed) ?? { kind: "name", name: trimmed };
}

/** Where a file or a directory with the interpreter would be that is meant: only a path and a name can mean one. */
export function placeOfRequest(text: string, cwd: string): string | undefined {
  const request = parsePythonRequest(text);
  if (request.kind === "path") return resolve(cwd, request.path);
  return request.kind === "name" && request.name !== "" ? resolve(cwd, request.name) : undefined;
}

function parseOther(text: string): PythonRequest | undefined {
  const short = shortNames[/^(pp|gp)(?:$|[-@ ]?\d)/i.exec(text)?.[1]?.toLowerCase() ?? ""];
  if (short !== undefined) return { kind: "unsupported", implementation: short, text };
  const [, name] = otherImplementation.exec(text) ?? [];
  if (name === undefined) return undefined;
  const implementation = name.toLowerCase();
  const isExact = versionAfter.test(text.slice(name.length));
  return isExact ? { kind: "unsupported", implementation, text } : { kind: "name", name: text, implementation };
}

function parseVersionRequest(text: string): PythonRequest | undefined {
  if (anyVersion.test(text)) return { kind: "version", release: [], freeThreaded: false, text };
  if (variantProgram.test(text)) return undefined;
  const compact = compactPattern.exec(text);
  if (compact !== null) {
    return {
      kind: "version",
      release: [Number(compact[1]), Number(compact[2])],
      freeThreaded: compact[3] !== undefined,
      text,
    };
  }
  return parseKey(text);
}

function parseKey(text: string): PythonRequest | undefined {
  const match = versionPattern.exec(text);
  const platform = match === null ? undefined : parseKeyPlatform((match[3] ?? "").split("-").slice(1));
  if (match === null || platform === undefined) return undefined;
  const variant = match[2]?.toLowerCase();
  return {
    kind: "version",
    release: match[1]?.split(".").map(Number) ?? [],
    freeThreaded: variant === "t" || variant === "+freethreaded",
    ...(variant === "+gil" ? { withLock: true } : {}),
    ...(Object.keys(platform).length === 0 ? {} : { platform }),
    text,
  };
}

/** Is `version` (PEP 440 text, such as `3.12.1` or `3.15.0a1`) one of the requested release? `3.1` is not `3.12`. */
export function matchesRelease(version: string, release: readonly number[]): boolean {
  const numbers = /^\d+(?:\.\d+)*/.exec(version)?.[0].split(".").map(Number) ?? [];
  return release.every((part, place) => numbers[place] === part);
}
