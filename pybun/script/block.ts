/**
 * Finds metadata blocks in the text of a script (PEP 723).
 *
 * In: the script's text. Out: the blocks with the lines they stand on. The grammar is that of the regular expression in
 * the PEP, `(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$`, which is greedy: of several
 * closing lines in one run of comment lines, the last one counts, and a block without content or without a closing line
 * is none. It is spelled out by lines here, because JavaScript's `^`, `$` and `.` also stop at U+2028 and U+2029, where
 * Python's do not. Python reads scripts with universal newlines, so `\r\n` and a lone `\r` end a line too.
 */

export interface ScriptBlock {
  readonly type: string;
  /** The line of `# /// TYPE`, counted from 1. The content's first line is the next one. */
  readonly line: number;
  /** Content lines as they stand in the script, comment sign and all. */
  readonly lines: readonly string[];
}

export interface ScriptBlocks {
  readonly blocks: readonly ScriptBlock[];
  /** Lines of openings `# /// script` that begin no block. */
  readonly unclosed: readonly number[];
  /** Lines of openings that are closed at once. The PEP's expression, which takes precedence, counts them as no block. */
  readonly empty: readonly number[];
}

const opening = /^# \/\/\/ ([a-zA-Z0-9-]+)$/;
const closing = "# ///";

/** All blocks of a script, in order. A byte order mark at its start is no part of the first line. */
export function findBlocks(text: string): ScriptBlocks {
  const lines = linesOf(text.startsWith("\uFEFF") ? text.slice(1) : text);
  const blocks: ScriptBlock[] = [];
  const unclosed: number[] = [];
  const empty: number[] = [];
  let run: Run | undefined;
  for (let place = 0; place < lines.length; place++) {
    const line = lines[place] ?? "";
    const type = line.startsWith("# /// ") ? opening.exec(line)?.[1] : undefined;
    if (type === undefined) continue;
    if (run === undefined || run.end <= place) run = runAfter(lines, place);
    const end = run.closing;
    if (end === undefined || end <= place + 1) {
      if (type === "script") (lines[place + 1] === closing ? empty : unclosed).push(place + 1);
      continue;
    }
    blocks.push({ type, line: place + 1, lines: lines.slice(place + 1, end) });
    place = end;
  }
  return { blocks, unclosed, empty };
}

/** Without an expression where there is none to need: this is on the warm path of a run. */
const linesOf = (text: string): string[] => (text.includes("\r") ? text.split(/\r\n?|\n/) : text.split("\n"));

/** Content lines in a row. Looked through once, however many openings it holds. */
interface Run {
  /** The first line behind it. */
  readonly end: number;
  /** Its last closing line. */
  readonly closing: number | undefined;
}

function runAfter(lines: readonly string[], start: number): Run {
  let closingLine: number | undefined;
  let place = start + 1;
  for (; isContent(lines[place]); place++) if (lines[place] === closing) closingLine = place;
  return { end: place, closing: closingLine };
}

const isContent = (line: string | undefined): boolean => line !== undefined && (line === "#" || line.startsWith("# "));

/** The TOML of a block: each line without its comment sign and one space. */
export function contentOf({ lines }: ScriptBlock): string {
  return lines.map((line) => `${line.startsWith("# ") ? line.slice(2) : line.slice(1)}\n`).join("");
}
