/**
 * What is promised: nothing that is written below the prefix of one environment changes another one or the store, and
 * pip never touches what is reached through the view. Run as any user; root, whom no permission stops, is the hard case.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel } from "../../tests/fixture-index/distributions.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { hashTree, openScene, python, type Ran, run } from "./testing/scene.ts";
import { viewKind } from "./view.ts";

const scene = openScene();
const links = join(scene.root, "links");
afterAll(scene.remove);

const shapeOf = (version: string) => ({
  name: "gadget",
  version,
  files: {
    "gadget/__init__.py": `version = "${version}"\n`,
    "gadget/data.txt": version,
    [`gadget-${version}.data/data/share/gadget/settings.txt`]: version,
  },
  entryPoints: { console_scripts: ["gadget = gadget:version.title"] },
});

let wheels: readonly StoredWheel[] = [];
let pipPython = "";

beforeAll(async () => {
  pipPython = await oraclePython();
  mkdirSync(links);
  for (const version of ["1.0", "2.0"]) {
    const { filename, bytes } = buildWheel(shapeOf(version));
    writeFileSync(join(links, filename), bytes);
  }
  wheels = [await scene.wheel(shapeOf("1.0")), await scene.wheel({ name: "other", version: "1" })];
}, 300_000);

function pip(record: EnvironmentRecord, ...command: readonly string[]): Ran {
  const common = ["--python", record.python, "--disable-pip-version-check", "--no-input"];
  return run([pipPython, "-m", "pip", ...common, ...command], {
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: links,
    HOME: scene.root,
  });
}

/** Does `change` in one environment, and says what another one and the store held before and after. */
async function isolated(name: string, change: (record: EnvironmentRecord) => void): Promise<EnvironmentRecord> {
  const record = await scene.environment(name, wheels);
  const other = await scene.environment(`${name}-neighbour`, wheels);
  expect(other.view).toBe(record.view);
  const look = () => [hashTree(other.path), hashTree(join(scene.store.root, wheelKind)), hashTree(record.view)];
  const before = look();
  change(record);
  expect(look()).toEqual(before);
  expect(python(other, "import gadget; print(gadget.version)")).toBe("1.0");
  return record;
}

describe("in one environment", () => {
  test("pip install of a newer version lays it before the view", async () => {
    const record = await isolated("upgrade", (changed) => {
      const { code, out } = pip(changed, "install", "--upgrade", "gadget");
      expect(out).toContain("outside environment");
      expect(code).toBe(0);
    });
    const said = python(record, "import gadget, importlib.metadata as m; print(gadget.version, m.version('gadget'))");
    expect(said).toBe("2.0 2.0");
    expect(readFileSync(join(record.path, "share/gadget/settings.txt"), "utf8")).toBe("2.0");
  }, 60_000);

  test("pip uninstall of what pip itself installed brings the view's version back", async () => {
    const record = await isolated("downgrade", (changed) => {
      expect(pip(changed, "install", "gadget==2.0").code).toBe(0);
      expect(pip(changed, "uninstall", "--yes", "gadget").code).toBe(0);
    });
    expect(python(record, "import gadget; print(gadget.version)")).toBe("1.0");
  }, 60_000);

  test("pip uninstall leaves what is in the view alone", async () => {
    await isolated("uninstall", (changed) => {
      const { code, out, err } = pip(changed, "uninstall", "--yes", "gadget");
      expect(`${out}\n${err}`).toContain("outside environment");
      expect(code).toBe(0);
    });
  }, 60_000);

  test("pip install --force-reinstall and --target reach nobody else", async () => {
    const record = await isolated("force", (changed) => {
      expect(pip(changed, "install", "--force-reinstall", "--no-deps", "gadget==1.0").code).toBe(0);
      const target = join(changed.path, "target");
      expect(pip(changed, "install", "--target", target, "gadget==2.0").code).toBe(0);
    });
    expect(python(record, "import gadget; print(gadget.__file__)")).toStartWith(record.path);
  }, 60_000);

  test("a write to any file below the prefix reaches nobody else", async () => {
    await isolated("write", (changed) => {
      const files = filesBelow(changed.path);
      expect(files.map((file) => file.slice(changed.path.length + 1))).toContain("share/gadget/settings.txt");
      const code = "import sys\nfor path in sys.argv[1:]:\n    open(path, 'w').write('overwritten')\n";
      const { code: exit, err } = run([scene.interpreter.realPath, "-c", code, ...files]);
      expect({ exit, err }).toEqual({ exit: 0, err: "" });
    });
  });

  test("a write beside a copied module reaches nobody else", async () => {
    const before = hashTree(join(scene.store.root, wheelKind));
    const changed = await scene.environment("beside", wheels, { materialize: ["gadget"] });
    const other = await scene.environment("beside-neighbour", wheels, { materialize: ["gadget"] });
    const code =
      "import gadget, pathlib; pathlib.Path(gadget.__file__).resolve().with_name('data.txt').write_text('new')";
    python(changed, code);
    const read = "import gadget, pathlib; print(pathlib.Path(gadget.__file__).with_name('data.txt').read_text())";
    expect([python(changed, read), python(other, read)]).toEqual(["new", "1.0"]);
    expect(hashTree(join(scene.store.root, wheelKind))).toEqual(before);
  });

  test("where all is copied, a write to any file that Python finds reaches nobody else", async () => {
    const look = () => [wheelKind, viewKind].map((kind) => hashTree(join(scene.store.root, kind)));
    const changed = await scene.environment("all", wheels, { materialize: [":all:"] });
    const [copied, linked] = [
      await scene.environment("all-neighbour", wheels, { materialize: [":all:"] }),
      await scene.environment("linked-neighbour", wheels),
    ];
    const before = [...look(), hashTree(copied.path), hashTree(linked.path)];
    const overwriteAll = `
import importlib.metadata
written = 0
for distribution in importlib.metadata.distributions():
    for file in distribution.files:
        path = distribution.locate_file(file).resolve()
        if path.is_file():
            open(path, "w").write("overwritten")
            written += 1
print(written)
`;
    // Two modules, a data file of the package, one of the prefix, a script, and the metadata of both.
    expect(Number(python(changed, overwriteAll))).toBeGreaterThan(10);
    expect([...look(), hashTree(copied.path), hashTree(linked.path)]).toEqual(before);
    expect([copied, linked].map((each) => python(each, "import gadget; print(gadget.version)"))).toEqual([
      "1.0",
      "1.0",
    ]);
  });
});

/** Regular files only: a write through `bin/python` would go to the interpreter, as in every virtual environment. */
function filesBelow(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name)));
  return names.filter((name) => !/\/bin\/python[\d.]*$/.test(name) && statSync(name).isFile());
}
