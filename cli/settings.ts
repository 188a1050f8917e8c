/** What the common options of one command line come to. */
import type { OptionValues, OutputFormat } from "./command.ts";
import type { commonOptions } from "./common-options.ts";

export interface Settings {
  readonly help: boolean;
  readonly format: OutputFormat;
  readonly verbosity: -1 | 0 | 1;
  readonly offline: boolean;
  readonly color: "auto" | "always" | "never";
}

/** -q and -v together mean neither. */
export function settingsOf(options: OptionValues<typeof commonOptions>): Settings {
  const { help, format, quiet, verbose, offline, color } = options;
  return { help, format, verbosity: quiet === verbose ? 0 : quiet ? -1 : 1, offline, color };
}
