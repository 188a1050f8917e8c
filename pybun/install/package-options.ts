/** The options about packages that `resolve`, `env create` and `run` share, with one meaning. */
import type { OptionShapes } from "@vivarium/cli/command";

export const packageOptions = {
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
  "no-build": { kind: "flag", summary: "Only wheels, of all packages" },
  prerelease: {
    kind: "choice",
    choices: ["allow", "disallow", "explicit", "if-necessary"],
    assumed: "if-necessary",
    summary: "When pre-releases are taken",
    value: "MODE",
  },
  resolution: {
    kind: "choice",
    choices: ["highest", "lowest", "lowest-direct"],
    assumed: "highest",
    summary: "Which versions are preferred",
    value: "MODE",
  },
  "exclude-newer": {
    kind: "value",
    value: "TIME",
    summary: "Ignore files uploaded after a date or time, or in the last `7 days`",
  },
} as const satisfies OptionShapes;

/** The options of `resolve` and `env create` that name files of requirements. */
export const requirementFileOptions = {
  requirement: {
    kind: "values",
    short: "r",
    value: "FILE",
    summary: "Also what a requirements file, or one at a URL, lists (- for stdin)",
  },
  constraint: {
    kind: "values",
    short: "c",
    value: "FILE",
    summary: "Restrict versions as a file, or one at a URL, says (- for stdin)",
  },
} as const satisfies OptionShapes;
