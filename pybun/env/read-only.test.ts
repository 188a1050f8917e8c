/**
 * What only a user who is not root can be refused: a write through the view. As root the test gives its scene to nobody
 * and becomes that user for each command.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { asOrdinaryUser, isRoot, nobody } from "@vivarium/core/testing/ordinary-user";
import { hasBytecode } from "../wheel/bytecode.ts";
import { type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";
import { verifyEntry } from "../wheel/verify.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { openScene, type Ran, run } from "./testing/scene.ts";
import { viewKind } from "./view.ts";

const scene = openScene();
afterAll(scene.remove);

let wheel: StoredWheel;
let linked: EnvironmentRecord;
let copied: EnvironmentRecord;

beforeAll(async () => {
  wheel = await scene.wheel({
    name: "guarded",
    version: "1",
    files: {
      "guarded/__init__.py": "value = 1\n",
      "guarded/data.txt": "ours",
      "guarded-1.data/scripts/tool": "#!python\n",
      "guarded-1.data/data/share/guarded/settings.txt": "settings",
    },
  });
  linked = await scene.environment("linked", [wheel]);
  copied = await scene.environment("copied", [wheel], { materialize: ["guarded"] });
  if (isRoot) expect(run(["chown", "-R", `${nobody}:${nobody}`, scene.root]).code).toBe(0);
});

/** A command of the shell, as a user whom permissions stop. */
function shell(script: string, ...words: readonly string[]): Ran {
  return run(asOrdinaryUser(["/bin/sh", "-c", script, "sh", ...words]));
}

const append = (path: string): Ran => shell('echo theirs >> "$1"', path);

describe.skipIf(process.platform === "win32")("without root's privileges", () => {
  test.each(["guarded/__init__.py", "guarded/data.txt", "guarded-1.dist-info/METADATA", "guarded-1.dist-info/RECORD"])(
    "%s cannot be opened for writing through the view",
    (name) => {
      const before = readFileSync(join(linked.view, name));
      const { code, err } = append(join(linked.view, name));
      expect(code).not.toBe(0);
      expect(err).toMatch(/denied/i);
      expect(readFileSync(join(linked.view, name))).toEqual(before);
    },
  );

  test("what lies in the prefix can be changed: scripts, data, copied modules", () => {
    const site = copied.interpreter.version.split(".").slice(0, 2).join(".");
    for (const { path } of [linked, copied]) {
      expect(append(join(path, "bin/tool"))).toMatchObject({ code: 0 });
      expect(append(join(path, "share/guarded/settings.txt"))).toMatchObject({ code: 0 });
    }
    expect(append(join(copied.path, `lib/python${site}/site-packages/guarded/data.txt`))).toMatchObject({ code: 0 });
    expect(readFileSync(join(wheel.path, "guarded/data.txt"), "utf8")).toBe("ours");
  });

  test.each([
    ["a module is added", 'touch "$1/guarded/evil.py"'],
    ["a top-level file is added", 'touch "$1/evil.py"'],
    ["a file is removed", 'rm -f "$1/guarded/data.txt"'],
    ["a file is replaced", 'mv -f "$1/guarded/data.txt" "$1/guarded/__init__.py"'],
    ["a package is moved", 'mv "$1/guarded" "$1/other"'],
    ["data is added beside what is stored", 'touch "$2/data/share/guarded/evil.txt"'],
  ])("nothing of the store changes when %s", (_, action) => {
    const { code, err } = shell(action, linked.view, wheel.dataPath);
    expect(err).toMatch(/denied/i);
    expect(code).not.toBe(0);
    expect(verifyEntry(dirname(wheel.path))).toBeUndefined();
  });

  test("the compiler adds bytecode, and leaves the directories as they were", () => {
    const { cacheTag } = scene.interpreter.abi;
    const script = join(import.meta.dir, "../wheel/compile-bytecode.py");
    // The interpreter may lie where nobody can read: all that the script needs is imported before.
    const code = `import os, sys, json, stat, shutil, fcntl, hashlib, warnings, py_compile, contextlib, importlib.util
script = open(sys.argv.pop(1)).read()
if os.getuid() == 0: os.setgroups([]); os.setgid(${nobody}); os.setuid(${nobody})
exec(script)`;
    const compiled = run([scene.interpreter.realPath, "-B", "-c", code, script, cacheTag, dirname(wheel.path)]);
    expect(compiled).toMatchObject({ code: 0, err: "" });
    expect(hasBytecode(wheel, cacheTag)).toBe(true);
    expect(readdirSync(join(wheel.path, "guarded/__pycache__"))).toEqual([`__init__.${cacheTag}.pyc`]);
    expect(statSync(join(wheel.path, "guarded")).mode & 0o222).toBe(0);
  });

  test("the store itself can remove it all", () => {
    const store = join(import.meta.dir, "../../core/store.ts");
    const code = `const { openStore } = await import(${JSON.stringify(store)}); const [root, view, wheel] = process.argv.slice(-3);
      console.log(openStore(root).remove("${viewKind}", view), openStore(root).remove("${wheelKind}", wheel));
      console.log(require("node:fs").readdirSync(root + "/trash").length);`;
    const viewKey = basename(dirname(linked.view));
    const bun = [process.execPath, "-e", code, "--", scene.store.root, viewKey, wheel.sha256];
    const { out, err } = shell('cd "$1"; shift; HOME="$PWD" "$@"', scene.root, ...bun);
    expect({ out, err }).toEqual({ out: "true true\n0", err: "" });
    expect(existsSync(wheel.path)).toBe(false);
  });
});
