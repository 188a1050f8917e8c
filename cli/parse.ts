/**
 * The argument parser: argv and an option shape in, values, positionals and problems out. Pure.
 *
 * Own code because the parser is on the start path, where known ones cost 2–11 ms, and because `run` must stop at the
 * first positional and pass the rest on untouched (docs/decisions/0004-own-argument-parser.md). Rules, as GNU and
 * Python users know them: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, flags in clusters (`-qv`),
 * `--` ends the options, `-` alone is positional, options and positionals mix unless the command stops at the first
 * positional. A word is not taken as a value when it is itself an option of the command: that is a missing value.
 * All problems are collected, not only the first, so that `--format` is known even on a broken line.
 */
import { type Problem, problemsOf } from "@vivarium/core/diagnostic";
import { nearest } from "@vivarium/core/nearest";
import type { CommandInput, OptionShape, OptionShapes } from "./command.ts";
import type { cliDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof cliDiagnostics>();

export interface ParseShape {
  readonly options: OptionShapes;
  readonly stopAtFirstPositional?: boolean;
  /** Only for messages. */
  readonly program: string;
  readonly command?: string;
}

export interface Parsed extends CommandInput {
  readonly problems: readonly Problem[];
}

type Value = string | boolean | readonly string[] | undefined;

interface State {
  readonly shape: ParseShape;
  readonly argv: readonly string[];
  /** Index of the next word to read. */
  next: number;
  readonly options: Record<string, Value>;
  readonly problems: Problem[];
  optionsEnded: boolean;
}

interface Named {
  readonly name: string;
  readonly option: OptionShape;
  readonly negated: boolean;
}

export function parseArguments(argv: readonly string[], shape: ParseShape): Parsed {
  const state: State = { shape, argv, next: 0, options: defaultsOf(shape.options), problems: [], optionsEnded: false };
  const positionals: string[] = [];
  for (let word = argv[state.next]; word !== undefined; word = argv[state.next]) {
    state.next++;
    if (state.optionsEnded || word === "-" || !word.startsWith("-")) {
      positionals.push(word);
      if (shape.stopAtFirstPositional === true) state.optionsEnded = true;
    } else if (word === "--") {
      state.optionsEnded = true;
    } else if (word.startsWith("--")) {
      readLong(state, word);
    } else {
      readCluster(state, word);
    }
  }
  return { options: state.options, positionals, problems: state.problems };
}

function defaultsOf(options: OptionShapes): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [name, option] of Object.entries(options)) values[name] = defaultOf(option);
  return values;
}

function defaultOf(option: OptionShape): Value {
  if (option.kind === "values") return [];
  if (option.kind === "choice") return option.default;
  return option.kind === "flag" && option.negatable !== true ? false : undefined;
}

function readLong(state: State, word: string): void {
  const equals = word.indexOf("=");
  const written = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const named = findLong(state.shape.options, written.slice(2));
  if (named === undefined) state.problems.push(unknownOption(state.shape, written));
  else assign(state, named, { written, attached });
}

function findLong(options: OptionShapes, name: string): Named | undefined {
  const own = ownOption(options, name);
  if (own !== undefined) return { name, option: own, negated: false };
  if (!name.startsWith("no-")) return undefined;
  const positive = name.slice("no-".length);
  const option = ownOption(options, positive);
  if (option?.kind !== "flag" || option.negatable !== true) return undefined;
  return { name: positive, option, negated: true };
}

/** Not `options[name]` alone: `--constructor` must be unknown. */
const ownOption = (options: OptionShapes, name: string): OptionShape | undefined =>
  Object.hasOwn(options, name) ? options[name] : undefined;

/** `-qv`, `-rFILE`, `-qr FILE`: flags until an option takes the rest, or the next word, as its value. */
function readCluster(state: State, word: string): void {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const written = `-${letter}`;
    const named = findShort(state.shape.options, letter);
    if (named === undefined) {
      state.problems.push(unknownOption(state.shape, index === 1 ? word : written));
      return;
    }
    const rest = word.slice(index + 1);
    if (named.option.kind !== "flag") {
      const attached = rest === "" ? undefined : rest.replace(/^=/, "");
      assign(state, named, { written, attached });
      return;
    }
    if (rest.startsWith("=")) {
      assign(state, named, { written, attached: rest.slice(1) });
      return;
    }
    assign(state, named, { written, attached: undefined });
  }
}

function findShort(options: OptionShapes, letter: string): Named | undefined {
  for (const [name, option] of Object.entries(options)) {
    if (option.short === letter) return { name, option, negated: false };
  }
  return undefined;
}

interface Occurrence {
  /** As the user wrote it, for messages. */
  readonly written: string;
  /** The value behind `=` or in the same word. */
  readonly attached: string | undefined;
}

function assign(state: State, { name, option, negated }: Named, { written, attached }: Occurrence): void {
  if (option.kind === "flag") {
    if (attached === undefined) state.options[name] = !negated;
    else state.problems.push(usage(state, "E_USAGE_VALUE_UNEXPECTED", { option: written, value: attached }));
    return;
  }
  const value = attached ?? takeValue(state, option);
  if (option.endsOptions === true) state.optionsEnded = true;
  if (value === undefined) {
    state.problems.push(usage(state, "E_USAGE_VALUE_MISSING", { option: written, value: metavar(name, option) }));
  } else if (value === "" && (option.kind === "values" || (option.kind === "value" && option.mayBeEmpty !== true))) {
    state.problems.push(usage(state, "E_USAGE_VALUE_EMPTY", { option: written, value: metavar(name, option) }));
  } else if (option.kind === "choice" && !option.choices.includes(value)) {
    const { choices } = option;
    const place = placeOf(state.shape);
    const near = nearest(value, choices);
    state.problems.push(problem("E_USAGE_CHOICE", { ...place, option: written, value, choices, nearest: near }));
  } else {
    const before = state.options[name];
    state.options[name] = option.kind === "values" && Array.isArray(before) ? [...before, value] : value;
  }
}

function takeValue(state: State, option: OptionShape): string | undefined {
  const word = state.argv[state.next];
  if (word === undefined) return undefined;
  if (option.endsOptions !== true && isOption(state.shape.options, word)) return undefined;
  state.next++;
  return word;
}

function isOption(options: OptionShapes, word: string): boolean {
  if (word === "--") return true;
  if (word.startsWith("--")) return findLong(options, word.slice(2).split("=", 1)[0] ?? "") !== undefined;
  return word.length === 2 && word.startsWith("-") && findShort(options, word.charAt(1)) !== undefined;
}

/** What help calls an option's value. */
export function metavar(name: string, option: OptionShape): string {
  if (option.kind === "flag") return "";
  if (option.value !== undefined) return option.value;
  return option.kind === "choice" ? option.choices.join("|") : name.toUpperCase();
}

const placeOf = ({ program, command }: ParseShape): { program: string; command?: string } => ({
  program,
  ...(command === undefined ? {} : { command }),
});

function usage(
  { shape }: State,
  code: "E_USAGE_VALUE_MISSING" | "E_USAGE_VALUE_EMPTY" | "E_USAGE_VALUE_UNEXPECTED",
  params: { option: string; value: string },
): Problem {
  return problem(code, { ...placeOf(shape), ...params });
}

function unknownOption(shape: ParseShape, written: string): Problem {
  const names = Object.entries(shape.options).flatMap(([name, option]) =>
    option.kind === "flag" && option.negatable === true ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  const near = written.startsWith("--") ? nearest(written, names) : [];
  return problem("E_USAGE_OPTION_UNKNOWN", { ...placeOf(shape), option: written, nearest: near });
}
