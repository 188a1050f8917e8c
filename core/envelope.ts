/**
 * What `--format=json` prints: one value on stdout for every end that a command can come to. Types and the pure
 * construction; the schema is in `envelope-schema.ts`, which only `schema` and tests load.
 */
import type { Diagnostic } from "./diagnostic.ts";
import type { VivariumEvent } from "./event.ts";

/** Grows when a field changes its meaning or goes away, not when one is added. */
export const envelopeVersion = 1;

/**
 * How it ended: `ok`, exit 0 · `failed`, the workload, tests or check failed, with its own exit code · `error`, a
 * diagnostic of level error says why · `interrupted`, by a signal.
 */
export type EnvelopeStatus = "ok" | "failed" | "error" | "interrupted";

export interface Envelope {
  readonly version: typeof envelopeVersion;
  /** The full name, such as `pybun env create`. */
  readonly command: string;
  readonly status: EnvelopeStatus;
  readonly exit_code: number;
  /** The command's result; its schema is printed by `schema`. Null where the command came to none. */
  readonly detail: unknown;
  readonly duration_ms: number;
  readonly trace_id: string;
  readonly events: readonly VivariumEvent[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The status that an end deserves. An interruption outranks the errors that it caused. */
export function statusOf(end: {
  readonly exitCode: number;
  readonly diagnostics: readonly Diagnostic[];
  readonly interrupted: boolean;
}): EnvelopeStatus {
  if (end.interrupted) return "interrupted";
  if (end.diagnostics.some(({ level }) => level === "error")) return "error";
  return end.exitCode === 0 ? "ok" : "failed";
}
