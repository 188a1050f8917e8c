/** Help texts: a program's table of commands, and one command's usage, options and examples. */
import type { Paint } from "./colors.ts";
import type { Command, OptionShape, OptionShapes, Program } from "./command.ts";
import { commonOptions } from "./common-options.ts";
import { metavar } from "./parse.ts";

export interface HelpLook {
  readonly paint: Paint;
  /** Columns to stay within. */
  readonly width: number;
}

interface ProgramLook extends HelpLook {
  readonly group?: string;
  /** The programs that this one is the roof of. */
  readonly members?: readonly Program[];
}

/** All commands, or those of one group (`env`). */
export function programHelp(program: Program, look: ProgramLook): string {
  const { paint, group, members = [] } = look;
  const listed =
    group === undefined ? program.commands : program.commands.filter((c) => c.name.startsWith(`${group} `));
  const name = group === undefined ? program.name : `${program.name} ${group}`;
  const rows = listed.map((command) => ({ left: command.name, right: command.summary }));
  const programs = members.map(({ name: left, summary: right }) => ({ left, right }));
  const common = optionRows(commonOptions);
  const sections = [
    ...(group === undefined ? [wrap(program.summary, look.width).join("\n")] : []),
    `${paint.bold("Usage:")} ${name} COMMAND [OPTIONS] [ARGUMENTS]`,
    ...(programs.length === 0 ? [] : [table("Programs", programs, { ...look, column: columnOf(programs, look) })]),
    table("Commands", rows, { ...look, column: columnOf(rows, look) }),
    table("Options", common, { ...look, column: columnOf(common, look) }),
    `See \`${program.name} help COMMAND\` for the options and examples of a command.`,
  ];
  return `${sections.join("\n\n")}\n`;
}

export function commandHelp(program: Program, command: Command, look: HelpLook): string {
  const { paint } = look;
  const name = `${program.name} ${command.name}`;
  const usage = command.usage.map((tail) => `  ${name} ${tail}`.trimEnd());
  const sections = [wrap(command.summary, look.width).join("\n"), [paint.bold("Usage:"), ...usage].join("\n")];
  const [own, common] = [optionRows(command.options), optionRows(commonOptions)];
  // One column for both tables, so that the eye finds all summaries at one place.
  const column = columnOf([...own, ...common], look);
  if (own.length > 0) sections.push(table("Options", own, { ...look, column }));
  sections.push(table("Common options", common, { ...look, column }));
  if (command.examples.length > 0) sections.push(exampleList(command, look));
  return `${sections.join("\n\n")}\n`;
}

function exampleList({ examples }: Command, { paint, width }: HelpLook): string {
  const lines = examples.flatMap(({ command, note }) => [
    ...wrap(`# ${note}`, width - 2).map((line) => `  ${paint.dim(line)}`),
    `  ${paint.green("$")} ${command}`,
  ]);
  return [paint.bold("Examples:"), ...lines].join("\n");
}

function optionRows(options: OptionShapes): Row[] {
  const shown = Object.entries(options).filter(([, option]) => option.hidden !== true);
  return shown.map(([name, option]) => ({ left: optionName(name, option), right: optionSummary(option) }));
}

function optionName(name: string, option: OptionShape): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  const negatable = option.kind === "flag" && option.negatable === true ? "[no-]" : "";
  const value = metavar(name, option);
  return `${short}--${negatable}${name}${value === "" ? "" : ` ${value}`}`;
}

function optionSummary(option: OptionShape): string {
  if (option.kind === "values") return `${option.summary} (repeatable)`;
  if (option.kind !== "choice") return option.summary;
  // Where a word stands for the value, the name does not tell what it may be.
  const choices = option.value === undefined ? "" : `: ${listOf(option.choices)}`;
  const assumed = option.default ?? option.assumed;
  return `${option.summary}${choices}${assumed === undefined ? "" : ` [${assumed}]`}`;
}

const listOf = (words: readonly string[]): string =>
  [words.slice(0, -1).join(", "), ...words.slice(-1)].filter((part) => part !== "").join(" or ");

interface Row {
  readonly left: string;
  readonly right: string;
}

/** The width of the names; longer ones than this have a line of their own. */
function columnOf(rows: readonly Row[], { width }: HelpLook): number {
  const leftMax = Math.min(34, Math.floor(width / 2));
  return Math.max(...rows.map(({ left }) => (left.length <= leftMax ? left.length : 0)));
}

/** Two columns where there is room for both, else the summary on a line of its own below the name. */
function table(
  title: string,
  rows: readonly Row[],
  { paint, width, column }: HelpLook & { readonly column: number },
): string {
  const lines = rows.flatMap(({ left, right }) => {
    const indent = " ".repeat(column === 0 ? 8 : column + 4);
    const [first = "", ...more] = wrap(right, Math.max(24, width - indent.length));
    const rest = more.map((line) => indent + line);
    const name = `  ${paint.cyan(left)}`;
    if (left.length > column) return [name, indent + first, ...rest];
    return [`${name}${" ".repeat(column - left.length + 2)}${first}`, ...rest];
  });
  return [paint.bold(`${title}:`), ...lines].join("\n");
}

/** Breaks between words; a word longer than the line stays whole, since a broken URL or path is worth nothing. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
