/** An environment that was moved tells so when it is used: its scripts do not work any more. */
import { dirname, join } from "node:path";
import { problemsOf } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import type { Store } from "@vivarium/core/store";
import { creatingCommand } from "./creating-command.ts";
import type { envDiagnostics } from "./diagnostics.ts";
import { type EnvironmentRecord, readRecordFile, recordFileName } from "./environment-record.ts";
import { type FoundEnvironment, inspectPlace } from "./place.ts";
import { adoptMoved } from "./placed-environment.ts";

const problem = problemsOf<typeof envDiagnostics>();

/**
 * One of ours that a run found for itself; undefined for any other. One that was moved is spoken of, and known
 * there from now on.
 */
export function announceOwned(
  prefix: string,
  { store, report }: { store: Store; report: Report },
): FoundEnvironment | undefined {
  const place = inspectPlace(prefix);
  if (place.kind === "none") return storedAt(prefix);
  if (place.kind === "foreign") return undefined;
  adoptMoved(store, place.record);
  warnOfMove(report, place.record);
  return place.record;
}

function storedAt(prefix: string): EnvironmentRecord | undefined {
  const record = readRecordFile(join(dirname(prefix), recordFileName));
  return record?.path === prefix ? record : undefined;
}

export function warnOfMove(report: Report, record: FoundEnvironment): void {
  const { path, movedFrom } = record;
  if (movedFrom === undefined) return;
  report.warn(problem("W_ENV_MOVED", { path, from: movedFrom, command: creatingCommand(record) }));
}
