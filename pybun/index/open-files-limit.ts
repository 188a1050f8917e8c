/** The limit of open files: whatever could not be opened for it is neither absent nor broken, and nobody may say so. */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { indexDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof indexDiagnostics>();

/** `E_INDEX_OPEN_FILES` if that is why the system did not open the path or URL. */
export function tooManyFiles(error: unknown, path: string): Error | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  if (error.code !== "EMFILE" && error.code !== "ENFILE") return undefined;
  const limited = error.code === "EMFILE" ? "process" : "system";
  return problem("E_INDEX_OPEN_FILES", { path, limited }, { cause: error });
}

/** @throws E_INDEX_OPEN_FILES */
export function throwIfTooManyFiles(error: unknown, path: string): void {
  const known = tooManyFiles(error, path);
  if (known !== undefined) throw known;
}
