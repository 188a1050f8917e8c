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
import { excerptOf } from "./excerpt.ts";
import { markCommands, printable, printableLine } from "./printable.ts";

export interface DiagnosticTextOptions {
  readonly paint: Paint;
  /** Relative files of spans are looked up here. */
  readonly cwd: string;
  /** Lines of files come straight from disk: they are the only text here that nobody has redacted yet. */
  readonly redactText: (text: string) => string;
}

export function formatDiagnostic(diagnostic: Diagnostic, options: DiagnosticTextOptions): string {
  const { paint } = options;
  const title = `${diagnostic.level}[${diagnostic.code}]`;
  const lines = [
    `${paint.bold(levelPaint(diagnostic.level, paint)(title))}: ${indentRest(printable(diagnostic.message))}`,
  ];
  for (const span of diagnostic.spans) lines.push(...formatSpan(span, options));
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

function formatSpan(span: Span, { paint, cwd, redactText }: DiagnosticTextOptions): string[] {
  const name = printableLine(span.file ?? "");
  const place = span.file === undefined ? [] : [`  ${paint.dim("at")} ${name}:${span.line}:${span.column}`];
  const found = span.text ?? (span.file === undefined ? undefined : sourceLine(resolve(cwd, span.file), span.line));
  if (found === undefined) return place;
  const shown = redactText(found);
  const at = columnsIn(found, shown);
  const number = span.file === undefined ? "" : String(span.line);
  const gutter = (text: string): string => paint.dim(`  ${number === "" ? "" : `${text.padStart(number.length)} `}| `);
  const end = span.end_line === undefined || span.end_line === span.line ? span.end_column : found.length + 1;
  const excerpt = excerptOf({ text: shown, start: at.start(span.column), end: at.end(end ?? 0) });
  const { start } = excerpt;
  // Each command of a terminal becomes one mark, so that the carets stay below what they mean.
  const source = markCommands(excerpt.text);
  const length = Math.max(1, Math.min(excerpt.end, source.length + 1) - start);
  // Tabs stay tabs in the line of carets, so that both lines are equally wide on every terminal.
  const lead = source.slice(0, start - 1).replaceAll(/[^\t]/g, " ");
  return [...place, `${gutter(number)}${source}`, `${gutter("")}${lead}${paint.red("^".repeat(length))}`];
}

/**
 * Where columns of a line are once its secrets are masked. What lies before the first mask stays, what lies behind the
 * last moves with the end of the line; between them the whole of what was changed is pointed at.
 */
function columnsIn(line: string, shown: string): Record<"start" | "end", (column: number) => number> {
  if (line === shown) return { start: (column) => column, end: (column) => column };
  const shortest = Math.min(line.length, shown.length);
  let before = 0;
  while (before < shortest && line[before] === shown[before]) before++;
  let behind = 0;
  while (behind < shortest - before && line.at(-behind - 1) === shown.at(-behind - 1)) behind++;
  const moved = (column: number, otherwise: number): number => {
    if (column <= before + 1) return column;
    return column > line.length - behind ? column + shown.length - line.length : otherwise;
  };
  return {
    start: (column) => moved(column, before + 1),
    end: (column) => moved(column, shown.length - behind + 1),
  };
}

/** A file that is gone or cannot be read has no line to show: the place alone is still right. */
function sourceLine(path: string, line: number): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
  const found = new TextDecoder(codingOf(bytes)).decode(bytes).split(/\r?\n/, line)[line - 1];
  // In a coding that nobody can know here, columns would be those of another text.
  return found?.includes("\ufffd") === true ? undefined : found;
}

/** By its byte order mark: editors of Windows write UTF-16. */
function codingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
