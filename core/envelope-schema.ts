/** The schema of `--format=json`'s envelope. For `schema` and tests. */
import * as v from "valibot";
import { envelopeVersion } from "./envelope.ts";
import { eventSchema } from "./event-schema.ts";
import { diagnosticSchema } from "./schema.ts";

const helpDetail = v.object({ help: v.string() });

/** What `detail` is where a command's own is `own`: null when it came to no result, its help when that was asked for. */
export const detailSchemaOf = (own: v.GenericSchema) => v.union([v.null(), helpDetail, own]);

/** What `detail` is where a line named a program and no command of it. */
export const programDetailSchema = detailSchemaOf(v.object({ version: v.string() }));

/** What `detail` is where a line named a group and no command of it. */
export const groupDetailSchema = v.union([v.null(), helpDetail]);

/** The envelope of a command whose detail has this schema. */
export const envelopeSchemaOf = (detail: v.GenericSchema) =>
  v.object({
    version: v.literal(envelopeVersion),
    command: v.string(),
    status: v.picklist(["ok", "failed", "error", "interrupted"]),
    exit_code: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
    detail,
    duration_ms: v.pipe(v.number(), v.minValue(0)),
    trace_id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
    events: v.array(eventSchema),
    diagnostics: v.array(diagnosticSchema),
  });
