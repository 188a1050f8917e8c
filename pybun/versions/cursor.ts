/** A place in a text that a hand-written parser moves over. */
export interface Cursor {
  readonly text: string;
  /** Index of the next unread UTF-16 code unit. */
  at: number;
  /** Leave out comparisons of markers that have no meaning, instead of refusing the text. */
  readonly isPublished?: true;
}

/** What is wrong in a text and where; `start` and `end` are indexes, `end` exclusive. */
export interface Fault {
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** Leaves a parser at the first fault; the door of the parser turns it into its own diagnostic. */
export class FaultSignal extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.name = "FaultSignal";
    this.fault = fault;
  }
}

/** The signal for a fault from `start` to `end`, or of one character. */
export function faultAt(reason: string, start: number, end = start + 1): FaultSignal {
  return new FaultSignal({ reason, start, end });
}

/** Skips spaces and tabs, the `wsp` of PEP 508. */
export function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Matches a sticky pattern at the cursor and moves behind it. */
export function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

/** Moves behind one character if it is next. */
export function takeCharacter(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

/** How a message names what stands at a place: a quoted character, or the end. The quotes themselves need a name. */
export function describeNext(cursor: Cursor): string {
  const code = cursor.text.codePointAt(cursor.at);
  if (code === undefined) return "the end";
  const character = String.fromCodePoint(code);
  return character === "'" ? "an apostrophe" : `'${character}'`;
}

/** The parameters and span that a diagnostic of a text needs; columns count from 1. */
export function locateFault(text: string, fault: Fault) {
  const column = fault.start + 1;
  return {
    params: { text, reason: fault.reason, column },
    spans: [{ line: 1, column, end_line: 1, end_column: Math.max(fault.end, fault.start) + 1 }],
  };
}
