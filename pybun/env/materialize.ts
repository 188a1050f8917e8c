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

/** Hashes of the wheels to copy: the known ones and those that `names` (in any spelling) asks for. */
export function wheelsToMaterialize(
  wheels: readonly StoredWheel[],
  names: readonly string[] = [],
): ReadonlySet<string> {
  const wanted = new Set(names.map(normalizeName));
  const chosen = wheels.filter(({ manifest }) => {
    const name = normalizeName(manifest.name);
    return known.has(name) || wanted.has(name);
  });
  return new Set(chosen.map((wheel) => wheel.sha256));
}
