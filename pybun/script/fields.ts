/** Typed access to the fields of a metadata block, with the place of the field in the script for problems. */
import { type Problem, problemsOf, type Span } from "@vivarium/core/diagnostic";
import type { ScriptBlock } from "./block.ts";
import type { scriptDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof scriptDiagnostics>();

/** A table of the block, and where it is. */
export interface FieldPlace {
  readonly block: ScriptBlock;
  readonly script: string;
  readonly table: Readonly<Record<string, unknown>>;
  /** The dotted name of the table; absent at the top. */
  readonly path?: string;
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isText = (value: unknown): value is string => typeof value === "string";

export function textAt(place: FieldPlace, key: string): string | undefined {
  const value = place.table[key];
  if (value === undefined || isText(value)) return value;
  throw fieldProblem(place, key, "a string");
}

export function flagAt(place: FieldPlace, key: string): boolean | undefined {
  const value = place.table[key];
  if (value === undefined || typeof value === "boolean") return value;
  throw fieldProblem(place, key, "true or false");
}

export function listOfTexts(place: FieldPlace, key: string): readonly string[] | undefined {
  const value = place.table[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every(isText)) return value;
  throw fieldProblem(place, key, "an array of strings");
}

export function listOfTables(place: FieldPlace, key: string): readonly FieldPlace[] | undefined {
  const value = place.table[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isTable)) throw fieldProblem(place, key, "an array of tables");
  return value.map((table) => ({ ...place, table, path: dotted(place, key) }));
}

export function tableAt(place: FieldPlace, key: string): Record<string, unknown> | undefined {
  const value = place.table[key];
  if (value === undefined || isTable(value)) return value;
  throw fieldProblem(place, key, "a table");
}

export function choiceAt<const C extends string>(place: FieldPlace, key: string, choices: readonly C[]): C | undefined {
  const value = textAt(place, key);
  const found = choices.find((choice) => choice === value);
  if (value === undefined || found !== undefined) return found;
  throw fieldProblem(place, key, `one of ${choices.map((choice) => `"${choice}"`).join(", ")}`);
}

export const dotted = ({ path }: FieldPlace, key: string): string => (path === undefined ? key : `${path}.${key}`);

export function fieldProblem(place: FieldPlace, key: string, expected: string): Problem {
  const params = { script: place.script, field: dotted(place, key), expected };
  return problem("E_SCRIPT_FIELD", params, { spans: [spanOfKey(place, key)] });
}

/** The line that assigns the key or opens its table, else the block's start. */
export function spanOfKey({ block, script }: FieldPlace, key: string): Span {
  const pattern = new RegExp(`(?:^|[\\s.{["'])${RegExp.escape(key)}["']?\\s*[=\\].]`);
  for (const [index, line] of block.lines.entries()) {
    const match = pattern.exec(line);
    if (match !== null) {
      return { file: script, line: block.line + 1 + index, column: line.indexOf(key, match.index) + 1 };
    }
  }
  return { file: script, line: block.line, column: 1 };
}
