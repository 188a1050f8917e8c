/**
 * A diagnostic as a person reads it. Reads well without colour; what it says and how to mend it stand on lines of
 * their own:
 *
 *     error[E_REQUIREMENT_INVALID]: `flask >> 2` is no requirement
 *       at requirements.txt:3:7
 *       3 | flask >> 2
 *         |       ^^
 *       cause: …
 *       hint: …
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Diagnostic, DiagnosticLevel, Span } from "@vivarium/core/diagnostic";
import type { Paint } from "./colors.ts";
import { markCommands, printable, printableLine } from "./printable.ts";

export interface DiagnosticTextOptions {
  readonly paint: Paint;
  /** Relative files of spans are looked up here. */
  readonly cwd: string;
}

export function formatDiagnostic(diagnostic: Diagnostic, { paint, cwd }: DiagnosticTextOptions): string {
  const title = `${diagnostic.level}[${diagnostic.code}]`;
  const lines = [
    `${paint.bold(levelPaint(diagnostic.level, paint)(title))}: ${indentRest(printable(diagnostic.message))}`,
  ];
  for (const span of diagnostic.spans) lines.push(...formatSpan(span, { paint, cwd }));
  for (const cause of diagnostic.causes) lines.push(`  ${paint.dim("cause:")} ${indentRest(printable(cause))}`);
  if (diagnostic.hint !== undefined) lines.push(`  ${paint.cyan("hint:")} ${indentRest(printable(diagnostic.hint))}`);
  if (diagnostic.help_url !== undefined) lines.push(`  ${paint.dim("see:")} ${diagnostic.help_url}`);
  return `${lines.join("\n")}\n`;
}

function levelPaint(level: DiagnosticLevel, paint: Paint): (text: string) => string {
  if (level === "error") return paint.red;
  return level === "warning" ? paint.yellow : paint.cyan;
}

const indentRest = (text: string): string => text.trimEnd().replaceAll("\n", "\n  ");

function formatSpan(span: Span, { paint, cwd }: DiagnosticTextOptions): string[] {
  const name = printableLine(span.file ?? "");
  const place = span.file === undefined ? [] : [`  ${paint.dim("at")} ${name}:${span.line}:${span.column}`];
  const found = span.text ?? (span.file === undefined ? undefined : sourceLine(resolve(cwd, span.file), span.line));
  if (found === undefined) return place;
  // Each command of a terminal becomes one mark, so that the carets stay below what they mean.
  const source = markCommands(found);
  const number = span.file === undefined ? "" : String(span.line);
  const gutter = (text: string): string => paint.dim(`  ${number === "" ? "" : `${text.padStart(number.length)} `}| `);
  const end = span.end_line === undefined || span.end_line === span.line ? span.end_column : source.length + 1;
  const length = Math.max(1, Math.min(end ?? 0, source.length + 1) - span.column);
  // Tabs stay tabs in the line of carets, so that both lines are equally wide on every terminal.
  const lead = source.slice(0, span.column - 1).replaceAll(/[^\t]/g, " ");
  return [...place, `${gutter(number)}${source}`, `${gutter("")}${lead}${paint.red("^".repeat(length))}`];
}

/** A file that is gone or cannot be read has no line to show: the place alone is still right. */
function sourceLine(path: string, line: number): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
  return text.split(/\r?\n/, line)[line - 1];
}
