import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { envDiagnostics } from "./diagnostics.ts";
import type { ViewConflict } from "./view-plan.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** One warning for each pair of wheels that bring different files of one name, with the first of the files. */
export function warnOfConflicts(conflicts: readonly ViewConflict[], report: Report): void {
  const pairs = new Map<string, ViewConflict[]>();
  for (const conflict of conflicts) {
    const pair = `${conflict.winner} ${conflict.loser}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), conflict]);
  }
  for (const [first, ...rest] of pairs.values()) {
    if (first === undefined) continue;
    const { winner, loser, path } = first;
    report.warn(problem("W_ENV_FILE_CONFLICT", { winner, loser, path, count: rest.length + 1 }));
  }
}
