import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";

const moreFiles = (count: number): string =>
  count === 0 ? "" : ` and ${count} more ${count === 1 ? "file" : "files"}`;

/** Codes of views and environments. */
export const envDiagnostics = {
  E_ENV_PATH_CONFLICT: rule<{ path: string; file: string; directory: string }>({
    exit: exitCode.dataError,
    summary: "Two distributions cannot be installed together: what is a file in one is a directory in the other.",
    message: (p) => `'${p.path}' is a file in ${p.file} and a directory in ${p.directory}`,
    hint: () => "Leave one of the two away.",
  }),
  W_ENV_FILE_CONFLICT: rule<{ winner: string; loser: string; count: number; path: string }>({
    exit: exitCode.success,
    summary: "Two distributions bring different files of the same name; as with pip, only one of them stays.",
    message: (p) =>
      `${p.winner} and ${p.loser} both bring '${p.path}'${moreFiles(p.count - 1)}; what ${p.winner} brings is used`,
    hint: () => "Distributions that provide the same package are rarely meant to be installed together.",
  }),
  E_ENV_SCRIPT_NAME: rule<{ wheel: string; name: string }>({
    exit: exitCode.integrity,
    summary: "An entry point asks for a script outside the environment's directory of scripts.",
    message: (p) =>
      `${p.wheel} asks for a script named '${p.name}', which is not a plain file name of at most 255 bytes`,
    hint: () => "Do not install this distribution: tell its publisher.",
  }),
  E_ENV_DATA_CONFLICT: rule<{ distribution: string; path: string }>({
    exit: exitCode.dataError,
    summary: "A distribution's data or script would replace a part of the environment itself.",
    message: (p) => `${p.distribution} brings '${p.path}', which would replace a part of the environment`,
    hint: () => "Leave the distribution away, or tell its publisher.",
  }),
  E_ENV_DIRECTORY_TAKEN: rule<{ path: string }>({
    exit: exitCode.dataError,
    summary: "The directory given for an environment holds something else.",
    message: (p) => `'${p.path}' is not empty and is no environment of PyBun`,
    hint: () => "Name an empty directory or one that does not exist.",
  }),
  E_ENV_DIRECTORY_STORE: rule<{ path: string; store: string }>({
    exit: exitCode.config,
    summary: "An environment may not contain the store: a write under its prefix would reach the store.",
    message: (p) => `the environment '${p.path}' would contain the store '${p.store}', or lie within it`,
    hint: () => "Name another directory, or move the store with VIVARIUM_HOME.",
  }),
  E_ENV_DIRECTORY_UNUSABLE: rule<{ path: string; reason: string }>({
    exit: exitCode.io,
    summary: "No environment can be made at the place that --dir names: a link, a mount point, a disk that refuses.",
    message: (p) => `cannot make an environment at '${p.path}': ${p.reason}`,
    hint: () => "Name another directory with `--dir`.",
  }),
  E_ENV_MATERIALIZE_NAME: rule<{ text: string }>({
    exit: exitCode.usage,
    summary: "What is given to --materialize is no name of a distribution.",
    message: (p) => `\`--materialize\` takes names of distributions or :all:, not '${p.text}'`,
    hint: () => "Give names alone, without versions or extras; commas part several.",
  }),
  W_ENV_MATERIALIZE_ABSENT: rule<{ name: string }>({
    exit: exitCode.success,
    summary: "A distribution that is to be copied into the environment is not among its packages.",
    message: (p) => `'${p.name}' is to be copied into the environment, and is not among its packages`,
    hint: () => "Look at the spelling of `materialize`; `:all:` copies every one.",
  }),
  E_ENV_EXISTS: rule<{ path: string }>({
    exit: exitCode.dataError,
    summary: "The place that --dir names holds an environment that was made for something else.",
    message: (p) => `'${p.path}' is an environment made for other requirements, with other options or another Python`,
    hint: () => "Add `--clear` to replace it; what was installed or put into it by hand goes with it.",
  }),
  E_ENV_LAYOUT: rule<{ path: string; format: number }>({
    exit: exitCode.dataError,
    summary: "The environment at this place was made by another version of PyBun, whose record this one cannot read.",
    message: (p) => `'${p.path}' is an environment of another version of PyBun, with a record of format ${p.format}`,
    hint: (p) => `Make it anew with \`pybun env create … --dir '${p.path}' --clear\`, or delete the directory.`,
  }),
  E_ENV_MOVED: rule<{ path: string; from: string }>({
    exit: exitCode.dataError,
    summary: "The environment at this place was made elsewhere and moved or copied here; its scripts name that place.",
    message: (p) => `'${p.path}' is an environment that was made at '${p.from}', which its scripts name`,
    hint: () => "Add `--clear` to make it anew; what was installed or put into it by hand goes with it.",
  }),
  W_ENV_MOVED: rule<{ path: string; from: string; command: string }>({
    exit: exitCode.success,
    summary: "An environment at a place of its own was moved or copied: what it holds works, its scripts do not.",
    message: (p) => `the environment '${p.path}' was made at '${p.from}', which its scripts name`,
    hint: (p) => `\`${p.command}\` makes it anew.`,
  }),
  E_ENV_AMBIGUOUS: rule<{ wanted: string; paths: readonly string[] }>({
    exit: exitCode.dataError,
    summary: "More than one environment has this key or serves these requirements.",
    message: (p) => `'${p.wanted}' means more than one environment: ${p.paths.map((path) => `'${path}'`).join(", ")}`,
    hint: () => "Name one of them by its path.",
  }),
  W_ENV_BROKEN: rule<{ path: string; reason: string; command: string }>({
    exit: exitCode.success,
    summary: "An environment at a place of its own lacks something that it needs from the store.",
    message: (p) => `the environment '${p.path}' does not work any more: ${p.reason}`,
    hint: (p) => `\`${p.command}\` mends it.`,
  }),
  W_ENV_VIEW_GONE: rule<{ path: string; reason: string }>({
    exit: exitCode.success,
    summary: "An environment of the store lacks its view, which is made again when the environment is asked for next.",
    message: (p) => `the environment '${p.path}' cannot be used for now: ${p.reason}`,
    hint: () => "The next run that needs it, or `pybun env create`, mends it and keeps what was put into it.",
  }),
  E_ENV_HASH: rule<{ name: string; version: string; expected: string; actual: string }>({
    exit: exitCode.integrity,
    summary: "The wheel that serves a pin does not have one of the hashes that the requirements file demands.",
    message: (p) => `the hash of ${p.name} ${p.version} is ${p.actual}, the requirements file demands ${p.expected}`,
    hint: () => "Make the pins anew with `pybun resolve --hashes`, if you trust the index.",
  }),
  E_ENV_NOT_FOUND: rule<{ wanted: string }>({
    exit: exitCode.notFound,
    summary: "No environment has this key or path, or was made for these requirements with these options.",
    message: (p) => `there is no environment '${p.wanted}'`,
    hint: () =>
      "`pybun env list` shows keys, paths and requirements; other options or another Python make another one.",
  }),
  E_ENV_IN_USE: rule<{ path: string }>({
    exit: exitCode.io,
    summary: "A running process uses the environment that should be removed.",
    message: (p) => `'${p.path}' is used by a running process`,
    hint: () => "End the process first.",
  }),
};
