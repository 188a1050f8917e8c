/** `.start` files (PEP 829) reach the view, and the view is then read as a site directory: a plain path runs nothing. */
import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { viewPathFile } from "./prefix-plan.ts";
import { pythonText } from "./quoting.ts";
import { openScene, python } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

const site = (prefix: string): string => join(prefix, scene.interpreter.scheme.purelib);
const viewLine = (prefix: string): string => readFileSync(join(site(prefix), viewPathFile), "utf8");
const entry = "begun:start\n";
const begun = await scene.wheel({
  name: "begun",
  version: "1",
  files: { "begun.py": "def start(): pass\n", "begun.start": entry, "begun_data/inner.start": "no:where\n" },
});

test("the view holds the file, and its path line calls addsitedir", async () => {
  const { path, view } = await scene.environment("begun", [begun]);
  expect(begun.manifest.pth).toEqual(["begun.start"]);
  expect(readFileSync(join(view, "begun.start"), "utf8")).toBe(entry);
  expect(viewLine(path)).toBe(
    `import site, sys; ${pythonText(view)} in sys.path or site.addsitedir(${pythonText(view)}, locals().get("known_paths"))\n`,
  );
});

test("an interpreter that does not know such files still finds the view, as the last entry of its path", async () => {
  const record = await scene.environment("begun", [begun]);
  expect(python(record, "import begun, sys; print(sys.path[-1])")).toBe(record.view);
});

test("a file below a package is none, nor is one of a copied wheel the view's: the line stays a path", async () => {
  const nested = await scene.wheel({ name: "nested", version: "1", files: { "nested/inner.start": entry } });
  const plain = await scene.environment("nested", [nested]);
  expect(viewLine(plain.path)).toBe(`${plain.view}\n`);
  const copied = await scene.environment("copied", [begun], { materialize: ["begun"] });
  expect(viewLine(copied.path)).toBe(`${copied.view}\n`);
  expect(readFileSync(join(site(copied.path), "begun.start"), "utf8")).toBe(entry);
});
