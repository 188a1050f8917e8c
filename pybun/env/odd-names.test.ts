/** Names that are legal in Python and odd elsewhere. */
import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openScene, python, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

test("an entry point of Unicode identifiers makes a script that runs", async () => {
  const wheel = await scene.wheel({
    name: "zzq",
    version: "1",
    files: {
      "zzqunicode.py": "def größe():\n    print('groß')\n",
      "größen/__init__.py": "class Maß:\n    @staticmethod\n    def zeige():\n        print('Maß')\n",
    },
    entryPoints: { console_scripts: ["zzqu = zzqunicode:größe", "maß = größen:Maß.zeige [extra]"] },
  });
  const { path } = await scene.environment("unicode", [wheel]);
  expect(run([join(path, "bin/zzqu")])).toEqual({ code: 0, out: "groß", err: "" });
  expect(run([join(path, "bin/maß")])).toEqual({ code: 0, out: "Maß", err: "" });
});

const names = ["__proto__", "constructor", "toString", "hasOwnProperty"] as const;

test("packages called like the members of an object can be imported, linked, shared and copied", async () => {
  const shapeOf = (name: string) => ({
    name,
    version: "1",
    files: Object.fromEntries(names.map((each) => [`${each}/${name}.py`, `value = '${each}'\n`])),
  });
  const [one, two] = [await scene.wheel(shapeOf("one")), await scene.wheel(shapeOf("two"))];
  const importing = (wheel: string) =>
    `import importlib; print([importlib.import_module(n + '.${wheel}').value for n in '${names.join(" ")}'.split()])`;
  const expected = `[${names.map((name) => `'${name}'`).join(", ")}]`;
  const linked = await scene.environment("linked", [one]);
  expect(python(linked, importing("one"))).toBe(expected);
  const shared = await scene.environment("shared", [one, two]);
  expect(python(shared, importing("two"))).toBe(expected);
  const copied = await scene.environment("copied", [one], { materialize: ["one"] });
  expect(python(copied, importing("one"))).toBe(expected);
});

test("scripts and data called like the members of an object are there", async () => {
  const files = Object.fromEntries([
    ["odd.py", "def main():\n    print('odd')\n"],
    ...names.map((name) => [`odd-1.data/data/share/${name}/${name}`, name]),
  ]) as Record<string, string>;
  const scripts = names.map((name) => `${name} = odd:main`);
  const odd = await scene.wheel({ name: "odd", version: "1", files, entryPoints: { console_scripts: scripts } });
  const { path } = await scene.environment("odd", [odd]);
  for (const name of names) {
    expect(run([join(path, "bin", name)]).out).toBe("odd");
    expect(run(["cat", join(path, "share", name, name)]).out).toBe(name);
  }
});
