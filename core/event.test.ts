import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { events } from "./event.ts";
import { wireName } from "./event-head.ts";
import { eventSchema } from "./event-schema.ts";
import packageFile from "./package.json";
import { programVersion } from "./version.ts";

test("each kind has a file of its own name, and each file is in the union", () => {
  const files = readdirSync(join(import.meta.dir, "events"));
  const kinds = files
    .filter((file) => file !== "define.ts" && !file.endsWith(".test.ts"))
    .map((file) => file.replace(/\.ts$/, ""));
  expect<string[]>(events.map(({ kind }) => kind.replace(".", "-")).sort()).toEqual(kinds.sort());
});

const head = {
  version: 1,
  time: "2026-01-02T03:04:05.678Z",
  seq: 0,
  trace_id: "a".repeat(32),
  span_id: "b".repeat(16),
};

test.each([
  ["a whole event", { ...head, kind: "cache.clean", entries: 1, bytes: 2 }, true],
  ["a field that a later release added", { ...head, kind: "cache.clean", entries: 1, bytes: 2, later: 1 }, true],
  ["an unknown kind", { ...head, kind: "cache.what", entries: 1, bytes: 2 }, false],
  ["a negative count", { ...head, kind: "cache.clean", entries: -1, bytes: 2 }, false],
  ["a missing field", { ...head, kind: "cache.clean", entries: 1 }, false],
  ["a trace id in upper case", { ...head, trace_id: "A".repeat(32), kind: "cache.clean", entries: 1, bytes: 2 }, false],
])("the schema on %s", (_, event, valid) => {
  expect(v.is(eventSchema, event)).toBe(valid);
});

test("no kind has a field that would hide one of the head's; a package's version has a name of its own", () => {
  const headNames = new Set([...Object.keys(head), "parent_span_id", "kind"]);
  for (const { fields } of events) {
    for (const name of Object.keys(fields.entries)) expect(headNames).not.toContain(wireName(name));
  }
  const event = { ...head, kind: "resolve.package", name: "flask", package_version: "3.1", extras: [], source: "" };
  expect(v.is(eventSchema, event)).toBe(true);
});

test("the version is that of the package", () => {
  expect(programVersion).toBe(packageFile.version);
});
