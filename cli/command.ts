/**
 * The shape of a command: what it is called, what it takes, and where its work is.
 *
 * A command is three files, so that help, completion and usage errors never load what does the work, and no two
 * import each other:
 *   `resolve-options.ts`  export const resolveOptions = { refresh: { kind: "flag", summary: "…" } } as const satisfies OptionShapes;
 *   `resolve.ts`          export const resolveCommand: Command = { name: "resolve", options: resolveOptions, load: () => import("./resolve-execute.ts"), … };
 *   `resolve-execute.ts`  export const execute: Execute<typeof resolveOptions> = async (context, { options, positionals }) => …;
 */
import type { Catalogue } from "@vivarium/core/diagnostic";
import type { Environment, Platform } from "@vivarium/core/paths";
import type { Report } from "@vivarium/core/report";
import type { Trace } from "@vivarium/core/trace";
import type { GenericSchema } from "valibot";

interface OptionCommon {
  /** One letter, without the hyphen. */
  readonly short?: string;
  readonly summary: string;
  /** All that follows the option's value is positional, untouched, as after `python -m MODULE`. */
  readonly endsOptions?: true;
  /** Accepted, but not listed by help. */
  readonly hidden?: true;
}

export interface FlagShape extends OptionCommon {
  readonly kind: "flag";
  /** `--no-NAME` is accepted too, and the value is undefined where neither was given. */
  readonly negatable?: true;
}

/** The last one given wins. */
export interface ValueShape extends OptionCommon {
  readonly kind: "value";
  /** The empty text is a value too, as for code; elsewhere it is a variable that somebody forgot to set. */
  readonly mayBeEmpty?: true;
  /** What help calls the value, such as `URL`. */
  readonly value?: string;
}

/** May be given many times; all are kept, in order. */
export interface ValuesShape extends OptionCommon {
  readonly kind: "values";
  readonly value?: string;
}

export interface ChoiceShape extends OptionCommon {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
  /** What help shows as the default where the command decides it, so that the value is undefined if none was given. */
  readonly assumed?: string;
  readonly value?: string;
}

export type OptionShape = FlagShape | ValueShape | ValuesShape | ChoiceShape;
/** Keyed by the long name, without hyphens in front: `"python-version"`. */
export type OptionShapes = Readonly<Record<string, OptionShape>>;

export type OptionValue<S extends OptionShape> = S extends { kind: "flag"; negatable: true }
  ? boolean | undefined
  : S extends { kind: "flag" }
    ? boolean
    : S extends { kind: "values" }
      ? readonly string[]
      : S extends { kind: "choice"; choices: readonly (infer C)[]; default: string }
        ? C
        : S extends { kind: "choice"; choices: readonly (infer C)[] }
          ? C | undefined
          : string | undefined;

export type OptionValues<S extends OptionShapes> = { readonly [K in keyof S]: OptionValue<S[K]> };

export interface CommandInput<S extends OptionShapes = OptionShapes> {
  readonly options: OptionValues<S>;
  readonly positionals: readonly string[];
}

export interface PositionalShape {
  readonly name: string;
  readonly min: number;
  /** `Infinity` for any number. */
  readonly max: number;
}

export type OutputFormat = "text" | "json" | "jsonl";

export interface CommandContext {
  /** The program that the command belongs to, for commands about commands. */
  readonly program: Program;
  /** What was given to the program, as it stood. */
  readonly argv: readonly string[];
  readonly report: Report;
  readonly environment: Environment;
  /** `nowhere` where the system cannot tell it (core/working-directory.ts). */
  readonly cwd: string;
  readonly home: string;
  readonly platform: Platform;
  readonly format: OutputFormat;
  /** -1 with -q: errors only. 1 with -v: each event on stderr. */
  readonly verbosity: -1 | 0 | 1;
  readonly offline: boolean;
  /** Whether stdout takes colours. */
  readonly color: boolean;
  /** Columns of the terminal on stdout; 80 where it is none. */
  readonly width: number;
  /** The result for people, on stdout, as it stands but for secrets of URLs; no newline is added. Nowhere with json and jsonl. */
  readonly out: (text: string) => void;
  /** What a person may want to know when all went well ("2 wheels are intact"): on stdout, and nowhere with -q. */
  readonly note: (text: string) => void;
  /** The envelope's `detail`: snake_case JSON. The last call wins. */
  readonly detail: (value: unknown) => void;
  /** Aborted by the first SIGINT or SIGTERM. Pass it on; then throw `signal.reason` or return. */
  readonly signal: AbortSignal;
  /**
   * Aborts `signal` if one has come while JavaScript computed and left no turn to listeners. Some microseconds: a
   * computation that calls it every few milliseconds ends as one that waits, with all its last words.
   */
  readonly lookForSignals: () => void;
  readonly trace: Trace;
  /** The environment for processes we start: our trace, without BUN_OPTIONS and BUN_BE_BUN. */
  readonly childEnvironment: () => Record<string, string>;
  /** Masks, from now on, the secrets among variables that did not come with the environment. */
  readonly learnSecrets: (variables: Environment) => void;
  /**
   * Hands the terminal over: wipes the progress and gives signals back to their defaults. Call it just before the
   * process is replaced by another or a child takes the terminal.
   */
  readonly release: () => Promise<void>;
}

/** The exit code, or throws a Problem. A workload's own code passes through. */
export type Execute<S extends OptionShapes = OptionShapes> = (
  context: CommandContext,
  input: CommandInput<S>,
) => Promise<number>;

/**
 * `execute` is declared as a method on purpose: methods are compared bivariantly, so a command whose options are known
 * exactly fits into a table of commands. The parser fills the options by the same shape, which makes that sound.
 */
export interface CommandWork {
  execute(context: CommandContext, input: CommandInput): Promise<number>;
}

export interface Command {
  /** One word, or two for a member of a group: `env create`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** What follows the name, a line each: `[OPTIONS] REQUIREMENT…`. */
  readonly usage: readonly string[];
  /** Whole command lines that work. */
  readonly examples: readonly { readonly command: string; readonly note: string }[];
  readonly options: OptionShapes;
  readonly positionals: "none" | "any" | PositionalShape;
  /** The first positional and all behind it are passed on untouched, as `run` does. */
  readonly stopAtFirstPositional?: true;
  readonly load: () => Promise<CommandWork>;
  /** The schema of `detail`; loaded by `schema` and by tests only. */
  readonly detailSchema?: () => Promise<GenericSchema>;
}

/** A name, a table of commands, and the catalogue of all problems that they can have. */
export interface Program {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
  /** Loaded only when there is a problem to put into words. */
  readonly catalogue: () => Promise<Catalogue>;
  /** The words that a first word which is no command was probably meant as. */
  readonly instead?: (word: string) => readonly string[] | undefined;
  /** The programs that this one is the roof of: their names go before their commands, as if they were commands too. */
  readonly members?: () => Promise<readonly Program[]>;
}
