import type { VersionPin } from "./python-version-file.ts";

/** What decided the search for an interpreter that nobody named by a flag or a variable. */
export interface InterpreterChoice {
  readonly rule: ".python-version" | "PATH" | "pyenv";
  /** The one that decided; with another rule one that was passed over, because nothing that it names fits. */
  readonly pin?: VersionPin;
}
