/**
 * From a command line to a command: finds it, parses its arguments, and runs it or explains what is wrong with the line.
 * Options common to all commands may stand before the command's name too.
 */
import { type Problem, problemsOf } from "@vivarium/core/diagnostic";
import { nearest } from "@vivarium/core/nearest";
import { shellWord } from "@vivarium/core/shell-word";
import { programVersion } from "@vivarium/core/version";
import { paintOf } from "./colors.ts";
import type { Command, CommandContext, OptionValues, Program } from "./command.ts";
import { commonOptions } from "./common-options.ts";
import type { cliDiagnostics } from "./diagnostics.ts";
import type { Host } from "./host.ts";
import { type Parsed, parseArguments } from "./parse.ts";
import { findCommand, type Lookup } from "./program.ts";
import { runCommand } from "./run-command.ts";
import { settingsOf } from "./settings.ts";

const problem = problemsOf<typeof cliDiagnostics>();

const leadOptions = { ...commonOptions, version: { kind: "flag", short: "V", summary: "Show the version" } } as const;

/** Resolves to the exit code. */
export async function runProgram(program: Program, argv: readonly string[], host: Host): Promise<number> {
  const lead = parseArguments(argv, { options: leadOptions, stopAtFirstPositional: true, program: program.name });
  const words = argv.slice(0, argv.length - lead.positionals.length).filter((word) => word !== "--");
  const lookup = findCommand(program.commands, lead.positionals);
  if (lookup.kind === "unknown" && lookup.word === "help") {
    // In front, since a command may pass on all that stands behind its first argument.
    return runProgram(program, ["--help", ...words, ...lead.positionals.slice(1)], host);
  }
  const call: Call = { program, argv, host, words, leadProblems: lead.problems };
  if (lookup.kind === "command") return runFound(call, lookup);
  return runWithout(call, lookup);
}

interface Call {
  readonly program: Program;
  readonly argv: readonly string[];
  readonly host: Host;
  /** What stood before the command's name. */
  readonly words: readonly string[];
  /** What is wrong with them. */
  readonly leadProblems: readonly Problem[];
}

function runFound(call: Call, { command, rest }: Lookup & { kind: "command" }): Promise<number> {
  const { program, words } = call;
  const parsed = parseArguments([...words, ...rest], {
    options: { ...commonOptions, ...command.options },
    program: program.name,
    command: command.name,
    stopAtFirstPositional: command.stopAtFirstPositional === true,
  });
  const settings = settingsOf(commonValues(parsed));
  const name = `${program.name} ${command.name}`;
  const problems = [...parsed.problems, ...checkPositionals(program, command, parsed.positionals)];
  return runCommand({ ...call, name, settings }, async (context) => {
    if (settings.help) return showHelp(context, async (look) => (await loadHelp()).commandHelp(program, command, look));
    if (problems.length > 0) return refuse(context, problems);
    const work = await command.load();
    return work.execute(context, parsed);
  });
}

/** `--help`, `--version`, and lines that name no command. */
function runWithout(call: Call, lookup: Exclude<Lookup, { kind: "command" }>): Promise<number> {
  const { program, argv } = call;
  // The first word is a wrong or missing command, so the rest is read only for the options common to all.
  const parsed = parseArguments(argv, { options: leadOptions, program: program.name });
  const values = commonValues(parsed);
  const settings = settingsOf(values);
  const group = lookup.kind === "group" ? lookup.group : undefined;
  const member = group === undefined ? undefined : parsed.positionals[1];
  const name = group === undefined ? program.name : `${program.name} ${group}`;
  return runCommand({ ...call, name, settings }, async (context) => {
    const help = (): Promise<number> =>
      showHelp(context, async (look) => {
        const members = (await program.members?.()) ?? [];
        return (await loadHelp()).programHelp(program, { ...look, members, ...(group && { group }) });
      });
    if (settings.help && lookup.kind !== "unknown" && member === undefined) return help();
    if (call.leadProblems.length > 0) return refuse(context, call.leadProblems);
    if (lookup.kind === "none" && parsed.problems.length > 0) return refuse(context, parsed.problems);
    if (lookup.kind === "none" && parsed.options["version"] === true) return showVersion(program, context);
    const instead = lookup.kind === "unknown" ? await wordsInstead(program, lookup.word) : undefined;
    return refuse(context, [lookupProblem(program, { lookup, member, instead })]);
  });
}

// Sound: the parser filled the values by these very shapes.
const commonValues = (parsed: Parsed): OptionValues<typeof commonOptions> =>
  parsed.options as OptionValues<typeof commonOptions>;

const loadHelp = () => import("./help.ts");

async function showHelp(
  context: CommandContext,
  write: (look: { paint: ReturnType<typeof paintOf>; width: number }) => Promise<string>,
): Promise<number> {
  const isText = context.format === "text";
  const text = await write({ paint: paintOf(isText && context.color), width: Math.min(context.width, 110) });
  context.out(text);
  context.detail({ help: text });
  return 0;
}

async function showVersion(program: Program, context: CommandContext): Promise<number> {
  context.out(`${program.name} ${programVersion}\n`);
  context.detail({ version: programVersion });
  return 0;
}

/** All problems of a line are told; the last one ends it, as every command ends. */
async function refuse(context: CommandContext, problems: readonly Problem[]): Promise<number> {
  for (const found of problems.slice(0, -1)) context.report.warn(found);
  const last = problems.at(-1);
  if (last !== undefined) throw last;
  return 0;
}

function checkPositionals(program: Program, command: Command, given: readonly string[]): Problem[] {
  const place = { program: program.name, command: command.name };
  const { positionals } = command;
  if (positionals === "any") return [];
  const { name, min, max } = positionals === "none" ? { name: "", min: 0, max: 0 } : positionals;
  const extra = given[max];
  if (extra !== undefined) return [problem("E_USAGE_ARGUMENT_UNEXPECTED", { ...place, argument: extra })];
  return given.length < min ? [problem("E_USAGE_ARGUMENT_MISSING", { ...place, name })] : [];
}

interface Missed {
  readonly lookup: Exclude<Lookup, { kind: "command" }>;
  /** The word behind a group's name that is none of its commands. */
  readonly member: string | undefined;
  readonly instead: readonly string[] | undefined;
}

/** What the program itself or one of its members makes of a word that is no command. */
async function wordsInstead(program: Program, word: string): Promise<readonly string[] | undefined> {
  const own = program.instead?.(word);
  if (own !== undefined) return own;
  const members = (await program.members?.()) ?? [];
  return members.flatMap(({ name, instead }) => {
    const words = instead?.(word);
    return words === undefined ? [] : [[name, ...words]];
  })[0];
}

function lookupProblem(program: Program, { lookup, member, instead }: Missed): Problem {
  const place = { program: program.name };
  if (lookup.kind === "none") return problem("E_USAGE_COMMAND_MISSING", place);
  if (lookup.kind === "group" && member === undefined) {
    return problem("E_USAGE_COMMAND_MISSING", { ...place, group: lookup.group });
  }
  const group = lookup.kind === "group" ? { group: lookup.group } : {};
  const word = lookup.kind === "group" ? `${lookup.group} ${member}` : lookup.word;
  const names = program.commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const meant = instead === undefined ? {} : { instead: [program.name, ...instead].map(shellWord).join(" ") };
  return problem("E_USAGE_COMMAND_UNKNOWN", { ...place, ...group, ...meant, word, nearest: nearest(word, names) });
}
