/**
 * From the text of a requirements file to logical lines, the way pip reads them: a backslash at the end joins the next
 * line, a `#` at the beginning or after white space starts a comment, `${NAME}` is replaced by the environment.
 * Each logical line remembers where its characters came from, so that every fault can name line and column.
 */
import type { Environment } from "@vivarium/core/paths";

/** A place in the file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** The line as it was read: the file may be on the network, or in a coding of its own. */
  readonly text: string;
}

export interface LogicalLine {
  /** Trimmed, without comment, variables replaced; never empty. */
  readonly text: string;
  /** Where the character at an offset of `text` stands in the file. */
  readonly placeOf: (offset: number) => Place;
}

interface Character {
  readonly text: string;
  readonly place: Place;
}

/** The lines of a file that say something. */
export function logicalLines(text: string, environment: Environment): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let open: Character[] = [];
  const finish = (): void => {
    const line = finishLine(open, environment);
    if (line !== undefined) lines.push(line);
    open = [];
  };
  text.split(/\r\n|\r|\n/).forEach((physical, index) => {
    const isComment = /^\s*#/.test(physical);
    const continues = physical.endsWith("\\") && !isComment;
    if (!continues && open.length === 0 && !physical.includes("${")) {
      const line = plainLine(physical, index + 1);
      if (line !== undefined) lines.push(line);
      return;
    }
    for (const character of charactersOf(physical, { line: index + 1, continues })) open.push(character);
    // A comment line ends what was continued onto it, as in pip.
    if (!continues) finish();
  });
  finish();
  return lines;
}

/** One blank stands for all before the sign: with `\s+`, each blank of a long run would be a beginning to try. */
const COMMENT = /(?:^|\s)#/;

/** Nearly every line stands alone and has no variables: its places are counted, not kept for each character. */
function plainLine(physical: string, line: number): LogicalLine | undefined {
  const comment = COMMENT.exec(physical);
  const body = comment === null ? physical : physical.slice(0, comment.index);
  const text = body.trim();
  if (text === "") return undefined;
  const first = body.length - body.trimStart().length + 1;
  return { text, placeOf: (offset) => ({ line, column: first + Math.min(offset, text.length), text: physical }) };
}

/** One entry a UTF-16 code unit, so that offsets into the joined text are indices. */
const charactersOf = (text: string, { line, continues }: { line: number; continues: boolean }): Character[] =>
  Array.from({ length: text.length - Number(continues) }, (_, at) => ({
    text: text.charAt(at),
    place: { line, column: at + 1, text },
  }));

function finishLine(characters: readonly Character[], environment: Environment): LogicalLine | undefined {
  const whole = characters.map(({ text }) => text).join("");
  const comment = COMMENT.exec(whole);
  const body = comment === null ? whole : whole.slice(0, comment.index);
  const start = body.length - body.trimStart().length;
  const kept = characters.slice(start, start + body.trim().length);
  if (kept.length === 0) return undefined;
  const { text, places } = expandVariables(kept, environment);
  const end = places.at(-1) ?? { line: 1, column: 0, text };
  return { text, placeOf: (offset) => places[offset] ?? { ...end, column: end.column + 1 } };
}

const VARIABLE = /\$\{([A-Z0-9_]+)\}/g;

/** pip's form only: upper case, braces; a variable that is not set stays as it is written. */
function expandVariables(units: readonly Character[], environment: Environment): { text: string; places: Place[] } {
  const source = units.map(({ text }) => text).join("");
  let text = "";
  const places: Place[] = [];
  let at = 0;
  const copyTo = (end: number): void => {
    for (; at < end; at++) {
      text += source.charAt(at);
      const place = units[at]?.place;
      if (place !== undefined) places.push(place);
    }
  };
  for (const match of source.matchAll(VARIABLE)) {
    const value = environment[match[1] ?? ""];
    const place = units[match.index]?.place;
    if (value === undefined || place === undefined) continue;
    copyTo(match.index);
    text += value;
    for (let unit = 0; unit < value.length; unit++) places.push(place);
    at = match.index + match[0].length;
  }
  copyTo(source.length);
  return { text, places };
}
