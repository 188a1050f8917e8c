import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Program } from "./command.ts";
import { schemaCommandOf } from "./schema-command.ts";
import { schemaDocuments } from "./schema-documents.ts";
import { runFixture } from "./testing/run-fixture.ts";
import { assertValidEnvelope } from "./testing/validate-output.ts";

const schemaCommand = schemaCommandOf("inner");
const inner: Program = { name: "inner", summary: "", commands: [schemaCommand], catalogue: async () => ({}) };
const roof: Program = { ...inner, name: "roof", members: async () => [inner] };

describe("schemaDocuments", () => {
  test("names the shared shapes, and the detail of each command of the program and its members", async () => {
    const names = Object.keys(await schemaDocuments(roof));
    const ofPrograms = ["roof", "roof schema print", "inner", "inner schema print"];
    expect(names).toEqual(["envelope", "event", "diagnostic", ...ofPrograms]);
  });

  test("each is a JSON Schema 2020-12 that stands alone", async () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, validateFormats: false });
    for (const document of Object.values(await schemaDocuments(roof))) {
      expect(document["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
      ajv.compile(document);
    }
  });

  test("the event's schema tells kinds apart", async () => {
    const { event } = await schemaDocuments(inner);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(event ?? {});
    const head = {
      version: 1,
      time: "2026-01-02T03:04:05.678Z",
      seq: 0,
      trace_id: "a".repeat(32),
      span_id: "b".repeat(16),
    };
    expect(validate({ ...head, kind: "env.remove", key: "k", path: "/p" })).toBe(true);
    expect(validate({ ...head, kind: "env.remove", key: "k" })).toBe(false);
    expect(validate({ ...head, kind: "env.what", key: "k", path: "/p" })).toBe(false);
  });
});

describe("schema print", () => {
  test("prints all in one document", async () => {
    const { stdout, stderr, exitCode } = await runFixture(["schema"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const { $defs } = JSON.parse(stdout);
    const ofProgram = ["fixture", "fixture group", "fixture schema print"];
    expect(Object.keys($defs)).toEqual(["envelope", "event", "diagnostic", ...ofProgram]);
  });

  test("prints the named one alone, several together", async () => {
    expect(JSON.parse((await runFixture(["schema", "print", "diagnostic"])).stdout)).toMatchObject({
      type: "object",
      required: ["level", "code", "message", "causes", "spans", "fixes"],
    });
    const both = JSON.parse((await runFixture(["schema", "diagnostic", "event"])).stdout);
    expect(Object.keys(both.$defs)).toEqual(["diagnostic", "event"]);
  });

  test("its own output is what its own schema says", async () => {
    const { stdout } = await runFixture(["schema", "event", "--format=json"]);
    expect(await assertValidEnvelope(stdout, schemaCommand)).toMatchObject({ status: "ok" });
  });

  test.each([
    [["--help"]],
    [["help"]],
    [["--version"]],
    [["no-such-command"]],
    [["group", "--help"]],
    [["help", "group"]],
    [["group"]],
    [["schema", "print", "--help"]],
    [["help", "schema"]],
    [["schema", "--no-such-option"]],
  ])("what %j prints has the schema of the command that it names", async (words) => {
    const { stdout } = await runFixture([...words, "--format", "json"]);
    const { command, detail } = await assertValidEnvelope(stdout);
    const { stdout: schema, exitCode } = await runFixture(["schema", "print", command]);
    expect({ command, exitCode }).toEqual({ command, exitCode: 0 });
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schema));
    expect({ detail, isValid: validate(detail) }).toEqual({ detail, isValid: true });
    expect(validate({ no: "such detail" })).toBe(false);
  });

  test("an unknown name is 66, with the near ones", async () => {
    const ended = await runFixture(["schema", "print", "evnt"]);
    expect(ended).toMatchObject({ stdout: "", exitCode: 66 });
    expect(ended.stderr).toBe("error[E_SCHEMA_UNKNOWN]: there is no schema 'evnt'\n  hint: Did you mean 'event'?\n");
  });
});
