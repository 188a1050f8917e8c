/**
 * A line of source may have megabytes: a lock on one line, a setting that was pasted. What is shown of it is a window
 * around the place that is meant.
 */
import type { Diagnostic, Span } from "@vivarium/core/diagnostic";
import type { VivariumEvent } from "@vivarium/core/event";

/** As long as a quote may be in a message. */
const wholeMax = 400;
const width = 200;

/** Columns from 1; `end` is the column behind the last one. */
export interface Excerpt {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The window begins at most a quarter of its width before the place, so that a long one shows its beginning. */
export function excerptOf(line: Excerpt): Excerpt {
  const { text, start, end } = line;
  if (text.length <= wholeMax) return line;
  const from = Math.max(0, Math.min(start - 1 - width / 4, text.length - width));
  const to = Math.min(text.length, from + width);
  const lead = from === 0 ? "" : "…";
  const moved = (column: number): number => Math.min(Math.max(column, from + 1), to + 1) - from + lead.length;
  return {
    text: `${lead}${text.slice(from, to)}${to === text.length ? "" : "…"}`,
    start: moved(start),
    end: moved(end),
  };
}

/** Only the text is cut: line and columns stay those of the source. */
function shortSpan(span: Span): Span {
  const { text, column } = span;
  return text === undefined ? span : { ...span, text: excerptOf({ text, start: column, end: column }).text };
}

export function withExcerpts(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.spans.length === 0 ? diagnostic : { ...diagnostic, spans: diagnostic.spans.map(shortSpan) };
}

export function eventWithExcerpts(event: VivariumEvent): VivariumEvent {
  if (event.kind !== "diagnostic") return event;
  // Sound: the shape is kept, and what the schema calls mutable is a new list.
  return { ...event, diagnostic: withExcerpts(event.diagnostic) } as VivariumEvent;
}
