/**
 * Environment markers (PEP 508 "Environment Markers"): parse, print, evaluate.
 *
 * A marker is a plain tagged tree without precedence left in it; a resolver that forks on markers can take it apart.
 * Evaluation follows PyPA's `packaging`: where the variable holds versions and the operator with the right-hand side
 * makes a valid specifier, versions are compared, otherwise texts; texts know no order, so `<` and `>` are false there.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import { type Cursor, FaultSignal, locateFault } from "./cursor.ts";
import type { versionsDiagnostics } from "./diagnostics.ts";
import { type Marker, readWholeMarker } from "./marker-syntax.ts";

export { evaluateMarker, type MarkerEnvironment } from "./marker-evaluate.ts";
export type { Marker, MarkerComparison, MarkerOperator, MarkerVariable } from "./marker-syntax.ts";

const problem = problemsOf<typeof versionsDiagnostics>();

/** Reads a marker. Throws `E_MARKER_INVALID` with a span. */
export function parseMarker(text: string): Marker {
  const cursor: Cursor = { text, at: 0 };
  try {
    return readWholeMarker(cursor);
  } catch (error) {
    if (!(error instanceof FaultSignal)) throw error;
    const { params, spans } = locateFault(text, error.fault);
    throw problem("E_MARKER_INVALID", params, { spans });
  }
}

/** The text of a marker, with the fewest parentheses. Parsing it again gives an equal tree. */
export function formatMarker(marker: Marker): string {
  switch (marker.kind) {
    case "or":
      return marker.operands.map(formatMarker).join(" or ");
    case "and":
      return marker.operands.map((m) => (m.kind === "or" ? `(${formatMarker(m)})` : formatMarker(m))).join(" and ");
    case "compare": {
      const literal = quote(marker.value);
      const [left, right] = marker.reversed ? [literal, marker.variable] : [marker.variable, literal];
      return `${left} ${marker.operator} ${right}`;
    }
  }
}

/** PEP 508 knows no escapes, so a value that holds one kind of quote is written in the other. */
function quote(value: string): string {
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
