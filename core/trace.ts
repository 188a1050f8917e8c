/**
 * Trace identity, W3C Trace Context (Recommendation, level 1; level 2 where it only adds flags).
 *
 * In: the variable TRACEPARENT of our parent, if it started a trace. Out: the same variable for our children. Every
 * event carries the trace id, our span id, and the parent's span id. A header that is not valid is ignored and a new
 * trace begins (section 3.2.2.3 and 3.3): a bad variable must never fail a command.
 */

/** Our place in a trace. Ids are lower-case hexadecimal: 32 digits for the trace, 16 for a span. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** The sampled flag of the parent; a trace that we begin is sampled. */
  readonly sampled: boolean;
}

export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const zeroTrace = "0".repeat(32);
const zeroSpan = "0".repeat(16);

/**
 * Reads a `traceparent` value. Undefined where section 3.2.2 calls it invalid: upper-case digits, ids of only zeros,
 * version ff, or anything after the flags of version 00. Later versions may append fields after another hyphen, which
 * are ignored (section 4.3, "Versioning of traceparent").
 */
export function parseTraceParent(text: string): TraceParent | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const [, version = "", traceId = "", spanId = "", flags = "", rest] = match;
  if (version === "ff" || traceId === zeroTrace || spanId === zeroSpan) return undefined;
  if (version === "00" && rest !== undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The `traceparent` value, version 00, that makes children ours. */
export function formatTraceParent(parent: TraceParent): string {
  return `00-${parent.traceId}-${parent.spanId}-${parent.sampled ? "01" : "00"}`;
}

/** Joins the trace that TRACEPARENT names, or begins one. */
export function beginTrace(environment: Readonly<Record<string, string | undefined>>): Trace {
  const parent = parseTraceParent(environment["TRACEPARENT"] ?? "");
  const spanId = randomId(8);
  if (parent === undefined) return { traceId: randomId(16), spanId, sampled: true };
  return { traceId: parent.traceId, spanId, parentSpanId: parent.spanId, sampled: parent.sampled };
}

/** Random, and never only zeros, which would be invalid. */
function randomId(bytes: number): string {
  const id = crypto.getRandomValues(new Uint8Array(bytes)).toHex();
  return /[1-9a-f]/.test(id) ? id : randomId(bytes);
}
