/** The schema of one event: a line of `--format=jsonl`, an item of an envelope's `events`. For `schema` and tests. */
import * as v from "valibot";
import { events } from "./event.ts";
import { eventVersion, wireName } from "./event-head.ts";

const head = {
  version: v.literal(eventVersion),
  time: v.pipe(v.string(), v.isoTimestamp()),
  seq: v.pipe(v.number(), v.integer(), v.minValue(0)),
  trace_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  span_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  parent_span_id: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))),
};

/** Closed: an unknown kind is an error. Unknown fields are ignored, since adding one does not raise the version. */
export const eventSchema = v.union(
  events.map(({ kind, fields }) => v.object({ ...head, kind: v.literal(kind), ...wireEntries(fields.entries) })),
);

/** A function declaration: it is called above, while this module loads. */
function wireEntries(entries: v.ObjectEntries): v.ObjectEntries {
  return Object.fromEntries(Object.entries(entries).map(([name, schema]) => [wireName(name), schema]));
}
