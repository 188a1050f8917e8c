/** Small files of the store that are JSON, but not what was written: their readers take them for damage, field by field. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openStore } from "../../core/store.ts";
import { createKind, readCreateRecord } from "../../pybun/create/create-record.ts";
import { environmentKind, readRecordFile } from "../../pybun/env/environment-record.ts";
import { readSeal, viewKind } from "../../pybun/env/view.ts";
import { readWheelSet, wheelSetKind } from "../../pybun/install/wheel-set.ts";
import { readManifest } from "../../pybun/wheel/manifest.ts";
import { wheelKind } from "../../pybun/wheel/stored-wheel.ts";
import { openRunScene, type RunScene } from "../run/run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
  await scene.pybun(["run", "--with", "tool", "-c", "0"]);
  await scene.pybun(["env", "create", "tool", "--dir", "own"]);
});
afterAll(() => scene.close());

const store = () => openStore(scene.cache);

const readers: Readonly<Record<string, { pattern: string; read: (path: string) => unknown }>> = {
  "a wheel's manifest": { pattern: `${wheelKind}/*/manifest.json`, read: (path) => readManifest(dirname(path)) },
  "a view's seal": { pattern: `${viewKind}/*/seal.json`, read: (path) => readSeal(store(), basename(dirname(path))) },
  "an environment's record": { pattern: `${environmentKind}/*/record.json`, read: readRecordFile },
  "a list of wheels": { pattern: `${wheelSetKind}/*`, read: (path) => readWheelSet(store(), basename(path)) },
  "a record of a creation": { pattern: `${createKind}/*`, read: readCreateRecord },
};

/** Undefined where it is damaged, by either way of saying so. */
function wholeOrNot(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    expect(error).toMatchObject({ code: "E_STORE_DAMAGED" });
    return undefined;
  }
}

const values = [null, 5, true, "../..", [], {}, [null], [{ sha256: "../.." }]];

/** The same with one field gone, or of another type; a list with an item that is none. */
function* changesOf(whole: object): Generator<{ readonly change: string; readonly changed: unknown }> {
  if (Array.isArray(whole)) {
    for (const value of values) yield { change: JSON.stringify(value), changed: [...whole, value] };
    return;
  }
  for (const [name, field] of Object.entries(whole)) {
    yield { change: `without '${name}'`, changed: { ...whole, [name]: undefined } };
    const typeOf = (value: unknown) => (Array.isArray(value) ? "list" : value === null ? "null" : typeof value);
    for (const value of values.filter((one) => typeOf(one) !== typeOf(field))) {
      yield { change: `'${name}' is ${JSON.stringify(value)}`, changed: { ...whole, [name]: value } };
    }
  }
}

for (const [name, { pattern, read }] of Object.entries(readers)) {
  describe(name, () => {
    test("any field may be odd", () => {
      const [found = ""] = globSync(pattern, { cwd: scene.cache });
      const path = join(scene.cache, found);
      const text = readFileSync(path, "utf8");
      const replace = (contents: string): void => {
        rmSync(path);
        writeFileSync(path, contents);
      };
      expect(read(path)).toBeDefined();
      for (const contents of ["", "null", "5", '"text"', "{}", "[null]", "[[]]", "garbage", text.slice(0, -1)]) {
        replace(contents);
        expect([contents, wholeOrNot(() => read(path))]).toEqual([contents, undefined]);
      }
      const whole: unknown = JSON.parse(text);
      for (const { change, changed } of changesOf(whole as object)) {
        replace(JSON.stringify(changed));
        expect([change, wholeOrNot(() => read(path))]).toEqual([change, undefined]);
      }
      replace(text);
      expect(read(path)).toBeDefined();
    });
  });
}
