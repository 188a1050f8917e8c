/** The options of `pybun resolve`. */
import type { OptionShapes } from "@vivarium/cli/command";

export const resolveOptions = {
  requirement: {
    kind: "values",
    short: "r",
    value: "FILE",
    summary: "Resolve what a requirements file lists (- for stdin)",
  },
  constraint: { kind: "values", short: "c", value: "FILE", summary: "Restrict versions as a file says" },
  index: { kind: "values", value: "URL", summary: "An index ahead of the default one" },
  "default-index": { kind: "value", value: "URL", summary: "Instead of the default index" },
  "no-index": { kind: "flag", summary: "Only --find-links" },
  "find-links": {
    kind: "values",
    short: "f",
    value: "PLACE",
    summary: "Also files in a directory or linked by a page",
  },
  python: { kind: "value", value: "PYTHON", summary: "Interpreter to resolve for: path, version or specifier" },
  "python-version": { kind: "value", value: "V", summary: "Python version to resolve for; 3.9 means 3.9.0" },
  platform: { kind: "value", value: "NAME", summary: "Platform to resolve for, such as linux or x86_64-apple-darwin" },
  "no-binary": { kind: "values", value: "NAME", summary: "No wheels of a package, or :all:" },
  "only-binary": { kind: "values", value: "NAME", summary: "Only wheels of a package, or :all:" },
  "no-build": { kind: "flag", summary: "Only wheels, of all packages" },
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
  "exclude-newer": { kind: "value", value: "TIME", summary: "Ignore files uploaded after a date or time" },
  refresh: { kind: "flag", summary: "Ask the indexes again, whatever the cache holds" },
  hashes: { kind: "flag", summary: "Print the hashes of all files of each pin" },
  "output-format": {
    kind: "choice",
    choices: ["requirements"],
    default: "requirements",
    summary: "How pins are printed",
  },
} as const satisfies OptionShapes;
