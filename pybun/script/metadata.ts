/**
 * The metadata of a script (PEP 723): from its bytes to requirements, requires-python and settings.
 *
 * TOML is loaded only when there is a block. Every problem is mapped to line and column in the script itself, not in
 * the block's content, so that an editor can go there.
 */
import { Problem, problemsOf, type Span } from "@vivarium/core/diagnostic";
import type { Report } from "@vivarium/core/report";
import { parseRequirement, type Requirement } from "../versions/requirement.ts";
import { type Specifiers, tryParseSpecifiers } from "../versions/specifier.ts";
import { contentOf, findBlocks, type ScriptBlock } from "./block.ts";
import type { scriptDiagnostics } from "./diagnostics.ts";
import { type FieldPlace, listOfTexts, spanOfKey, tableAt, textAt } from "./fields.ts";
import { noSettings, readSettings, type ScriptSettings } from "./settings.ts";
import { refuseSources } from "./sources.ts";

const problem = problemsOf<typeof scriptDiagnostics>();

export interface ScriptMetadata {
  readonly requirements: readonly Requirement[];
  /** As they stand in the block. */
  readonly dependencies: readonly string[];
  readonly requiresPython?: Specifiers;
  readonly requiresPythonText?: string;
  readonly settings: ScriptSettings;
  /** Where the block opens, counted from 1. */
  readonly line: number;
}

export interface ScriptSource {
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly name: string;
  readonly report: Report;
}

/**
 * Reads the `script` block; undefined where there is none.
 * @throws E_SCRIPT_BLOCK_DUPLICATE, E_SCRIPT_TOML, E_SCRIPT_ENCODING, E_SCRIPT_FIELD, E_SCRIPT_REQUIREMENT,
 *   E_SCRIPT_REQUIRES_PYTHON (65), E_SCRIPT_POLICY, E_SCRIPT_SOURCE (78)
 */
export async function readScriptMetadata({ bytes, name, report }: ScriptSource): Promise<ScriptMetadata | undefined> {
  const { text, isUtf8 } = decode(bytes);
  const { blocks, unclosed, empty } = findBlocks(text);
  for (const line of unclosed) {
    report.warn(problem("W_SCRIPT_BLOCK_UNCLOSED", { script: name }, { spans: [{ file: name, line, column: 1 }] }));
  }
  for (const line of empty) {
    report.warn(problem("W_SCRIPT_BLOCK_EMPTY", { script: name }, { spans: [{ file: name, line, column: 1 }] }));
  }
  const [block, second] = blocks.filter(({ type }) => type === "script");
  if (block === undefined) return undefined;
  if (second !== undefined) {
    const spans = [{ file: name, line: second.line, column: 1 }];
    throw problem("E_SCRIPT_BLOCK_DUPLICATE", { script: name, first: block.line }, { spans });
  }
  const foreign = isUtf8 ? undefined : placeOfForeignByte(block);
  if (foreign !== undefined)
    throw problem("E_SCRIPT_ENCODING", { script: name }, { spans: [{ file: name, ...foreign }] });
  return readBlock({ block, script: name, table: await parseToml(block, name) }, report);
}

/** A script in another encoding (PEP 263) still shows where its block is: the marks are ASCII. */
function decode(bytes: Uint8Array): { text: string; isUtf8: boolean } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), isUtf8: true };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: Buffer.from(bytes).toString("latin1"), isUtf8: false };
  }
}

/** `block`: one character a byte. Where it ceases to be UTF-8, else where it ceases to be ASCII: the script is in another encoding. */
function placeOfForeignByte({ line: opening, lines }: ScriptBlock): { line: number; column: number } | undefined {
  const texts = lines.map((line) => Buffer.from(line, "latin1").toString("utf8"));
  for (const pattern of [/\ufffd/, /[^\x00-\x7f]/]) {
    const index = texts.findIndex((text) => pattern.test(text));
    if (index >= 0) return { line: opening + 1 + index, column: (texts[index] ?? "").search(pattern) + 1 };
  }
  return undefined;
}

async function parseToml(block: ScriptBlock, script: string): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(contentOf(block));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    const span = spanOfContent(block, { line: error.line, column: error.column });
    throw problem("E_SCRIPT_TOML", { script, reason }, { spans: [{ ...span, file: script }] });
  }
}

/** From a place in the content to one in the script. What is missing at the end of the content is missing at its last line. */
function spanOfContent({ line: opening, lines }: ScriptBlock, { line, column }: Span): Span {
  const text = lines[line - 1];
  if (text === undefined) return { line: opening + lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
  return { line: opening + line, column: column + (text.startsWith("# ") ? 2 : 1) };
}

function readBlock(place: FieldPlace, report: Report): ScriptMetadata {
  const dependencies = listOfTexts(place, "dependencies") ?? [];
  const requires = textAt(place, "requires-python");
  const tool = tableAt(place, "tool");
  const settings = tool === undefined ? noSettings : readSettings({ ...place, table: tool }, report);
  const requirements = dependencies.map((text) => readRequirement(place, text));
  if (tool !== undefined) refuseSources({ ...place, table: tool }, requirements);
  return {
    dependencies,
    requirements,
    ...(requires === undefined
      ? {}
      : { requiresPythonText: requires, requiresPython: readRequiresPython(place, requires) }),
    settings,
    line: place.block.line,
  };
}

function readRequirement(place: FieldPlace, text: string): Requirement {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // The span counts from the start of the requirement, whose own start is known.
    const inner = error.spans[0]?.column ?? 1;
    const span = spanOfText(place, { key: "dependencies", text, offset: inner - 1 });
    throw problem(
      "E_SCRIPT_REQUIREMENT",
      { script: place.script, text, reason: reasonOf(error) },
      { spans: [span], cause: error },
    );
  }
}

/** What the parser of requirements expected, in its own words, where it has some. */
function reasonOf(error: Problem): string {
  const { params } = error;
  if (typeof params === "object" && params !== null) {
    for (const name of ["reason", "detail", "expected"]) {
      const value = Reflect.get(params, name);
      if (typeof value === "string") return value;
    }
  }
  return error.code;
}

function readRequiresPython(place: FieldPlace, text: string): Specifiers {
  const specifiers = tryParseSpecifiers(text);
  if (specifiers !== undefined) return specifiers;
  const spans = [spanOfText(place, { key: "requires-python", text, offset: 0 })];
  throw problem("E_SCRIPT_REQUIRES_PYTHON", { script: place.script, text }, { spans });
}

/**
 * Where a text stands in the block: in its first line that holds it between quotes. One with escapes is pointed at up to
 * the first of them; one of several lines, by its key.
 */
function spanOfText(place: FieldPlace, sought: { key: string; text: string; offset: number }): Span {
  const { key, text, offset } = sought;
  for (const [index, line] of place.block.lines.entries()) {
    for (const [literal, start] of literalsOf(line)) {
      if (textOf(literal) !== text) continue;
      const escape = literal.startsWith('"') ? literal.indexOf("\\") : -1;
      const column = start + 2 + (escape < 0 ? offset : Math.min(offset, escape - 1));
      return { file: place.script, line: place.block.line + 1 + index, column };
    }
  }
  return spanOfKey(place, key);
}

/** What is not closed goes to the end of the line, so that no quote is a beginning twice. */
const literalsOf = (line: string): [string, number][] =>
  [...line.matchAll(/"(?:[^"\\]|\\.)*"?|'[^']*'?/g)].map((match) => [match[0], match.index]);

/** TOML's escapes are JSON's but for a few, and a text with one of those is pointed at by its key. */
function textOf(literal: string): string | undefined {
  if (!literal.startsWith('"') || !literal.includes("\\")) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
