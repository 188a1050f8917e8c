/** One logical line: a requirement with its hashes, or options. */
import { Problem, problemsOf, type Span } from "@vivarium/core/diagnostic";
import type { Requirement } from "../versions/requirement.ts";
import type { requirementsFileDiagnostics } from "./diagnostics.ts";
import { parseGivenRequirement } from "./given-requirement.ts";
import { type OptionName, optionOf } from "./line-options.ts";
import type { LogicalLine } from "./logical-lines.ts";

const problem = problemsOf<typeof requirementsFileDiagnostics>();

export type ParsedLine =
  | {
      readonly kind: "requirement";
      readonly requirement: Requirement;
      readonly hashes: readonly string[];
      readonly span: Span;
    }
  | { readonly kind: "option"; readonly name: OptionName; readonly value: string; readonly span: Span };

export interface LineContext {
  /** How the file is called in messages. */
  readonly file: string;
  /** Makes an absolute `file:` URL of a path written in the file. */
  readonly urlOfPath: (path: string) => string;
}

/** What one line says; a line of several options gives several. Throws with the place in the file. */
export function parseLine(line: LogicalLine, context: LineContext): readonly ParsedLine[] {
  return line.text.startsWith("-") ? parseOptions(line, context) : [parseRequirementLine(line, context)];
}

const spanAt = (line: LogicalLine, offset: number, { file }: LineContext): Span => ({ file, ...line.placeOf(offset) });

/** Options of one requirement follow it: ` --hash=sha256:… --hash sha256:…`. One blank, since runs of them may be long. */
const REQUIREMENT_OPTION = /\s--?[A-Za-z]/;

function parseRequirementLine(line: LogicalLine, context: LineContext): ParsedLine {
  const end = REQUIREMENT_OPTION.exec(line.text)?.index ?? line.text.length;
  const options = splitOptions(line.text, end);
  const hashes = options.flatMap(({ option, offset }) => hashOf(option, spanAt(line, offset, context)));
  const requirement = requirementOf(line, line.text.slice(0, end).trimEnd(), context);
  return { kind: "requirement", requirement, hashes, span: spanAt(line, 0, context) };
}

function hashOf(option: string, span: Span): readonly string[] {
  const [name = "", value = ""] = option.split(/[=\s]+/, 2);
  if (name !== "--hash") throw optionProblem(option, "it cannot follow a requirement", span);
  const hash = value.toLowerCase();
  if (!/^(?:sha256|sha384|sha512):[0-9a-f]+$/.test(hash))
    throw optionProblem(option, "a hash is written sha256:<hex>", span);
  return [hash];
}

function requirementOf(line: LogicalLine, text: string, context: LineContext): Requirement {
  try {
    return parseGivenRequirement(text, context.urlOfPath);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const offset = (error.spans[0]?.column ?? 1) - 1;
    throw new Problem(error.code, error.params, { cause: error.cause, spans: [spanAt(line, offset, context)] });
  }
}

function optionProblem(option: string, reason: string, span: Span): Problem {
  return problem("E_REQUIREMENTS_FILE_OPTION", { option: option.trim(), reason }, { spans: [span] });
}

interface OptionText {
  readonly option: string;
  readonly offset: number;
}

/** Pieces that begin with a hyphen after white space; a value written with a blank stays with its option. */
function splitOptions(text: string, from: number): readonly OptionText[] {
  const starts = [...text.slice(from).matchAll(/(?:^|\s)(?=--?[A-Za-z])/g)].map(
    (match) => from + match.index + match[0].length,
  );
  return starts.map((offset, index) => ({
    offset,
    option: text.slice(offset, starts[index + 1] ?? text.length).trim(),
  }));
}

function parseOptions(line: LogicalLine, context: LineContext): readonly ParsedLine[] {
  // A hyphen alone, or two: nothing that `splitOptions` would take for an option.
  if (!/^--?[A-Za-z]/.test(line.text)) throw optionProblem(line.text, "it is unknown", spanAt(line, 0, context));
  return splitOptions(line.text, 0).flatMap(({ option, offset }): readonly ParsedLine[] => {
    const span = spanAt(line, offset, context);
    const found = optionOf(option);
    if (found.kind === "editable") throw problem("E_REQUIREMENTS_FILE_EDITABLE", { text: option }, { spans: [span] });
    if (found.kind === "wrong") throw optionProblem(option, found.reason, span);
    return found.kind === "ignored" ? [] : [{ kind: "option", name: found.name, value: found.value, span }];
  });
}
