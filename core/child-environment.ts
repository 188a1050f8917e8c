/**
 * The environment that every process we start gets.
 *
 * Out goes TRACEPARENT, so that a child's events join our trace. BUN_OPTIONS and BUN_BE_BUN are taken out: both change
 * what a compiled Bun executable does (the first injects options such as --preload, the second turns it into a plain
 * Bun), so a child that happens to be one of ours must not inherit them (docs/threat-model.md). TRACESTATE stays:
 * section 3.3 of Trace Context lets a participant that adds nothing pass it on.
 */
import { formatTraceParent, type TraceParent } from "./trace.ts";

/** A copy of `environment` for a child; undefined values are left out. */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  trace: TraceParent,
): Record<string, string> {
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && name !== "BUN_OPTIONS" && name !== "BUN_BE_BUN") child[name] = value;
  }
  child["TRACEPARENT"] = formatTraceParent(trace);
  return child;
}
