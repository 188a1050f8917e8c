/**
 * The wire shapes that every command shares, as schemas. Loaded only by `schema` commands and tests: code that makes
 * these values uses the types in `diagnostic.ts`, `event.ts` and `envelope.ts`.
 */
import * as v from "valibot";

const position = v.pipe(v.number(), v.integer(), v.minValue(1));

export const spanSchema = v.object({
  file: v.optional(v.string()),
  line: position,
  column: position,
  end_line: v.optional(position),
  end_column: v.optional(position),
});

export const fixSchema = v.object({
  title: v.string(),
  kind: v.picklist(["option", "edit", "command"]),
  text: v.string(),
  span: v.optional(spanSchema),
});

export const diagnosticSchema = v.object({
  level: v.picklist(["error", "warning", "info"]),
  code: v.pipe(v.string(), v.regex(/^[EW]_[A-Z0-9_]+$/)),
  message: v.string(),
  hint: v.optional(v.string()),
  help_url: v.optional(v.string()),
  causes: v.array(v.string()),
  spans: v.array(spanSchema),
  fixes: v.array(fixSchema),
  data: v.optional(v.record(v.string(), v.unknown())),
});
