/** What is wrong with a text of WAVE, and where. */

/** A place in a text, for people: both count from 1, the column in UTF-16 units. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text is no WAVE, or not of the type that is expected. */
export class WaveError extends Error {
  readonly code = "wave";
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly line: number;
  readonly column: number;

  constructor(message: string, { text, offset }: { readonly text: string; readonly offset: number }) {
    const { line, column } = positionOf(text, offset);
    super(`${message} (line ${line}, column ${column})`);
    this.name = "WaveError";
    this.offset = offset;
    this.line = line;
    this.column = column;
  }
}

function positionOf(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf("\n"); next >= 0 && next < offset; next = text.indexOf("\n", lineStart)) {
    line += 1;
    lineStart = next + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
