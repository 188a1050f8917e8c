/**
 * Distributions that are copied into the environment instead of being reached through the view, because they find
 * siblings of other distributions by `Path(__file__).resolve()` or write beside themselves.
 */
import { type Problem, problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { normalizeName } from "../versions/name.ts";
import { allNames, parseNameList } from "../versions/name-list.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import type { envDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof envDiagnostics>();

/**
 * Known ones, with the reason. PySide6 is split over distributions that share one directory, and both its Python code
 * and Qt's plugin search start from resolved paths. Gradio stores downloaded programs beside its sources.
 */
const known: ReadonlySet<string> = new Set(["gradio", "pyside6", "pyside6-addons", "pyside6-essentials", "shiboken6"]);

/** What `--materialize` asks for. @throws E_ENV_MATERIALIZE_NAME */
export const materializedNames = (values: readonly string[]): readonly string[] => parseNameList(values, nameProblem);

const nameProblem = (text: string): Problem => problem("E_ENV_MATERIALIZE_NAME", { text });

/** A misspelt name would leave a distribution linked that somebody means to write to. */
export function warnOfUncopied(
  report: Report,
  { names, packages }: { readonly names: readonly string[]; readonly packages: readonly { readonly name: string }[] },
): void {
  const present = new Set(packages.map(({ name }) => normalizeName(name)));
  for (const name of names) {
    if (name !== allNames && !present.has(name)) report.warn(problem("W_ENV_MATERIALIZE_ABSENT", { name }));
  }
}

/** Hashes of the wheels to copy: the known ones and those that `names` (in any spelling, or `:all:`) asks for. */
export function wheelsToMaterialize(
  wheels: readonly StoredWheel[],
  names: readonly string[] = [],
): ReadonlySet<string> {
  const wanted = new Set(names.map(normalizeName));
  const isWanted = (name: string): boolean => known.has(name) || wanted.has(name) || names.includes(allNames);
  const chosen = wheels.filter(({ manifest }) => isWanted(normalizeName(manifest.name)));
  return new Set(chosen.map((wheel) => wheel.sha256));
}
