import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "../system-reason.ts";
import { errnoOf } from "./io-problem.ts";
import { hasFields, readSettingsFile, readSmallJson, readSmallText, wholeOf } from "./small-file.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "small-file-"));
  path = join(folder, "file.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isNamed = (value: object): value is { name: string } => hasFields(value, { name: "string" });

test("a file of the right shape is whole", () => {
  writeFileSync(path, '{"name":"a"}');
  expect(readSmallJson(path, isNamed)).toEqual({ kind: "whole", value: { name: "a" } });
  symlinkSync(path, join(folder, "link"));
  expect(wholeOf(readSmallText(join(folder, "link")))).toBe('{"name":"a"}');
});

test("what is not there is absent, also below a file", () => {
  writeFileSync(path, "");
  expect(readSmallText(join(folder, "none"))).toEqual({ kind: "absent" });
  expect(readSmallText(join(path, "none"))).toEqual({ kind: "absent" });
});

for (const text of ["", "null", "5", "[]", "{}", '{"name":5}', "garbage", '{"name":"a"']) {
  test(`the contents '${text}' are damage`, () => {
    writeFileSync(path, text);
    expect(readSmallJson(path, isNamed).kind).toBe("damaged");
  });
}

const odd: Readonly<Record<string, () => void>> = {
  "a directory": () => mkdirSync(path),
  "a circle of links": () => symlinkSync(path, path),
  "a FIFO": () => void Bun.spawnSync(["mkfifo", path]),
  "a link to a device": () => symlinkSync("/dev/zero", path),
};
for (const [name, make] of Object.entries(odd)) {
  test(`${name} is damage, and is not waited for`, () => {
    make();
    expect(readSmallText(path)).toEqual({ kind: "damaged", detail: "it is no regular file" });
  });
}

test("a file of settings has at most 16 MiB", () => {
  writeFileSync(path, "a = 1");
  expect(readSettingsFile(path)?.toString()).toBe("a = 1");
  truncateSync(path, 16 * 1024 * 1024 + 1);
  let reason = "";
  try {
    readSettingsFile(path);
  } catch (error) {
    reason = `${errnoOf(error)}: ${reasonOf(error)}`;
  }
  expect(reason).toBe("EFBIG: it is too large");
});
