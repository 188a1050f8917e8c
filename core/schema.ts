/**
 * The wire shapes that every command shares, as schemas. Loaded only by `schema` commands and tests: code that makes
 * these values uses the types in `diagnostic.ts`, `event.ts` and `envelope.ts`.
 */
import * as v from "valibot";

const position = v.pipe(v.number(), v.integer(), v.minValue(1));

export const spanSchema = v.object({
  file: v.exactOptional(v.string()),
  line: position,
  column: position,
  end_line: v.exactOptional(position),
  end_column: v.exactOptional(position),
  text: v.exactOptional(v.string()),
});

export const fixSchema = v.object({
  title: v.string(),
  kind: v.picklist(["option", "edit", "command"]),
  text: v.string(),
  span: v.exactOptional(spanSchema),
});

export const diagnosticSchema = v.object({
  level: v.picklist(["error", "warning", "info"]),
  code: v.pipe(v.string(), v.regex(/^[EW]_[A-Z0-9_]+$/)),
  message: v.string(),
  hint: v.exactOptional(v.string()),
  help_url: v.exactOptional(v.string()),
  causes: v.array(v.string()),
  spans: v.array(spanSchema),
  fixes: v.array(fixSchema),
  data: v.exactOptional(v.record(v.string(), v.unknown())),
});
