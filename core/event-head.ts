/** What all events share. Apart from `event.ts`, whose schemas the start path must not load. */

/** Grows when a field changes its meaning or goes away, not when one is added. */
export const eventVersion = 1;

export interface EventHead {
  readonly version: typeof eventVersion;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** Counts from 0 within one command; a gap means loss. */
  readonly seq: number;
  /** W3C Trace Context: 32 and 16 lower-case hexadecimal digits. */
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
}
