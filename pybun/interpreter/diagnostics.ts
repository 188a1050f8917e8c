import { dirname } from "node:path";
import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";

const exit = exitCode.notFound;

/** One place that was looked at, and why it did not serve. */
export interface Verdict {
  readonly path: string;
  readonly reason: string;
}

const shown = 12;

function formatVerdicts(verdicts: readonly Verdict[]): string {
  // `python3`, `python` and `python3.12` of one directory are one for who reads it.
  const keys = verdicts.map((v) => `${dirname(v.path)} ${v.reason}`);
  const places = verdicts.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
  const lines = places.map((v) => `  ${v.path}: ${v.reason}`);
  if (lines.length > shown) lines.splice(shown, lines.length, `  and ${lines.length - shown} more`);
  return lines.join("\n");
}

const askOtherwise =
  "Ask for a version (`--python 3.12`), a range (`--python '>=3.12,<3.14'`), a program on PATH or a path.";

/** Codes of finding and asking interpreters. */
export const interpreterDiagnostics = {
  E_PYTHON_NOT_FOUND: rule<{ wanted: string; looked: readonly Verdict[]; isName?: boolean; advice?: string }>({
    exit,
    summary: "No Python interpreter fits the request, the requires-python or the pin.",
    message: (p) => `no interpreter found for ${p.wanted}`,
    hint: (p) => {
      if (p.looked.length === 0) {
        return "No Python is on PATH. Install CPython 3.9 or newer, or name one with `--python PATH`.";
      }
      const general =
        p.isName === true ? askOtherwise : "Install a suitable CPython, or name one with `--python PATH`.";
      const advice = p.advice === undefined ? general : `${p.advice}\n${general}`;
      return `Found, but not what is wanted:\n${formatVerdicts(p.looked)}\n${advice}`;
    },
    data: (p) => ({ wanted: p.wanted, looked: p.looked }),
  }),
  E_PYTHON_MISSING: rule<{ path: string }>({
    exit,
    summary: "The interpreter that was named by its path does not exist or cannot be executed.",
    message: (p) => `there is no executable Python at '${p.path}'`,
    hint: () => "Name the executable itself, or the directory of an environment that has one.",
  }),
  E_PYTHON_BROKEN: rule<{ path: string; reason: string }>({
    exit,
    summary: "A program that should be Python did not answer as Python does.",
    message: (p) => `'${p.path}' does not work as a Python interpreter: ${p.reason}`,
    hint: () => "Try it by hand; reinstall it, or name another one with `--python`.",
  }),
  E_PYTHON_TOO_OLD: rule<{ path: string; version: string }>({
    exit,
    summary: "The interpreter that was asked for is older than CPython 3.9.",
    message: (p) => `'${p.path}' is Python ${p.version}, and CPython 3.9 or newer is needed`,
    hint: () => "Name a newer one with `--python`.",
  }),
  E_PYTHON_IMPLEMENTATION: rule<{ wanted: string; implementation: string; origin: string }>({
    exit,
    summary: "Another implementation than CPython was asked for or found.",
    message: (p) => `${p.origin} asks for ${p.implementation} ('${p.wanted}'), and only CPython is supported`,
    hint: () => "Name a CPython with `--python`, such as `--python 3.12`.",
  }),
  E_PYTHON_SPECIFIER: rule<{ text: string }>({
    exit: exitCode.dataError,
    summary: "--python asks for an interpreter with a malformed specifier of versions.",
    message: (p) => `cannot use \`--python\`: '${p.text}' is no specifier of versions`,
    hint: () => "Commas part the clauses of a specifier, as in '>=3.10,<3.13'.",
  }),
  E_PYTHON_SETTING: rule<{ source: string; text: string }>({
    exit: exitCode.config,
    summary: "UV_PYTHON asks for an interpreter with a malformed specifier of versions.",
    message: (p) => `cannot use ${p.source}: '${p.text}' is no specifier of versions`,
    hint: () => "Correct or unset it, or name an interpreter with `--python`.",
  }),
  E_PYTHON_VERSION_FILE: rule<{ file: string; reason: string }>({
    exit: exitCode.config,
    summary: "A `.python-version` that is there cannot be read, or holds no versions.",
    message: (p) => `cannot use '${p.file}': ${p.reason}`,
    hint: () => "Correct it or make it readable for this user, or name an interpreter by its path with `--python`.",
  }),
  W_PYTHON_REQUIRES: rule<{
    path: string;
    version: string;
    requires: string;
    origin: string;
    advice?: string;
    /** Of the project that requires it; absent for a script. */
    file?: string;
  }>({
    exit,
    summary:
      "The interpreter of --python or UV_PYTHON does not satisfy the script's or project's requires-python; it is used.",
    message: (p) => {
      const source = p.file === undefined ? "" : ` of '${p.file}'`;
      return `Python ${p.version} at '${p.path}' does not satisfy requires-python '${p.requires}'${source}`;
    },
    hint: (p) => {
      const what = p.file === undefined ? "script" : "project";
      const general = `Leave \`${p.origin}\` away, or name a version that the ${what} allows.`;
      return p.advice === undefined ? general : `${p.advice} ${general}`;
    },
  }),
};
