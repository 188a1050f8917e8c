/** What can be wrong with a command line, and the two ends that are nobody's choice. */
import { rule } from "@vivarium/core/diagnostic";
import { exitCode } from "@vivarium/core/exit-code";
import { wordsOfErrno } from "@vivarium/core/system-reason";

interface Suggestions {
  readonly nearest: readonly string[];
}

/** Commands and options stand in backticks, values in quotes. */
const meant = ({ nearest }: Suggestions, quote: "`" | "'"): string | undefined =>
  nearest.length === 0 ? undefined : `Did you mean ${nearest.map((word) => quote + word + quote).join(" or ")}?`;

const helpHint = ({ program, command }: { program: string; command?: string }): string =>
  `See \`${command === undefined ? program : `${program} ${command}`} --help\`.`;

interface Place {
  readonly program: string;
  readonly command?: string;
}

export const cliDiagnostics = {
  E_USAGE_COMMAND_MISSING: rule<Place & { group?: string }>({
    exit: exitCode.usage,
    summary: "A command line names no command.",
    message: (p) => (p.group === undefined ? "no command was given" : `\`${p.group}\` needs one of its commands`),
    hint: (p) => helpHint({ program: p.program, ...(p.group === undefined ? {} : { command: p.group }) }),
  }),
  E_USAGE_COMMAND_UNKNOWN: rule<Place & { group?: string; word: string; instead?: string } & Suggestions>({
    exit: exitCode.usage,
    summary: "The command does not exist.",
    message: (p) => `\`${p.program}\` has no command \`${p.word}\``,
    hint: (p) =>
      (p.instead === undefined ? undefined : `Did you mean \`${p.instead}\`?`) ??
      meant(p, "`") ??
      helpHint({ program: p.program, ...(p.group === undefined ? {} : { command: p.group }) }),
  }),
  E_USAGE_OPTION_UNKNOWN: rule<Place & { option: string } & Suggestions>({
    exit: exitCode.usage,
    summary: "The command has no such option.",
    message: (p) => `unknown option \`${p.option}\``,
    hint: (p) => meant(p, "`") ?? helpHint(p),
    fixes: (p) => p.nearest.map((text) => ({ title: `Write \`${text}\``, kind: "option" as const, text })),
  }),
  E_USAGE_VALUE_MISSING: rule<Place & { option: string; value: string }>({
    exit: exitCode.usage,
    summary: "An option that takes a value has none.",
    message: (p) => `option \`${p.option}\` needs a value`,
    hint: (p) => `Write \`${p.option} ${p.value}\`.`,
  }),
  E_USAGE_VALUE_EMPTY: rule<Place & { option: string; value: string }>({
    exit: exitCode.usage,
    summary: "An option was given an empty value, often from a variable that is not set.",
    message: (p) => `option \`${p.option}\` was given an empty value`,
    hint: (p) => `Write \`${p.option} ${p.value}\`, or leave the option away.`,
  }),
  E_USAGE_VALUE_UNEXPECTED: rule<Place & { option: string; value: string }>({
    exit: exitCode.usage,
    summary: "An option that takes no value was given one.",
    message: (p) => `option \`${p.option}\` takes no value, but got '${p.value}'`,
    hint: (p) => `Write \`${p.option}\` alone.`,
  }),
  E_USAGE_CHOICE: rule<Place & { option: string; value: string; choices: readonly string[] } & Suggestions>({
    exit: exitCode.usage,
    summary: "An option's value is none of its choices.",
    message: (p) => `option \`${p.option}\` cannot be '${p.value}'`,
    hint: (p) => meant(p, "'") ?? `Choose one of ${p.choices.map((choice) => `'${choice}'`).join(", ")}.`,
  }),
  E_USAGE_ARGUMENT_MISSING: rule<Place & { name: string }>({
    exit: exitCode.usage,
    summary: "The command needs more arguments.",
    message: (p) => `argument ${p.name} is missing`,
    hint: helpHint,
  }),
  E_USAGE_ARGUMENT_UNEXPECTED: rule<Place & { argument: string }>({
    exit: exitCode.usage,
    summary: "The command takes fewer arguments.",
    message: (p) => `unexpected argument '${p.argument}'`,
    hint: helpHint,
  }),
  E_SCHEMA_UNKNOWN: rule<{ name: string; known: readonly string[] } & Suggestions>({
    exit: exitCode.notFound,
    summary: "No schema has this name.",
    message: (p) => `there is no schema '${p.name}'`,
    hint: (p) => meant(p, "'") ?? `There are ${p.known.map((name) => `'${name}'`).join(", ")}.`,
  }),
  E_WORKING_DIRECTORY: rule<{ wanted?: string }>({
    exit: exitCode.notFound,
    summary:
      "The command names a relative path, but the working directory was deleted, or the system cannot tell it. What needs no directory works there.",
    message: (p) =>
      p.wanted === undefined
        ? "cannot use the working directory: it was deleted, or cannot be reached any more"
        : `cannot look for '${p.wanted}': the working directory was deleted, or cannot be reached any more`,
    hint: () => "Change to a directory that exists, or name absolute paths.",
  }),
  E_OUTPUT_WRITE: rule<{ reason: string }>({
    exit: exitCode.io,
    summary: "Standard output could not be written, for example because the disk is full.",
    message: (p) => `cannot write to standard output: ${wordsOfErrno(p.reason) ?? p.reason}`,
  }),
  E_INTERRUPTED: rule<{ signal: string; exit: number }>({
    exit: exitCode.interrupted,
    summary:
      "A signal ended the command; what it had begun was undone or is complete. A second signal, or one that came while the command computed or waited to write for more than a second, ends the process without a word.",
    message: (p) => `interrupted by ${p.signal}`,
  }),
  E_INTERNAL: rule<{ command: string; error: string; report?: string }>({
    exit: exitCode.software,
    summary: "A bug in this program. A report file tells where.",
    message: (p) => `\`${p.command}\` failed unexpectedly: ${p.error}`,
    hint: (p) =>
      p.report === undefined
        ? "No report could be written. Run again with `--verbose` and file an issue with the output."
        : `A report without secrets is in '${p.report}': please file an issue with it.`,
  }),
};
