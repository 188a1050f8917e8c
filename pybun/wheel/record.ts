/**
 * RECORD: the list of a wheel's files with their hashes ("Recording installed projects", packaging.python.org, once
 * PEP 376 and 627). Text in, rows by path out. The text is CSV as Python's csv module reads it: quoted fields, doubled
 * quotes, any line ending.
 */
import { problemsOf } from "@vivarium/core/diagnostic";
import type { wheelDiagnostics } from "./diagnostics.ts";

const problem = problemsOf<typeof wheelDiagnostics>();

export type RecordAlgorithm = "sha256" | "sha384" | "sha512";

export interface RecordRow {
  /** Relative to the root of the archive, with `/`. */
  readonly path: string;
  /** Absent for files that cannot hold their own hash: RECORD and its signatures. */
  readonly hash?: { readonly algorithm: RecordAlgorithm; readonly digest: string };
  readonly size?: number;
}

/** @throws E_WHEEL_RECORD_SYNTAX, E_WHEEL_RECORD_UNHASHED */
export function parseRecord(text: string, file: string): ReadonlyMap<string, RecordRow> {
  const rows = new Map<string, RecordRow>();
  for (const { fields, line } of csvRows(text, file)) {
    const [path = "", hash = "", size = ""] = fields;
    const syntax = (detail: string) => problem("E_WHEEL_RECORD_SYNTAX", { file, line, detail });
    if (path === "") throw syntax("has no path");
    if (fields.length > 3) throw syntax("has more than three fields");
    if (size !== "" && !/^\d+$/.test(size)) throw syntax(`has '${size}' for a size`);
    const name = recordPath(path);
    // Some old builders list a directory, or the same file twice.
    if (name.endsWith("/")) continue;
    const row: RecordRow = {
      path: name,
      ...(hash === "" ? {} : { hash: parseHash(hash, { file, entry: name }) }),
      ...(size === "" ? {} : { size: Number(size) }),
    };
    const earlier = rows.get(name);
    if (earlier?.hash !== undefined && earlier.hash.digest !== row.hash?.digest) throw syntax(`lists '${name}' again`);
    rows.set(name, row);
  }
  return rows;
}

/** Old builders on Windows wrote backslashes, others a leading `./`: installers read both as the plain path. */
function recordPath(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  return slashed.startsWith("./") ? slashed.slice(2) : slashed;
}

/** `sha256=<urlsafe base64 without padding>`; padding is tolerated. */
function parseHash(text: string, at: { file: string; entry: string }): NonNullable<RecordRow["hash"]> {
  const equals = text.indexOf("=");
  const algorithm = (equals === -1 ? text : text.slice(0, equals)).toLowerCase();
  if (algorithm !== "sha256" && algorithm !== "sha384" && algorithm !== "sha512") {
    throw problem("E_WHEEL_RECORD_UNHASHED", { ...at, algorithm });
  }
  return { algorithm, digest: text.slice(equals + 1).replace(/=+$/, "") };
}

interface CsvRow {
  readonly fields: readonly string[];
  readonly line: number;
}

function csvRows(text: string, file: string): readonly CsvRow[] {
  return text.includes('"') ? quotedRows(text, file) : plainRows(text);
}

function plainRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  text.split(/\r\n|\n|\r/).forEach((content, index) => {
    if (content !== "") rows.push({ fields: content.split(","), line: index + 1 });
  });
  return rows;
}

/** One field and the separator behind it, if any. A quoted field may hold anything, its quotes doubled. */
const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;

function quotedRows(text: string, file: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let line = 1;
  field.lastIndex = 0;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw problem("E_WHEEL_RECORD_SYNTAX", { file, line, detail: "has a stray quote" });
    const [, quoted, bare = "", separator = ""] = match;
    fields.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (separator === ",") continue;
    if (fields.length > 1 || fields[0] !== "") rows.push({ fields, line });
    fields = [];
    line += 1;
  }
  if (fields.length > 0) rows.push({ fields, line });
  return rows;
}
