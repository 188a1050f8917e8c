/**
 * Diagnostics: a problem of the user or of the world, as data with a stable code and typed parameters.
 *
 * Each module keeps a catalogue (`diagnostics.ts`) of its codes: what the exit code is and how prose is made from
 * the parameters. Code that finds a problem throws a {@link Problem} with the code and parameters only; prose is made
 * last, at the edge, by `renderProblem`, so a hot path never loads a catalogue.
 * How a diagnostic looks as JSON says `diagnosticSchema` (schema.ts).
 */

export type DiagnosticLevel = "error" | "warning" | "info";

/** A place in a text. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Span {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column?: number;
  /** The line itself, where no file has it (an argument, a generated text) or it was decoded in a way of its own. */
  readonly text?: string;
}

/** A change that would mend the problem, as data that a tool can apply. */
export interface Fix {
  readonly title: string;
  readonly kind: "option" | "edit" | "command";
  /** The option to add, the command to run, or the replacement text of an edit. */
  readonly text: string;
  readonly span?: Span;
}

export interface Diagnostic {
  readonly level: DiagnosticLevel;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly help_url?: string;
  readonly causes: readonly string[];
  readonly spans: readonly Span[];
  readonly fixes: readonly Fix[];
  /** Machine-readable parts that only this code has, such as a derivation tree. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * How one code behaves: its exit code (sysexits.h) and how its prose is made. The makers are declared as methods
 * on purpose: methods are compared bivariantly, so a rule with exact parameters fits into a catalogue of all rules.
 * `problemsOf` is what makes sure that a code meets its own parameters only.
 */
export interface DiagnosticRule<P> {
  readonly exit: number;
  /** One sentence for the reference page: when this code appears. */
  readonly summary: string;
  /** Parameters that are texts of several lines, made by us. Line ends of all others are folded: they may be foreign. */
  readonly lines?: readonly string[];
  message(params: P): string;
  hint?(params: P): string | undefined;
  fixes?(params: P): readonly Fix[];
  data?(params: P): Readonly<Record<string, unknown>>;
}

/** Declares one rule; exists so that `P` is written once, at the rule. */
export const rule = <P>(definition: DiagnosticRule<P>): DiagnosticRule<P> => definition;

export type Catalogue = Readonly<Record<string, DiagnosticRule<unknown>>>;

export type ParamsOf<C extends Catalogue, K extends keyof C> = C[K] extends DiagnosticRule<infer P> ? P : never;

export interface ProblemContext {
  readonly cause?: unknown;
  readonly spans?: readonly Span[];
}

/** The user's problem or the world's failure on its way up. Our own bugs are assertions, not problems. */
export class Problem extends Error {
  readonly code: string;
  readonly params: unknown;
  readonly spans: readonly Span[];

  constructor(code: string, params: unknown, context: ProblemContext = {}) {
    super(code, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = "Problem";
    this.code = code;
    this.params = params;
    this.spans = context.spans ?? [];
  }
}

/**
 * Makes the constructor of a catalogue's problems. Only the catalogue's *type* is needed, so that the prose stays
 * unloaded: `const problem = problemsOf<typeof wheelDiagnostics>(); throw problem("E_WHEEL_CRC", { … })`.
 */
export function problemsOf<C extends Catalogue>() {
  return <K extends keyof C & string>(code: K, params: ParamsOf<C, K>, context?: ProblemContext): Problem =>
    new Problem(code, params, context);
}

/** Turns a problem into the wire shape. `catalogue` must hold the problem's code: anything else is a bug. */
export function renderProblem(
  problem: Problem,
  catalogue: Catalogue,
  { level = "error" }: { readonly level?: DiagnosticLevel } = {},
): Diagnostic {
  const found = catalogue[problem.code];
  if (found === undefined) throw new Error(`diagnostic code ${problem.code} is in no catalogue`);
  const words = withoutLineEnds(problem.params, found.lines ?? []);
  const hint = found.hint?.(words);
  const data = found.data?.(problem.params);
  return {
    level,
    code: problem.code,
    message: found.message(words),
    ...(hint === undefined ? {} : { hint }),
    causes: causesOf(problem, catalogue),
    spans: problem.spans,
    fixes: found.fixes?.(problem.params) ?? [],
    ...(data === undefined ? {} : { data }),
  };
}

/** A name or reason from an index that goes on in another line could pass for a line of ours. */
function withoutLineEnds(params: unknown, lines: readonly string[]): unknown {
  if (typeof params !== "object" || params === null || Array.isArray(params)) return params;
  const fold = (value: unknown): unknown => (typeof value === "string" ? onOneLine(value) : value);
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, lines.includes(name) ? value : fold(value)]),
  );
}

function causesOf(problem: Problem, catalogue: Catalogue): string[] {
  const causes: string[] = [];
  let cause: unknown = problem.cause;
  while (cause instanceof Error && causes.length < 8) {
    causes.push(cause instanceof Problem ? wordsOf(cause, catalogue) : cause.message);
    cause = cause.cause;
  }
  return causes;
}

/** Line ends, with the blanks around them, as one blank; in one pass, however many blanks there are. */
function onOneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const parts = text.split(/[\r\n]+/);
  const last = parts.length - 1;
  const trimmed = parts.map((part, at) => (at === 0 ? part.trimEnd() : at === last ? part.trimStart() : part.trim()));
  return trimmed.filter((part, at) => at === 0 || at === last || part !== "").join(" ");
}

/** A problem's own `message` is its code: the words are in the catalogue. */
function wordsOf(problem: Problem, catalogue: Catalogue): string {
  const found = catalogue[problem.code];
  return found?.message(withoutLineEnds(problem.params, found.lines ?? [])) ?? problem.message;
}
