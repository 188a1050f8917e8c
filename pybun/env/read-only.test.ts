/**
 * What only a user who is not root can be refused: a write through the view. As root the test gives its scene to nobody
 * and becomes that user for each command.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { openScene, type Ran, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

const nobody = "65534";
const isRoot = process.getuid?.() === 0;
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
  const command = ["/bin/sh", "-c", script, "sh", ...words];
  return run(isRoot ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", ...command] : command);
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

  test("bytecode can be added to a stored wheel, and the whole can be deleted", () => {
    expect(shell('mkdir "$1/guarded/__pycache__" && echo x > "$1/guarded/__pycache__/a.pyc"', wheel.path).code).toBe(0);
    expect(shell('rm -r "$1" </dev/null', wheel.path)).toMatchObject({ code: 0 });
    expect(existsSync(wheel.path)).toBe(false);
  });
});
