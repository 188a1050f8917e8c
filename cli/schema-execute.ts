/** Prints schemas: all in one document under `$defs`, or the named ones. */
import { problemsOf } from "@vivarium/core/diagnostic";
import { nearest } from "@vivarium/core/nearest";
import type { Execute, Program } from "./command.ts";
import type { cliDiagnostics } from "./diagnostics.ts";
import { type JsonSchema, schemaDocuments } from "./schema-documents.ts";

const problem = problemsOf<typeof cliDiagnostics>();

export const execute: Execute = async (context, { positionals }) => {
  const documents = await schemaDocuments(context.program);
  const schemas = positionals.length === 0 ? documents : pick(documents, positionals);
  const [only, ...others] = Object.values(schemas);
  const printed = positionals.length > 0 && others.length === 0 ? only : bundle(context.program, schemas);
  context.out(`${JSON.stringify(printed, undefined, 2)}\n`);
  context.detail({ schemas });
  return 0;
};

function pick(documents: Record<string, JsonSchema>, names: readonly string[]): Record<string, JsonSchema> {
  const picked: Record<string, JsonSchema> = {};
  for (const name of names) {
    const found = documents[name];
    if (found === undefined) {
      const known = Object.keys(documents);
      throw problem("E_SCHEMA_UNKNOWN", { name, known, nearest: nearest(name, known) });
    }
    picked[name] = found;
  }
  return picked;
}

/** Every definition keeps its own `$schema` and is complete in itself: none refers to another. */
const bundle = ({ name }: Program, schemas: Record<string, JsonSchema>): object => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: `What ${name} prints with --format=json and --format=jsonl`,
  $defs: schemas,
});
