/** The options of `pybun env`. */
import type { OptionShapes } from "@vivarium/cli/command";
import { packageOptions, requirementFileOptions } from "../install/package-options.ts";

/** What decides which environment is meant: those of `env path`. */
export const envWishOptions = {
  ...requirementFileOptions,
  python: { kind: "value", short: "p", value: "PYTHON", summary: "Interpreter: path, version, specifier or name" },
  ...packageOptions,
  materialize: { kind: "values", value: "NAME", summary: "Copy a distribution into the environment, or :all:" },
} as const satisfies OptionShapes;

export const envCreateOptions = {
  ...requirementFileOptions,
  dir: { kind: "value", value: "DIR", summary: "Make the environment there instead of in the store" },
  clear: { kind: "flag", summary: "Make it anew, without what was put into it or installed by hand" },
  ...envWishOptions,
  refresh: { kind: "flag", summary: "Ask the indexes again and resolve again; replace it if the answer is another" },
} as const satisfies OptionShapes;
