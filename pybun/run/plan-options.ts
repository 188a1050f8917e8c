import type { CommandContext, OptionValues } from "@vivarium/cli/command";
import type { ScriptMetadata } from "../script/metadata.ts";
import type { runOptions } from "./run-options.ts";

/** What the choice of an environment depends on. */
export interface PlanOptions {
  readonly context: CommandContext;
  readonly options: OptionValues<typeof runOptions>;
  /** The store's directory. */
  readonly cacheRoot: string;
  /** Of the script, if it has any. */
  readonly metadata: ScriptMetadata | undefined;
  /** The script as given; for messages, and for relative places in its block. */
  readonly script: string | undefined;
}
