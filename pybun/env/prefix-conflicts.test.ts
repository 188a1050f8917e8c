/** Two wheels with one file in the prefix: the last by name has it, and that is told. */
import { afterAll, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openScene, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);
beforeEach(() => {
  scene.warnings.length = 0;
});

const shapeOf = (name: string) => ({
  name,
  version: "1",
  files: {
    [`${name}.py`]: `def main():\n    print('${name}')\n`,
    [`${name}-1.data/scripts/tool`]: `#!/bin/sh\necho ${name}\n`,
    [`${name}-1.data/data/share/x.txt`]: name,
    [`${name}-1.data/data/share/same.txt`]: "same",
  },
});

test("scripts and data of the last by name stay, in any order, with a warning", async () => {
  const wheels = [
    await scene.wheel(shapeOf("bbb")),
    await scene.wheel(shapeOf("aaa")),
    await scene.wheel(shapeOf("aa")),
  ];
  for (const [index, order] of [wheels, wheels.toReversed()].entries()) {
    scene.warnings.length = 0;
    const { path } = await scene.environment(`data-${index}`, order);
    expect(run([join(path, "bin/tool")]).out).toBe("bbb");
    expect(readFileSync(join(path, "share/x.txt"), "utf8")).toBe("bbb");
    expect(scene.warnings).toMatchObject([
      { code: "W_ENV_FILE_CONFLICT", params: { winner: "bbb-1", loser: "aaa-1", count: 2, path: "bin/tool" } },
      { code: "W_ENV_FILE_CONFLICT", params: { winner: "bbb-1", loser: "aa-1", count: 2, path: "bin/tool" } },
    ]);
  }
});

test("entry points of one name, also beside a script of .data", async () => {
  const entry = (name: string) => ({ ...shapeOf(name), entryPoints: { console_scripts: [`tool = ${name}:main`] } });
  const [one, two, other] = [
    await scene.wheel(entry("one")),
    await scene.wheel(entry("two")),
    await scene.wheel(shapeOf("zzz")),
  ];
  const entries = await scene.environment("entries", [two, one]);
  expect(run([join(entries.path, "bin/tool")]).out).toBe("two");
  expect(scene.warnings).toMatchObject([
    { params: { winner: "two-1", loser: "one-1", path: "share/x.txt", count: 2 } },
  ]);
  const mixed = await scene.environment("mixed", [other, two]);
  expect(run([join(mixed.path, "bin/tool")]).out).toBe("zzz");
  expect(scene.warnings[1]).toMatchObject({ params: { winner: "zzz-1", loser: "two-1" } });
});

test("copied wheels that share a file", async () => {
  const shape = (name: string) => ({ name, version: "1", files: { "both/__init__.py": `owner = '${name}'\n` } });
  const wheels = [await scene.wheel(shape("second")), await scene.wheel(shape("first"))];
  const record = await scene.environment("copies", wheels, { materialize: ["first", "second"] });
  expect(run([record.python, "-c", "import both; print(both.owner)"]).out).toBe("second");
  expect(scene.warnings).toMatchObject([{ params: { winner: "second-1", loser: "first-1", count: 1 } }]);
});

test("an entry point stands for its own wheel's data of that name, as with pip, in silence", async () => {
  const own = await scene.wheel({
    name: "own",
    version: "1",
    files: { "own.py": "def main():\n    print('entry')\n", "own-1.data/data/bin/own": "#!/bin/sh\necho data\n" },
    entryPoints: { console_scripts: ["own = own:main"], gui_scripts: ["own = own:main"] },
  });
  const { path } = await scene.environment("own", [own]);
  expect(run([join(path, "bin/own")]).out).toBe("entry");
  expect(scene.warnings).toEqual([]);
});
