import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@vivarium/core/store";
import type { EnvironmentRecord } from "../env/environment-record.ts";
import { choiceKind, readChoice, writeChoice } from "./choice.ts";
import { readWheelSet, wheelSetKind, writeWheelSet } from "./wheel-set.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "choice-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Of an environment only the key is written. */
const environment = (digit: string) => ({ key: digit.repeat(40) }) as EnvironmentRecord;
const fileNumber = (kind: string): number => statSync(join(root, kind, "wish")).ino;

test("what is remembered already is not written again, so that a store on a read-only disk serves", () => {
  const store = openStore(root);
  writeChoice(store, "wish", environment("a"));
  writeWheelSet(store, "wish", [{ sha256: "1" }, { sha256: "2", url: "https://files.example/two.whl" }]);
  const before = [fileNumber(choiceKind), fileNumber(wheelSetKind)];
  writeChoice(store, "wish", environment("a"));
  writeWheelSet(store, "wish", [{ sha256: "1" }, { sha256: "2", url: "https://files.example/two.whl" }]);
  expect([fileNumber(choiceKind), fileNumber(wheelSetKind)]).toEqual(before);
});

test("what changed is", () => {
  const store = openStore(root);
  for (const digit of ["a", "b"]) {
    writeChoice(store, "wish", environment(digit));
    writeWheelSet(store, "wish", [{ sha256: digit }]);
    expect(readChoice(store, "wish")).toBe(digit.repeat(40));
    expect(readWheelSet(store, "wish")).toEqual([{ sha256: digit }]);
  }
});
