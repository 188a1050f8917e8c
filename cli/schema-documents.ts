/**
 * The JSON Schemas (2020-12) of a program's output, made from the same definitions that the code's types come from.
 * Names: `envelope`, `event`, `diagnostic`, and what an envelope may have as its `command` for its `detail`: the full
 * name of each command, of a group (`pybun env --help`) and of a program (`pybun --version`).
 */

import { toJsonSchema } from "@valibot/to-json-schema";
import {
  detailSchemaOf,
  envelopeSchemaOf,
  groupDetailSchema,
  programDetailSchema,
} from "@vivarium/core/envelope-schema";
import { eventSchema } from "@vivarium/core/event-schema";
import { diagnosticSchema } from "@vivarium/core/schema";
import * as v from "valibot";
import type { Command, Program } from "./command.ts";

/** A JSON Schema as the JSON value that it is. */
export type JsonSchema = Record<string, unknown>;

/** All schemas of the program and its members, by name. Two programs that share a command each list it. */
export async function schemaDocuments(program: Program): Promise<Record<string, JsonSchema>> {
  const documents: Record<string, JsonSchema> = {
    envelope: convert(envelopeSchemaOf(v.unknown())),
    event: eventDocument(),
    diagnostic: convert(diagnosticSchema),
  };
  for (const owner of [program, ...((await program.members?.()) ?? [])]) {
    documents[owner.name] = convert(programDetailSchema);
    for (const group of groupsOf(owner.commands)) documents[`${owner.name} ${group}`] = convert(groupDetailSchema);
    for (const command of owner.commands) {
      if (command.detailSchema !== undefined)
        documents[`${owner.name} ${command.name}`] = await detailDocument(command);
    }
  }
  return documents;
}

/** First words of names that are no command themselves. */
function groupsOf(commands: readonly Command[]): ReadonlySet<string> {
  const names = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const first = names.filter((name) => name.includes(" ")).map((name) => name.slice(0, name.indexOf(" ")));
  return new Set(first).difference(new Set(names));
}

/** The envelope of one command, its detail included; the help and failure forms of detail too. */
export async function envelopeDocument(command?: Command): Promise<JsonSchema> {
  return convert(envelopeSchemaOf(await detailOf(command)));
}

/** A line of `--format=jsonl`. */
export const eventDocument = (): JsonSchema => convert(eventSchema);

/** The detail that one command's envelope or `command.finish` may have. */
export async function detailDocument(command?: Command): Promise<JsonSchema> {
  return convert(await detailOf(command));
}

async function detailOf(command?: Command): Promise<v.GenericSchema> {
  return detailSchemaOf((await command?.detailSchema?.()) ?? v.unknown());
}

/** Each document stands alone: none refers to another. */
const convert = (schema: v.GenericSchema): JsonSchema => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  ...toJsonSchema(schema, { target: "draft-2020-12" }),
});
