/**
 * What is wrong with a short text of the user, and where in it: for parsers that know the text but not where it stands.
 * Who called them turns offsets into a span of an argument or of a file.
 */

/** A part of a text, in UTF-16 code units: `end` is the first one behind it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface Fault extends TextRange {
  /** Goes on where "it" began: `has no port`. */
  readonly reason: string;
}

export const fault = (reason: string, start: number, end: number): Fault => ({ reason, start, end });

export const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "reason" in value;
