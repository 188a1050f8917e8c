import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const script = v.object({
  path: v.string(),
  line: count,
  dependencies: v.array(v.string()),
  requires_python: v.optional(v.string()),
  settings: v.record(v.string(), v.unknown()),
});

const interpreter = v.object({
  path: v.string(),
  version: v.optional(v.string()),
  selected_by: v.picklist([
    "--python",
    "UV_PYTHON",
    ".python-version",
    "requires-python",
    "PATH",
    "pyenv",
    "environment",
  ]),
  because: v.string(),
  /** The file that decided. */
  source: v.optional(v.string()),
});

const environment = v.object({
  selected_by: v.picklist(["PYBUN_ENV", "script", "with", "VIRTUAL_ENV", "CONDA_PREFIX", "project", "interpreter"]),
  because: v.string(),
  /** The prefix; absent for an interpreter that is in no environment, and for one that is not made yet. */
  path: v.optional(v.string()),
  /** Of an environment that PyBun owns. */
  key: v.optional(v.string()),
  exists: v.boolean(),
  /** Distributions that something else was installed, or put, in front of, into the environment itself. */
  shadowed: v.optional(
    v.array(
      v.object({
        name: v.string(),
        declared: v.string(),
        /** The version that was installed. */
        installed: v.optional(v.string()),
        /** A module that was put there without an installer. */
        path: v.optional(v.string()),
      }),
    ),
  ),
});

/** `detail` of `run`: also with `--explain`, which runs nothing. */
export const runDetail = v.object({
  target: v.optional(v.object({ kind: v.picklist(["file", "module", "code", "stdin", "command"]), name: v.string() })),
  interpreter,
  environment,
  script: v.optional(script),
  exit: v.optional(v.object({ code: count, signal: v.optional(v.string()) })),
});
