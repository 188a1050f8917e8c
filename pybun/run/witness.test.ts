import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentFingerprint, statusFingerprint } from "./witness.ts";

const directory = mkdtempSync(join(tmpdir(), "witness-"));

afterAll(() => rmSync(directory, { recursive: true }));

test("a look stays while nothing happens; a chmod alone changes it", () => {
  const path = join(directory, "program");
  writeFileSync(path, "12345");
  chmodSync(path, 0o644);
  const before = statusFingerprint(path);
  readFileSync(path);
  expect(statusFingerprint(path)).toBe(before);
  chmodSync(path, 0o755);
  expect(statusFingerprint(path)).not.toBe(before);
});

test("two files of one size and one mtime differ, and so does one that was written in place", () => {
  const [one, other] = [join(directory, "one"), join(directory, "other")];
  for (const path of [one, other]) {
    writeFileSync(path, "12345");
    utimesSync(path, 1, 2);
  }
  const before = statusFingerprint(one);
  expect(statusFingerprint(other)).not.toBe(before);
  const { ctimeNs } = statSync(one, { bigint: true });
  // The clock of a file system ticks in milliseconds.
  do {
    writeFileSync(one, "54321");
    utimesSync(one, 1, 2);
  } while (statSync(one, { bigint: true }).ctimeNs === ctimeNs);
  expect(statusFingerprint(one)).not.toBe(before);
});

test("what cannot be seen has a look too", () => {
  symlinkSync("circle", join(directory, "circle"));
  expect([statusFingerprint, contentFingerprint].map((look) => look(join(directory, "none")))).toEqual(["-", "-"]);
  expect([statusFingerprint, contentFingerprint].map((look) => look(join(directory, "circle")))).toEqual(["-", "-"]);
});
