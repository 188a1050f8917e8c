/** Layouts of real distributions in small: namespaces of all kinds, native libraries across wheels. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openScene, python, run } from "./testing/scene.ts";
import { verifyView } from "./verify-links.ts";

const scene = openScene();
afterAll(scene.remove);

describe("namespace packages over several wheels", () => {
  const kinds = {
    "PEP 420": undefined,
    pkgutil: "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
    "pkg_resources with fall-back":
      "try:\n    __import__('pkg_resources').declare_namespace(__name__)\nexcept ImportError:\n    __path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
  };
  for (const [kind, init] of Object.entries(kinds)) {
    test(`${kind}: parts, data and private additions are found`, async () => {
      const part = (name: string) =>
        scene.wheel({
          name: `ns-${name}`,
          version: `1+${kind.length}`,
          files: {
            ...(init === undefined ? {} : { "ns/__init__.py": init }),
            [`ns/${name}/__init__.py`]: `value = "${name}"\n`,
            [`ns/${name}/data.txt`]: `data of ${name}`,
            [`ns/single_${name}.py`]: `value = "single ${name}"\n`,
          },
        });
      const record = await scene.environment(`ns-${kind.length}`, [await part("one"), await part("two")]);
      const added = join(dirname(dirname(record.python)), "lib", `python${minorOf()}`, "site-packages/ns/three");
      mkdirSync(added, { recursive: true });
      if (init !== undefined) writeFileSync(join(dirname(added), "__init__.py"), init);
      writeFileSync(join(added, "__init__.py"), "value = 'three'\n");
      const code = `import ns.one, ns.two, ns.three, ns.single_one, ns.single_two, importlib.resources as r
print(ns.one.value, ns.two.value, ns.three.value, ns.single_one.value, ns.single_two.value, (r.files("ns.two") / "data.txt").read_text())`;
      expect(python(record, code)).toBe("one two three single one single two data of two");
      expect(scene.warnings).toEqual([]);
    });
  }
});

function minorOf(): string {
  return scene.interpreter.version.split(".").slice(0, 2).join(".");
}

test("a store at a path with blanks, quotes and letters beyond ASCII is reached in any locale", async () => {
  const odd = openScene("env 'tést\u{1F40D}\"-");
  try {
    const wheel = await odd.wheel({
      name: "odd",
      version: "1",
      entryPoints: { console_scripts: ["odd = odd:version.title"] },
    });
    const record = await odd.environment("odd", [wheel]);
    expect(run([record.python, "-c", "import odd; print(odd.version)"], { LC_ALL: "C" })).toMatchObject({ out: "1" });
    expect(run([join(record.path, "bin", "odd")]).err).toBe("1");
  } finally {
    odd.remove();
  }
});

describe("native libraries", () => {
  test("find those of another wheel by a run path that leaves their own directory", async () => {
    const { needed, needing } = compileLibraries();
    const lower = await scene.wheel({ name: "lower", version: "1", files: { "lower/lib/libneeded.so": needed } });
    const upper = await scene.wheel({
      name: "upper",
      version: "1",
      files: {
        "upper/lib/libneeding.so": needing,
        "upper/__init__.py":
          "import ctypes, pathlib\nlibrary = pathlib.Path(__file__).parent / 'lib' / 'libneeding.so'\nvalue = ctypes.CDLL(str(library)).needing()\n",
        "upper/big/module.py": "",
      },
    });
    expect([lower.manifest.escapesRunPath, upper.manifest.escapesRunPath]).toEqual([false, true]);
    const record = await scene.environment("native", [lower, upper]);
    // Its directories are real, and those of its bytecode links that lead nowhere yet.
    const viewKey = basename(dirname(record.view));
    expect(verifyView(scene.store, viewKey)).toBeUndefined();
    expect(python(record, "import upper; print(upper.value)")).toBe("42");
  });
});

/** `libneeding.so` finds `libneeded.so` at `$ORIGIN/../../lower/lib`, the way of torch and its nvidia wheels. */
function compileLibraries(): { needed: Buffer; needing: Buffer } {
  const directory = join(scene.root, "native");
  mkdirSync(directory);
  const compile = (name: string, source: string, ...more: readonly string[]): Buffer => {
    writeFileSync(join(directory, `${name}.c`), source);
    const output = `lib${name}.so`;
    const { code, err } = run(["cc", "-shared", "-fPIC", "-o", output, `${name}.c`, ...more], {}, directory);
    if (code !== 0) throw new Error(`a C compiler is needed (apt-get install gcc): ${err}`);
    return readFileSync(join(directory, output));
  };
  const needed = compile("needed", "int needed(void) { return 42; }\n");
  const path = "-Wl,-rpath,$ORIGIN/../../lower/lib";
  const source = "int needed(void);\nint needing(void) { return needed(); }\n";
  return { needed, needing: compile("needing", source, "-L.", "-lneeded", path) };
}
