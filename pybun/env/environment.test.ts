import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { overwrite } from "../wheel/testing/overwrite.ts";
import { isEnvironmentWhole } from "./ensure-environment.ts";
import { environmentKind, readEnvironmentRecord } from "./environment-record.ts";
import { findEnvironment, leaseOf, listEnvironments, removeEnvironment } from "./list-environments.ts";
import { openScene, python, rejectionOf, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

describe("an environment", () => {
  test("imports, describes and lists what its wheels bring", async () => {
    const alpha = await scene.wheel({
      name: "alpha",
      version: "1.2",
      files: { "alpha/__init__.py": "import beta\nvalue = beta.value + 1\n", "alpha/data.txt": "forty" },
      entryPoints: { console_scripts: ["alpha-run = alpha.main:cli.start"], "alpha.plugins": ["one = alpha:value"] },
    });
    const beta = await scene.wheel({ name: "beta", version: "3", files: { "beta.py": "value = 41\n" } });
    const record = await scene.environment("basics", [alpha, beta]);
    const said = python(
      record,
      `import alpha, sys, json, importlib.metadata as m, importlib.resources as r
print(json.dumps([alpha.value, m.version("alpha"), sorted(d.name if hasattr(d, "name") else d.metadata["Name"] for d in m.distributions()),
  (r.files("alpha") / "data.txt").read_text(), sys.path[-1], sys.prefix, sys.executable,
  [e.value for e in m.entry_points().get("alpha.plugins", [])] if isinstance(m.entry_points(), dict) else [e.value for e in m.entry_points(group="alpha.plugins")]]))`,
    );
    expect(JSON.parse(said)).toEqual([
      42,
      "1.2",
      ["alpha", "beta"],
      "forty",
      record.view,
      record.path,
      record.python,
      ["alpha:value"],
    ]);
    expect(readEnvironmentRecord(scene.store, "basics")).toEqual(record);
    expect(record.packages.map(({ name, version }) => `${name} ${version}`)).toEqual(["alpha 1.2", "beta 3"]);
  });

  test("runs scripts of entry points, of .data and from paths that a first line cannot carry", async () => {
    const tool = await scene.wheel({
      name: "tool",
      version: "1",
      files: {
        "tool.py":
          "import sys\nclass Group:\n    @staticmethod\n    def main():\n        print(sys.argv[1:])\n        return 7\n",
        "tool-1.data/scripts/legacy": "#!python\nimport tool\nprint('legacy', tool.__name__)\n",
        "tool-1.data/scripts/shell": "#!/bin/sh\necho shell\n",
        "tool-1.data/data/share/tool/x.txt": "shared",
        "tool-1.data/headers/tool.h": "int tool;\n",
      },
      entryPoints: { console_scripts: ["tool-cli = tool:Group.main"], gui_scripts: ["tool-gui = tool:Group.main"] },
    });
    const plain = await scene.environment("scripts", [tool]);
    const spaced = await scene.environment("scripts", [tool], {
      directory: join(scene.root, "with blank", "é".repeat(60)),
    });
    const absent =
      "import importlib.metadata as m; print([str(f) for f in m.files('tool') if not f.locate().exists()])";
    expect(python(plain, absent)).toBe("[]");
    for (const { path, interpreter } of [plain, spaced]) {
      expect(run([join(path, "bin", "tool-cli"), "a b"])).toEqual({ code: 7, out: "['a b']", err: "" });
      expect(run([join(path, "bin", "tool-gui")]).code).toBe(7);
      expect(run([join(path, "bin", "legacy")]).out).toBe("legacy tool");
      expect(run([join(path, "bin", "shell")]).out).toBe("shell");
      expect(readFileSync(join(path, "share/tool/x.txt"), "utf8")).toBe("shared");
      const minor = interpreter.version.split(".").slice(0, 2).join(".");
      expect(existsSync(join(path, `include/site/python${minor}/tool/tool.h`))).toBe(true);
    }
  });

  test("honours .pth files of the view after those of the prefix, and puts editables on its own path", async () => {
    const hooked = await scene.wheel({
      name: "hooked",
      version: "1",
      files: {
        "hooked.pth": "import builtins; builtins.hooked = getattr(builtins, 'hooked', 0) + 1\nextra\n",
        "extra/inner.py": "",
      },
    });
    const editable = join(scene.root, "editable");
    mkdirSync(editable);
    writeFileSync(join(editable, "mine.py"), "where = __file__\n");
    const record = await scene.environment("hooked", [hooked], { editables: [editable] });
    const said = python(
      record,
      "import mine, inner, sys, builtins, json; print(json.dumps([builtins.hooked, sys.path[-3:]]))",
    );
    expect(JSON.parse(said)).toEqual([1, [editable, record.view, join(record.view, "extra")]]);
    const other = await scene.environment("unhooked", [hooked]);
    expect(python(other, "import importlib.util as u; print(u.find_spec('mine'))")).toBe("None");
  });

  test("copies what has to find its siblings by resolved paths", async () => {
    const files = {
      "solid/__init__.py": "",
      "solid/core.py":
        "from pathlib import Path\nfound = sorted(p.name for p in Path(__file__).resolve().parent.parent.glob('*ghbour*.py'))\n",
    };
    const solid = await scene.wheel({ name: "Solid.Thing", version: "1", files });
    const neighbour = await scene.wheel({ name: "neighbour", version: "1", files: { "neighbour.py": "" } });
    const linked = await scene.environment("linked", [solid, neighbour]);
    expect(python(linked, "import solid.core; print(solid.core.found)")).toBe("[]");
    const copied = await scene.environment("copied", [solid, neighbour], { materialize: ["solid_thing", "neighbour"] });
    expect(python(copied, "import solid.core; print(solid.core.found)")).toBe("['neighbour.py']");
    expect(python(copied, "import importlib.metadata as m; print(m.version('solid-thing'))")).toBe("1");
  });

  test("is made once and found again", async () => {
    const once = await scene.wheel({ name: "once", version: "1" });
    const first = await scene.environment("once", [once]);
    const marker = join(first.path, "mine.txt");
    writeFileSync(marker, "private");
    scene.events.length = 0;
    expect(await scene.environment("once", [once])).toEqual(first);
    expect(scene.events).toEqual(["env.create"]);
    expect(existsSync(marker)).toBe(true);
    const made = await Promise.all(Array.from({ length: 10 }, () => scene.environment("at-once", [once])));
    expect(new Set(made.map((record) => record.path)).size).toBe(1);
    expect(made[0]?.view).toBe(first.view);
  });

  test("is made again when its parts or the interpreter are not what they were", async () => {
    const part = await scene.wheel({ name: "part", version: "1" });
    const record = await scene.environment("damaged", [part]);
    for (const damage of [record.python, join(record.path, "pyvenv.cfg"), record.view, join(record.view, "part.py")]) {
      rmSync(damage, { recursive: true });
      rmSync(join(record.path, "pyvenv.cfg"), { force: true });
      expect(isEnvironmentWhole(record)).toBe(false);
      await scene.environment("damaged", [part]);
      expect(python(record, "import part; print(part.version)")).toBe("1");
    }
    const [pathFile] = globSync("lib/python*/site-packages/~vivarium-view.pth", { cwd: record.path });
    rmSync(join(record.path, pathFile ?? "absent"));
    await scene.environment("damaged", [part]);
    expect(python(record, "import part; print(part.version)")).toBe("1");
    const moved = { ...record, interpreter: { ...record.interpreter, mtimeMs: record.interpreter.mtimeMs + 1 } };
    expect(isEnvironmentWhole(moved)).toBe(false);
  });

  test("refuses to link a wheel that was damaged behind our back", async () => {
    const victim = await scene.wheel({ name: "victim", version: "1", files: { "victim/a.py": "a = 1\n" } });
    overwrite(join(victim.path, "victim/a.py"), "a = 12345\n");
    expect(await rejectionOf(scene.environment("victim", [victim]))).toMatchObject({ code: "E_STORE_DAMAGED" });
    expect(scene.store.has(environmentKind, "victim")).toBe(false);
  });
});

describe("what a wheel may not do to an environment", () => {
  test("replace its interpreter or its own files", async () => {
    const path = `lib/python${scene.interpreter.version.split(".").slice(0, 2).join(".")}/site-packages/~vivarium-view.pth`;
    for (const file of ["scripts/python", "data/pyvenv.cfg", "data/bin/python3/x", `data/${path}`]) {
      const bad = await scene.wheel({ name: "bad", version: "1", files: { [`bad-1.data/${file}`]: "x" } });
      expect(await rejectionOf(scene.environment("bad", [bad]))).toMatchObject({ code: "E_ENV_DATA_CONFLICT" });
    }
    const bad = await scene.wheel({ name: "bad", version: "2", entryPoints: { console_scripts: ["python = bad:x"] } });
    expect(await rejectionOf(scene.environment("bad", [bad]))).toMatchObject({ code: "E_ENV_DATA_CONFLICT" });
  });

  test("replace what activates it, what it is known by, or one of its directories", async () => {
    const purelib = scene.interpreter.scheme.purelib;
    const places = ["bin/activate", "bin/activate.fish", ".vivarium-environment.json/x", "lib", "bin", purelib];
    for (const place of places) {
      const bad = await scene.wheel({ name: "bad", version: "3", files: { [`bad-3.data/data/${place}`]: "x" } });
      expect(await rejectionOf(scene.environment("bad", [bad]))).toMatchObject({ code: "E_ENV_DATA_CONFLICT" });
    }
    for (const script of ["activate", "activate.fish"]) {
      const bad = await scene.wheel({
        name: "bad",
        version: "4",
        entryPoints: { console_scripts: [`${script} = bad:x`] },
      });
      expect(await rejectionOf(scene.environment("bad", [bad]))).toMatchObject({ code: "E_ENV_DATA_CONFLICT" });
    }
  });

  test("have data where another has a directory of data", async () => {
    const one = await scene.wheel({ name: "one", version: "5", files: { "one-5.data/data/share/x": "x" } });
    const two = await scene.wheel({ name: "two", version: "5", files: { "two-5.data/data/share/x/y/z": "x" } });
    for (const wheels of [
      [one, two],
      [two, one],
    ]) {
      const refused = await rejectionOf(scene.environment("kinds", wheels));
      const params = { path: "share/x", file: "one", directory: "two" };
      expect(refused).toMatchObject({ code: "E_ENV_PATH_CONFLICT", params });
    }
  });

  test("name a script that leaves the directory of scripts, or that no disk can have", async () => {
    for (const name of ["../evil", "x".repeat(256), "\u{1F40D}".repeat(64)]) {
      const bad = await scene.wheel({
        name: "esc",
        version: "1",
        entryPoints: { console_scripts: [`${name} = esc:x`] },
      });
      expect(await rejectionOf(scene.environment("esc", [bad]))).toMatchObject({ code: "E_ENV_SCRIPT_NAME" });
    }
  });

  test("bring another file of the same name in silence", async () => {
    const one = await scene.wheel({
      name: "one",
      version: "1",
      files: { "both/x.py": "x = 1\n", "both/y.py": "y = 1\n" },
    });
    const two = await scene.wheel({
      name: "two",
      version: "1",
      files: { "both/x.py": "x = 2\n", "both/y.py": "y = 1\n" },
    });
    scene.warnings.length = 0;
    const record = await scene.environment("both", [two, one]);
    expect(python(record, "from both import x, y; print(x.x, y.y)")).toBe("2 1");
    expect(scene.warnings).toMatchObject([
      { code: "W_ENV_FILE_CONFLICT", params: { winner: "two-1", loser: "one-1", count: 1, path: "both/x.py" } },
    ]);
  });
});

describe("environments at a place of their own", () => {
  test("are made, replaced, listed and removed", async () => {
    const directory = join(scene.root, "placed", "env");
    const old = await scene.wheel({ name: "place", version: "1" });
    const next = await scene.wheel({ name: "place", version: "2" });
    const first = await scene.environment("place-1", [old], { directory });
    expect(statSync(directory).mode & 0o777).toBe(0o777 & ~process.umask());
    expect(python(first, "import place; print(place.version)")).toBe("1");
    const refused = scene.environment("place-2", [next], { directory });
    expect(await rejectionOf(refused)).toMatchObject({ code: "E_ENV_EXISTS" });
    const second = await scene.environment("place-2", [next], { directory, fresh: true });
    expect(python(second, "import place; print(place.version)")).toBe("2");
    const refreshed = await scene.environment("place-2", [old], { directory });
    expect(python(refreshed, "import place; print(place.version)")).toBe("1");
    expect(listEnvironments(scene.store).map((record) => record.path)).toContain(directory);
    expect(findEnvironment(scene.store, "placed/env", scene.root).key).toBe("place-2");
    removeEnvironment(scene.store, directory);
    expect(existsSync(directory)).toBe(false);
    expect(listEnvironments(scene.store).map((record) => record.path)).not.toContain(directory);
    expect(run(["ls", "-A", join(scene.root, "placed")]).out).toBe("");
  });

  test("never take what is somebody else's, nor the store's own place", async () => {
    const directory = join(scene.root, "taken");
    mkdirSync(directory);
    writeFileSync(join(directory, "thesis.txt"), "precious");
    expect(await rejectionOf(scene.environment("t", [], { directory }))).toMatchObject({
      code: "E_ENV_DIRECTORY_TAKEN",
    });
    expect(readFileSync(join(directory, "thesis.txt"), "utf8")).toBe("precious");
    for (const place of [scene.root, join(scene.store.root, "inside")]) {
      const refused = scene.environment("t", [], { directory: place });
      expect(await rejectionOf(refused)).toMatchObject({ code: "E_ENV_DIRECTORY_STORE" });
    }
  });

  test("are not removed while they are used, nor when they are not there", async () => {
    const record = await scene.environment("leased", []);
    const release = scene.store.lease([leaseOf(scene.store, record)]);
    expect(() => removeEnvironment(scene.store, "leased")).toThrow(expect.objectContaining({ code: "E_ENV_IN_USE" }));
    release();
    expect(removeEnvironment(scene.store, "leased").path).toBe(record.path);
    expect(existsSync(record.path)).toBe(false);
    expect(() => removeEnvironment(scene.store, "leased")).toThrow(
      expect.objectContaining({ code: "E_ENV_NOT_FOUND" }),
    );
  });
});
