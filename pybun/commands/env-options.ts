/** The options of `pybun env`. */
import type { OptionShapes } from "@vivarium/cli/command";

export const envCreateOptions = {
  requirement: { kind: "values", short: "r", value: "FILE", summary: "Install what a requirements file lists" },
  constraint: { kind: "values", short: "c", value: "FILE", summary: "Restrict versions as a file says" },
  dir: { kind: "value", value: "DIR", summary: "Make the environment there instead of in the store" },
  python: { kind: "value", value: "PYTHON", summary: "Interpreter: path, version or specifier" },
  index: { kind: "values", value: "URL", summary: "An index ahead of the default one" },
  "default-index": { kind: "value", value: "URL", summary: "Instead of the default index" },
  "no-index": { kind: "flag", summary: "Only --find-links" },
  "find-links": {
    kind: "values",
    short: "f",
    value: "PLACE",
    summary: "Also files in a directory or linked by a page",
  },
  "no-binary": { kind: "values", value: "NAME", summary: "No wheels of a package, or :all:" },
  "only-binary": { kind: "values", value: "NAME", summary: "Only wheels of a package, or :all:" },
  prerelease: {
    kind: "choice",
    choices: ["allow", "disallow", "explicit", "if-necessary"],
    summary: "When pre-releases are taken (if-necessary)",
    value: "MODE",
  },
  resolution: {
    kind: "choice",
    choices: ["highest", "lowest", "lowest-direct"],
    default: "highest",
    summary: "Which versions are preferred",
    value: "MODE",
  },
  materialize: { kind: "values", value: "NAME", summary: "Copy a distribution into the environment" },
  refresh: { kind: "flag", summary: "Ask the indexes again and resolve again" },
} as const satisfies OptionShapes;
