/** An environment as the commands tell of it. */

import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { creatingCommand } from "../env/creating-command.ts";
import type { envDiagnostics } from "../env/diagnostics.ts";
import type { FoundEnvironment } from "../env/place.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** The `detail` of one environment. */
export function environmentDetail(record: FoundEnvironment) {
  const { key, path, python, view, packages, wish, movedFrom } = record;
  const interpreter = { path: record.interpreter.realPath, version: record.interpreter.version };
  const requirements = [...wish.requirements];
  const moved = movedFrom === undefined ? {} : { moved_from: movedFrom };
  return { key, path, python, view, interpreter, requirements, packages: [...packages], ...moved };
}

/** One that was moved tells so when somebody asks for it: its scripts do not work any more. */
export function warnOfMove(report: Report, record: FoundEnvironment): void {
  const { path, movedFrom } = record;
  if (movedFrom === undefined) return;
  report.warn(problem("W_ENV_MOVED", { path, from: movedFrom, command: creatingCommand(record) }));
}
