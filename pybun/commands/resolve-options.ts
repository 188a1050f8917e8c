/** The options of `pybun resolve`. */
import type { OptionShapes } from "@vivarium/cli/command";
import { packageOptions, requirementFileOptions } from "../install/package-options.ts";

export const resolveOptions = {
  ...requirementFileOptions,
  python: {
    kind: "value",
    short: "p",
    value: "PYTHON",
    summary: "Interpreter to resolve for: path, version, specifier or name",
  },
  "python-version": {
    kind: "value",
    value: "V",
    summary: "Python version to resolve for, instead of the interpreter's own; 3.9 means 3.9.0",
  },
  platform: { kind: "value", value: "NAME", summary: "Platform to resolve for, such as linux or x86_64-apple-darwin" },
  ...packageOptions,
  refresh: {
    kind: "flag",
    summary: "Ask the indexes again; else their pages are used for as long as they say, or 600 s",
  },
  hashes: { kind: "flag", summary: "Print the hashes of all files of each pin" },
  "output-format": {
    kind: "choice",
    choices: ["requirements"],
    default: "requirements",
    summary: "How pins are printed",
  },
} as const satisfies OptionShapes;
