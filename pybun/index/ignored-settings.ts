/** Settings of uv and pip that change which packages come, and are not obeyed (`ignoredPlaces`). */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { indexDiagnostics } from "./diagnostics.ts";
import { type Given, settingAt } from "./given-settings.ts";
import type { IndexConfig } from "./index-config.ts";
import { ignoredPlaces } from "./setting-places.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** A truth that is denied changes nothing, nor does the one index strategy that there is. */
export function ignoredSettings(given: Given): IndexConfig["ignored"] {
  return Object.entries(ignoredPlaces).flatMap(([place, reason]) => {
    const setting = settingAt(place, given);
    if (setting === undefined || /^(?:0|false|no|off|n|f|first-index)$/i.test(setting.value.trim())) return [];
    return [{ source: setting.source, reason }];
  });
}

/**
 * Each command that packages are wished of tells them, before it is known whether an index will be asked: a restriction
 * that is set after an environment was made is obeyed by it no more than by a new one.
 */
export function warnOfIgnored(report: Report, { ignored }: Pick<IndexConfig, "ignored">): void {
  for (const one of ignored) report.warn(problem("W_SETTING_IGNORED", one));
}
