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

/**
 * The name that a kind's own field has in the event. A package's `version` travels as `package_version`, because an
 * event's own `version` is that of its schema; all other names stay. A test keeps kinds from using the head's names.
 */
export const wireName = (field: string): string => (field === "version" ? "package_version" : field);

/** A kind's fields as they stand in the event; see {@link wireName}. */
export type WireFields<F> = { [N in keyof F as N extends "version" ? "package_version" : N]: F[N] };
