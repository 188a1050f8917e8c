/**
 * For tests: checks what a command printed against the JSON Schemas that `schema print` shows, with an outside
 * validator (ajv), so that the printed schemas are proved together with the output.
 */

import type { Envelope } from "@vivarium/core/envelope";
import type { VivariumEvent } from "@vivarium/core/event";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Command } from "../command.ts";
import { detailDocument, envelopeDocument, eventDocument } from "../schema-documents.ts";

const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });

/** The envelope on `stdoutText`; throws unless it is exactly one line and valid, the detail of `command` included. */
export async function assertValidEnvelope(stdoutText: string, command?: Command): Promise<Envelope> {
  const [line = "", ...rest] = stdoutText.split("\n");
  if (rest.length !== 1 || rest[0] !== "") throw new Error(`not exactly one line: ${JSON.stringify(stdoutText)}`);
  const envelope: unknown = JSON.parse(line);
  check(ajv.compile(await envelopeDocument(command)), envelope);
  assertNumbered((envelope as Envelope).events);
  return envelope as Envelope; // Checked by the schema just above.
}

/** The events on `stdoutText`; throws unless each line is valid, numbered without a gap, and the last is `command.finish`. */
export async function assertValidEvents(stdoutText: string, command?: Command): Promise<readonly VivariumEvent[]> {
  const lines = stdoutText.split("\n");
  if (lines.pop() !== "") throw new Error("the last line has no end");
  const validate = ajv.compile(eventDocument());
  const events = lines.map((line): VivariumEvent => {
    const event: unknown = JSON.parse(line);
    check(validate, event);
    return event as VivariumEvent; // Checked by the schema just above.
  });
  assertNumbered(events);
  const last = events.at(-1);
  if (last?.kind !== "command.finish") throw new Error("the last line is not command.finish");
  check(ajv.compile(await detailDocument(command)), last.detail);
  return events;
}

/** Either of the two, by format, where only validity matters. */
export async function assertValidOutput(
  stdoutText: string,
  format: "json" | "jsonl",
  command?: Command,
): Promise<void> {
  await (format === "json" ? assertValidEnvelope(stdoutText, command) : assertValidEvents(stdoutText, command));
}

function check(validate: ValidateFunction, value: unknown): void {
  if (validate(value)) return;
  throw new Error(`${ajv.errorsText(validate.errors)}\n${JSON.stringify(value, undefined, 2).slice(0, 4_000)}`);
}

function assertNumbered(events: readonly VivariumEvent[]): void {
  const wrong = events.findIndex((event, index) => event.seq !== index);
  if (wrong >= 0) throw new Error(`event ${wrong} has seq ${events[wrong]?.seq}`);
}
