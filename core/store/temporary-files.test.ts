import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sweepTemporaryFiles } from "./temporary-files.ts";

test("only old files of our own form go, of this folder and as many below as are asked for", () => {
  const root = mkdtempSync(join(tmpdir(), "temporary-files-"));
  const nowMs = Date.now();
  const names = ["a.1.0.tmp", "a.1.tmp", "notes.tmp", "b/a.1.0.tmp", "b/c/a.1.0.tmp", "old.1.0.tmp/file"];
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), "half");
    utimesSync(join(root, name), nowMs / 1000 - 4000, nowMs / 1000 - 4000);
  }
  utimesSync(join(root, "old.1.0.tmp"), nowMs / 1000 - 4000, nowMs / 1000 - 4000);
  const left = () => readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => names.includes(name));
  sweepTemporaryFiles(root, { nowMs: nowMs - 1_000_000 });
  expect(left().toSorted()).toEqual(names.toSorted());
  sweepTemporaryFiles(root, { nowMs });
  expect(left().toSorted()).toEqual(["b/a.1.0.tmp", "b/c/a.1.0.tmp", "notes.tmp", "old.1.0.tmp/file"]);
  sweepTemporaryFiles(root, { nowMs, depth: 2 });
  expect(left().toSorted()).toEqual(["b/c/a.1.0.tmp", "notes.tmp", "old.1.0.tmp/file"]);
  sweepTemporaryFiles(join(root, "nowhere"));
  rmSync(root, { recursive: true });
});
