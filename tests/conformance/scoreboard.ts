/** How many commands of each script pass, by what they ask, as a table that shows a change as a difference. */
import type { Outcome, OutcomeKind } from "./run-script.ts";

export interface ScriptOutcomes {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
}

const columns: readonly OutcomeKind[] = ["valid", "return", "trap", "invalid", "malformed"];

export function formatScoreboard(scripts: readonly ScriptOutcomes[]): string {
  const folders = Map.groupBy(scripts, ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf("/"))));
  const rows = [["script", ...columns, "all"]];
  for (const [folder, members] of folders) {
    rows.push(...members.map(({ name, outcomes }) => rowOf(name, outcomes)));
    if (members.length > 1) rows.push(rowOf(`${folder === "" ? "." : folder}: all`, outcomesOf(members)));
  }
  rows.push(rowOf("all", outcomesOf(scripts)));
  const textual = outcomesOf(scripts).filter(({ kind }) => kind === "text").length;
  return `${aligned(rows)}\nnot about binaries, and not counted: ${textual}\n`;
}

const outcomesOf = (scripts: readonly ScriptOutcomes[]): readonly Outcome[] =>
  scripts.flatMap(({ outcomes }) => outcomes);

function rowOf(name: string, outcomes: readonly Outcome[]): string[] {
  const binary = outcomes.filter(({ kind }) => kind !== "text");
  return [name, ...columns.map((column) => cell(outcomes.filter(({ kind }) => kind === column))), cell(binary)];
}

function cell(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return "-";
  return `${outcomes.filter(({ failure }) => failure === undefined).length}/${outcomes.length}`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = [0, ...columns.map((_, index) => index + 1), columns.length + 1].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row.map((text, index) => (index === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[index] ?? 0))),
    )
    .map((row) => `${row.join("  ")}\n`)
    .join("");
}
