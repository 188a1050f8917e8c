/**
 * Turns what passes report into events: numbers them, dates them, places them in the trace and removes secrets.
 *
 * In: `emit(kind, fields)` and `warn(problem)`. Out: whole events, in order, to one sink. The prose of a warning is made
 * from a catalogue that is loaded only when the first problem appears; until it is there, events queue behind it, so
 * that order and numbers stay right. `flush` waits for that queue and must be awaited before the command ends.
 */
import type { Diagnostic, Problem } from "./diagnostic.ts";
import type { EventKind, VivariumEvent } from "./event.ts";
import { type EventHead, eventVersion, wireName } from "./event-head.ts";
import { redactValue } from "./redact.ts";
import type { Report } from "./report.ts";
import { shortenQuotes } from "./shorten-quotes.ts";
import type { Trace } from "./trace.ts";

export interface EmitterOptions {
  readonly trace: Trace;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly deliver: (event: VivariumEvent) => void;
  /** Sees every report at once, before it is an event and before redaction: for progress, which prints only names. */
  readonly observe?: (kind: EventKind, fields: object) => void;
  /** Kinds that are not wanted become no event, and so take no number. */
  readonly wants: (kind: EventKind) => boolean;
  readonly redactText: (text: string) => string;
  /** Of diagnostics. */
  readonly redactMessage: (text: string) => string;
  readonly render: (problem: Problem) => Promise<Diagnostic>;
}

export interface Emitter {
  readonly report: Report;
  /** Emits a finished diagnostic. */
  readonly diagnose: (diagnostic: Diagnostic) => void;
  readonly flush: () => Promise<void>;
}

export function createEmitter(options: EmitterOptions): Emitter {
  let seq = 0;
  const order = createOrder();
  const deliver = (kind: EventKind, time: number, fields: object): void => {
    const event = { ...headOf(options.trace, { seq: seq++, time }), kind, ...fields };
    // Sound: `emit` took the fields by their kind, diagnostics have their kind's fields, and redaction keeps shapes.
    options.deliver(event as VivariumEvent);
  };
  const cleanFields = (kind: EventKind, fields: object): object =>
    kind === "diagnostic" && "diagnostic" in fields
      ? // Sound: the field of this kind.
        { diagnostic: wireDiagnostic(fields.diagnostic as Diagnostic, options.redactMessage) }
      : wireFields(fields, options.redactText);
  const send = (kind: EventKind, fields: object): void => {
    options.observe?.(kind, fields);
    if (!options.wants(kind)) return;
    const time = options.now();
    const clean = cleanFields(kind, fields);
    order.run(() => deliver(kind, time, clean));
  };
  const warn = (problem: Problem): void => {
    const time = options.now();
    order.wait(async () => {
      const diagnostic = await options.render(problem);
      deliver("diagnostic", time, { diagnostic: wireDiagnostic(diagnostic, options.redactMessage) });
    });
  };
  return {
    report: { emit: send, warn },
    diagnose: (diagnostic) => send("diagnostic", { diagnostic }),
    flush: order.done,
  };
}

function headOf(trace: Trace, { seq, time }: { seq: number; time: number }): EventHead {
  const { traceId, spanId, parentSpanId } = trace;
  const head: EventHead = {
    version: eventVersion,
    time: new Date(time).toISOString(),
    seq,
    trace_id: traceId,
    span_id: spanId,
  };
  return parentSpanId === undefined ? head : { ...head, parent_span_id: parentSpanId };
}

/** Without secrets, and in sentences that can be read; spans, fixes and data stay whole. */
function wireDiagnostic(diagnostic: Diagnostic, redactMessage: (text: string) => string): Diagnostic {
  // Sound: redaction keeps shapes.
  const clean = redactValue(diagnostic, redactMessage) as Diagnostic;
  const { message, hint, causes } = clean;
  return {
    ...clean,
    message: shortenQuotes(message),
    ...(hint === undefined ? {} : { hint: shortenQuotes(hint) }),
    causes: causes.map(shortenQuotes),
  };
}

/** Fields as they stand in the event: own names, no secrets, durations to the microsecond. */
function wireFields(fields: object, redactText: (text: string) => string): object {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isDuration = typeof value === "number" && name.endsWith("_ms");
    clean[wireName(name)] = isDuration ? Math.round(value * 1_000) / 1_000 : redactValue(value, redactText);
  }
  return clean;
}

interface Order {
  /** Now, or behind what is waiting. */
  readonly run: (step: () => void) => void;
  /** A step that takes time; all later ones wait for it. */
  readonly wait: (step: () => Promise<void>) => void;
  /** Resolves when nothing waits; rejects, once, with the first failure of a step. */
  readonly done: () => Promise<void>;
}

function createOrder(): Order {
  let last: Promise<void> | undefined;
  const failures: unknown[] = [];
  const wait = (step: () => void | Promise<void>): void => {
    const settled: Promise<void> = (last ?? Promise.resolve())
      .then(step)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        if (last === settled) last = undefined;
      });
    last = settled;
  };
  const run = (step: () => void): void => (last === undefined ? step() : wait(step));
  const done = async (): Promise<void> => {
    while (last !== undefined) await last;
    const [failure] = failures.splice(0);
    if (failure !== undefined) throw failure;
  };
  return { run, wait, done };
}
