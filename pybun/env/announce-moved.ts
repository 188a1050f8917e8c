/** An environment that was moved tells so when it is used: its scripts do not work any more. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { creatingCommand } from "./creating-command.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import { type FoundEnvironment, inspectPlace } from "./place.ts";
import { adoptMoved } from "./placed-environment.ts";

const problem = problemsOf<typeof envDiagnostics>();

/** Whatever is at a place that a run found for itself; only one that was moved is spoken of, and known there from now on. */
export function announceMoved(prefix: string, { store, report }: { store: Store; report: Report }): void {
  const place = inspectPlace(prefix);
  if (place.kind !== "moved") return;
  adoptMoved(store, place.record);
  warnOfMove(report, place.record);
}

export function warnOfMove(report: Report, record: FoundEnvironment): void {
  const { path, movedFrom } = record;
  if (movedFrom === undefined) return;
  report.warn(problem("W_ENV_MOVED", { path, from: movedFrom, command: creatingCommand(record) }));
}
