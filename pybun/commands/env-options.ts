/** The options of `pybun env`. */
import type { OptionShapes } from "@vivarium/cli/command";
import { packageOptions, requirementFileOptions } from "../install/package-options.ts";

export const envCreateOptions = {
  ...requirementFileOptions,
  dir: { kind: "value", value: "DIR", summary: "Make the environment there instead of in the store" },
  clear: { kind: "flag", summary: "Replace the environment that --dir names, with all that is in it" },
  python: { kind: "value", short: "p", value: "PYTHON", summary: "Interpreter: path, version or specifier" },
  ...packageOptions,
  materialize: { kind: "values", value: "NAME", summary: "Copy a distribution into the environment" },
  refresh: { kind: "flag", summary: "Ask the indexes again and resolve again" },
} as const satisfies OptionShapes;
