import { expect, test } from "bun:test";
import { formatWarmRecord, parseWarmRecord } from "./warm-record.ts";

const record = {
  program: "/e/bin/python",
  prefix: "/e",
  scripts: "/e/bin",
  lease: "envs-v3/ab",
  used: "/e/record.json",
  witnesses: [{ path: "/e/pyvenv.cfg", fingerprint: "100644 a 1 2" }],
};

test("a record that was written is read as it was", () => {
  expect(parseWarmRecord(formatWarmRecord(record))).toEqual(record);
});

test.each(["run 1", "run 2", "run 3", "run 6", "run 7", "run 99", "run", ""])(
  "of the format '%s' nothing is started",
  (header) => {
    const [, ...rest] = formatWarmRecord(record).split("\n");
    expect(parseWarmRecord([header, ...rest].join("\n"))).toBeUndefined();
  },
);

test("of a record that was cut short nothing is started", () => {
  const text = formatWarmRecord(record);
  for (let length = 0; length < text.length; length++) expect(parseWarmRecord(text.slice(0, length))).toBeUndefined();
});
