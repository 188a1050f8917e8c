import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { shellWord } from "@vivarium/core/shell-word";

const notFound = exitCode.notFound;

/** Codes of `pybun run`. */
export const runDiagnostics = {
  E_RUN_NOTHING: rule<Record<string, never>>({
    exit: exitCode.usage,
    summary: "`run` was given nothing to run.",
    message: () => "nothing to run: give a script, a command, -m MODULE, -c CODE, or - for a script on stdin",
    hint: () => "`pybun run --help` shows examples.",
  }),
  E_RUN_TARGET_CONFLICT: rule<{ other: string }>({
    exit: exitCode.usage,
    summary: "--script was given together with a module or code.",
    message: (p) => `\`--script\` takes a file, and \`${p.other}\` something else to run`,
    hint: () => "Give one of them.",
  }),
  E_RUN_SCRIPT_NOT_FOUND: rule<{ script: string; reason: string }>({
    exit: notFound,
    summary: "The script does not exist or cannot be read.",
    message: (p) => `cannot read the script '${p.script}': ${p.reason}`,
  }),
  E_RUN_OTHER_LANGUAGE: rule<{ script: string; language: string }>({
    exit: exitCode.dataError,
    summary: "The first line of the file names a shell or another language, and the file may not be executed.",
    message: (p) => `'${p.script}' is no script for Python: its first line names '${p.language}'`,
    hint: ({ script }) => {
      const path = shellWord(script.includes("/") ? script : `./${script}`);
      return `Make it a program: \`chmod +x ${path}\`, then \`pybun run ${path}\`. \`--script\` gives it to Python all the same.`;
    },
  }),
  E_RUN_COMMAND_NOT_FOUND: rule<{ command: string; environment?: string }>({
    exit: notFound,
    summary: "No program of this name is in the environment or on PATH, and no file has this name.",
    message: (p) =>
      p.environment === undefined
        ? `there is no file and no program on PATH named '${p.command}'`
        : `there is no file named '${p.command}', and no such program in '${p.environment}' or on PATH`,
    hint: (p) => `If a package provides it, run \`pybun run --with PACKAGE ${p.command}\`.`,
  }),
  E_RUN_CANNOT_START: rule<{ program: string; reason: string; isStored?: boolean }>({
    exit: notFound,
    summary: "The system refused to start the program.",
    message: (p) => `cannot start '${p.program}': ${p.reason}`,
    hint: (p) => {
      if (p.isStored === true) return "Set VIVARIUM_HOME to a directory from which programs may be started.";
      return p.reason === "ENOEXEC"
        ? "If it is a script for Python, run it with `pybun run --script FILE`."
        : undefined;
    },
  }),
  E_RUN_ENVIRONMENT_MISSING: rule<{ variable: string; path: string }>({
    exit: notFound,
    summary: "PYBUN_ENV names a directory that is no environment.",
    message: (p) => `${p.variable} names '${p.path}', which has no Python interpreter`,
    hint: (p) => `Unset ${p.variable}, or name the prefix of an environment.`,
  }),
  E_RUN_ENVIRONMENT_UNSATISFIED: rule<{ path: string; script: string; missing: readonly string[] }>({
    exit: exitCode.config,
    summary: "The environment that PYBUN_ENV names lacks what the script's metadata block asks for.",
    message: (p) => `the environment '${p.path}' of PYBUN_ENV does not satisfy '${p.script}': ${p.missing.join("; ")}`,
    hint: () => "Install what is missing there, or unset PYBUN_ENV to let the script have its own environment.",
    data: (p) => ({ missing: p.missing }),
  }),
  E_RUN_PROJECT_FILE: rule<{ file: string; reason: string }>({
    exit: exitCode.dataError,
    summary: "The project's pyproject.toml cannot be read.",
    message: (p) => `cannot read '${p.file}': ${p.reason}`,
    hint: () => "Mend it, or name an interpreter with `--python`: then what the project requires does not decide.",
  }),
  E_RUN_ENV_FILE_MISSING: rule<{ file: string; cwd: string; reason: string }>({
    exit: notFound,
    summary: "The file given with --env-file or UV_ENV_FILE cannot be read.",
    message: (p) => `cannot read the variables in '${p.file}': ${p.reason}`,
    hint: (p) =>
      p.file.startsWith("/")
        ? "`--env-file` or UV_ENV_FILE names it."
        : `\`--env-file\` or UV_ENV_FILE names it, and it is looked for in '${p.cwd}'.`,
  }),
  E_RUN_ENV_FILE_SYNTAX: rule<{ file: string; reason: string }>({
    exit: exitCode.dataError,
    summary: "A line of the file given with --env-file or UV_ENV_FILE is malformed.",
    message: (p) => `cannot read the variables in '${p.file}': ${p.reason}`,
    hint: () => "A line is NAME=value, NAME='value', NAME=\"value\", empty, or a comment that begins with #.",
  }),
  W_RUN_ENVIRONMENT_BROKEN: rule<{ variable: string; path: string }>({
    exit: exitCode.success,
    summary: "VIRTUAL_ENV or CONDA_PREFIX names a directory without an interpreter; it is passed over.",
    message: (p) => `${p.variable} names '${p.path}', which has no Python interpreter, and is passed over`,
  }),
  W_RUN_PROJECT_BROKEN: rule<{ path: string }>({
    exit: exitCode.success,
    summary: "A project's .venv has no interpreter that can be started; it is passed over.",
    message: (p) => `'${p.path}' has no Python interpreter, and is passed over`,
    hint: () => "Make it anew, or bring back the Python that it was made with.",
  }),
  W_RUN_ENVIRONMENT_PYTHON: rule<{ path: string; version: string; wanted: string }>({
    exit: exitCode.success,
    summary: "The environment that is active or near is of another Python than --python asks for; it is passed over.",
    message: (p) => `'${p.path}' is of Python ${p.version}, not ${p.wanted}, and is passed over`,
    hint: () => "Its packages are not seen. Leave `--python` or UV_PYTHON away to run in it.",
  }),
  W_RUN_ENVIRONMENT_CHANGED: rule<{ path: string; added: readonly string[] }>({
    exit: exitCode.success,
    summary:
      "--refresh would undo what was installed into or taken from the environment by hand, but another process runs in it.",
    message: (p) => `'${p.path}' was changed by hand (${p.added.join(", ")}), and stays so: another process runs in it`,
    hint: () => "End that process and run with `--refresh` again.",
  }),
  W_RUN_PIN_PASSED_OVER: rule<{
    pin: string;
    versions: readonly string[];
    file: string;
    requires: string;
    path: string;
    version: string;
  }>({
    exit: exitCode.success,
    summary: "No Python is both named by .python-version and allowed by the project's requires-python, which decides.",
    message: (p) =>
      `'${p.pin}' names '${p.versions.join("', '")}', and no such Python was found that '${p.file}' allows` +
      `, which requires '${p.requires}': Python ${p.version} at '${p.path}' is used`,
    hint: () => "Make the two files agree, or install a Python that fits both.",
  }),
  W_RUN_PROJECT_PYTHON: rule<{ path: string; version: string; file: string; requires: string }>({
    exit: exitCode.success,
    summary: "VIRTUAL_ENV or the .venv is of a Python that the project's requires-python does not allow; it is used.",
    message: (p) => `'${p.path}' is of Python ${p.version}, and '${p.file}' requires '${p.requires}'`,
    hint: () => "Make it anew with a Python that the project allows, or name one with `--python`.",
  }),
};
