import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import { versionsDiagnostics } from "../diagnostics.ts";

/** The diagnostic that an action ends with; fails where it ends without one. */
export function diagnosticOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof Problem) return renderProblem(error, versionsDiagnostics);
    throw error;
  }
  throw new Error("no problem was thrown");
}

/** Code, message and column of the diagnostic that an action ends with. */
export function faultOf(action: () => unknown) {
  const { code, message, spans } = diagnosticOf(action);
  return { code, message, column: spans[0]?.column, end: spans[0]?.end_column };
}
