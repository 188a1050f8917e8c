/** The options of `pybun run`. Those about packages mean the same as for `resolve`. */
import type { OptionShapes } from "@vivarium/cli/command";
import { packageOptions } from "../install/package-options.ts";

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
  script: { kind: "flag", short: "s", summary: "The file is a Python script, whatever it is called" },
  with: { kind: "values", value: "REQUIREMENT", summary: "Also have this package, for this run; commas part several" },
  python: { kind: "value", short: "p", value: "PYTHON", summary: "Interpreter: path, version, specifier or name" },
  "python-arg": {
    kind: "values",
    value: "ARG",
    summary: "Pass an option to the interpreter, such as --python-arg=-Xdev",
  },
  explain: { kind: "flag", summary: "Say which interpreter and environment would be used, and why; run nothing" },
  "env-file": { kind: "values", value: "FILE", summary: "Set the variables that a file lists" },
  refresh: {
    kind: "flag",
    summary: "Ask the indexes and resolve again; undo what was installed into the environment by hand",
  },
  ...packageOptions,
} as const satisfies OptionShapes;
