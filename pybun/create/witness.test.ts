import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentFingerprint, statusFingerprint } from "./witness.ts";

const directory = mkdtempSync(join(tmpdir(), "witness-"));

afterAll(() => rmSync(directory, { recursive: true }));

test("a look is mode, size and time; a chmod alone changes it", () => {
  const path = join(directory, "program");
  writeFileSync(path, "12345");
  utimesSync(path, 1, 2);
  chmodSync(path, 0o644);
  expect(statusFingerprint(path)).toBe("100644 5 2000000000");
  chmodSync(path, 0o755);
  expect(statusFingerprint(path)).toBe("100755 5 2000000000");
});

test("what cannot be seen has a look too", () => {
  symlinkSync("circle", join(directory, "circle"));
  expect([statusFingerprint, contentFingerprint].map((look) => look(join(directory, "none")))).toEqual(["-", "-"]);
  expect([statusFingerprint, contentFingerprint].map((look) => look(join(directory, "circle")))).toEqual(["-", "-"]);
});
