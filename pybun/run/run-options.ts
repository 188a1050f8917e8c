/** The options of `pybun run`. Those about packages mean the same as for `resolve`. */
import type { OptionShapes } from "@vivarium/cli/command";

export const runOptions = {
  module: { kind: "value", short: "m", value: "MODULE", endsOptions: true, summary: "Run a module, as python -m does" },
  code: {
    kind: "value",
    short: "c",
    value: "CODE",
    mayBeEmpty: true,
    endsOptions: true,
    summary: "Run code, as python -c does",
  },
  with: { kind: "values", value: "REQUIREMENT", summary: "Also have this package, for this run" },
  python: { kind: "value", short: "p", value: "PYTHON", summary: "Interpreter: path, version or specifier" },
  "python-arg": {
    kind: "values",
    value: "ARG",
    summary: "Pass an option to the interpreter, such as --python-arg=-Xdev",
  },
  explain: { kind: "flag", summary: "Say which interpreter and environment would be used, and why; run nothing" },
  "env-file": { kind: "values", value: "FILE", summary: "Set the variables that a file lists" },
  refresh: { kind: "flag", summary: "Resolve again, and ask the indexes again" },
  index: { kind: "values", value: "URL", summary: "An index ahead of the default one" },
  "default-index": { kind: "value", value: "URL", summary: "Instead of the default index" },
  "no-index": { kind: "flag", summary: "Only --find-links" },
  "find-links": {
    kind: "values",
    short: "f",
    value: "PLACE",
    summary: "Also files in a directory or linked by a page",
  },
  prerelease: {
    kind: "choice",
    choices: ["allow", "disallow", "explicit", "if-necessary"],
    summary: "When pre-releases are taken (if-necessary)",
    value: "MODE",
  },
  resolution: {
    kind: "choice",
    choices: ["highest", "lowest", "lowest-direct"],
    summary: "Which versions are preferred (highest)",
    value: "MODE",
  },
  "exclude-newer": { kind: "value", value: "TIME", summary: "Ignore files uploaded after a date or time" },
  "no-binary": { kind: "values", value: "NAME", summary: "No wheels of a package, or :all:" },
  "only-binary": { kind: "values", value: "NAME", summary: "Only wheels of a package, or :all:" },
} as const satisfies OptionShapes;
