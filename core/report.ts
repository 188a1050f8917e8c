/**
 * The port through which all work reports what happens. Passes take a `Report`; the command line decides whether it
 * becomes progress on a terminal, lines of JSON, or the events of an envelope.
 */
import type { Problem } from "./diagnostic.ts";
import type { EventFields, EventKind } from "./event.ts";

export interface Report {
  readonly emit: <K extends EventKind>(kind: K, fields: EventFields[K]) => void;
  /** A problem that does not end the command. */
  readonly warn: (problem: Problem) => void;
}

/** Reports nothing: for library use and tests that look at results only. */
export const silentReport: Report = { emit: () => undefined, warn: () => undefined };
