/**
 * Distributions that are copied into the environment instead of being reached through the view, because they find
 * siblings of other distributions by `Path(__file__).resolve()` or write beside themselves.
 */
import { normalizeName } from "../versions/name.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";

/**
 * Known ones, with the reason. PySide6 is split over distributions that share one directory, and both its Python code
 * and Qt's plugin search start from resolved paths. Gradio stores downloaded programs beside its sources.
 */
const known: ReadonlySet<string> = new Set(["gradio", "pyside6", "pyside6-addons", "pyside6-essentials", "shiboken6"]);

/** Stands for every distribution, as in `--no-binary`. */
const all = ":all:";

/** Hashes of the wheels to copy: the known ones and those that `names` (in any spelling, or `:all:`) asks for. */
export function wheelsToMaterialize(
  wheels: readonly StoredWheel[],
  names: readonly string[] = [],
): ReadonlySet<string> {
  const wanted = new Set(names.map(normalizeName));
  const isWanted = (name: string): boolean => known.has(name) || wanted.has(name) || names.includes(all);
  const chosen = wheels.filter(({ manifest }) => isWanted(normalizeName(manifest.name)));
  return new Set(chosen.map((wheel) => wheel.sha256));
}
