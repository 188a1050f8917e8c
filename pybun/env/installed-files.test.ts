/** What `importlib.metadata` says of a wheel whose files lie below `NAME.data/`, in a view and in a copy, against pip. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel, type WheelShape } from "../../tests/fixture-index/distributions.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { verifyEntry } from "../wheel/verify.ts";
import { recordedInSite } from "./installed-record.ts";
import { openScene, type Ran, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

const shapes: readonly WheelShape[] = [
  {
    name: "purely",
    version: "1.0",
    rootIsPurelib: false,
    files: {
      "purely-1.0.data/purelib/purely/__init__.py": "value = 1\n",
      "purely-1.0.data/purelib/purely/text, quoted.txt": "text",
      "purely-1.0.data/platlib/purely_plat.py": "value = 2\n",
    },
  },
  {
    name: "mixed",
    version: "2",
    files: {
      "mixed/__init__.py": "",
      "mixed-2.data/purelib/mixed_pure/__init__.py": "",
      "mixed-2.data/platlib/mixed_plat/__init__.py": "",
      "mixed-2.data/scripts/mixed-script": "#!python\nprint('mixed')\n",
      "mixed-2.data/data/share/mixed.txt": "data",
      "mixed-2.data/headers/mixed.h": "int mixed;\n",
    },
    entryPoints: { console_scripts: ["mixed-run = mixed:__name__.title"] },
  },
  { name: "plain", version: "3", files: { "plain/__init__.py": "" } },
];

interface Described {
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Files that RECORD names and that are not there. */
  readonly absent: readonly string[];
  readonly packages: Readonly<Record<string, readonly string[]>> | null;
}

const probe = `import importlib.metadata as m, json
own = {'INSTALLER', 'REQUESTED', 'RECORD', 'direct_url.json'}
distributions = {d.metadata['Name']: d for d in m.distributions()}
packages = getattr(m, 'packages_distributions', lambda: None)()
print(json.dumps({
    'files': {name: sorted(f.as_posix() for f in d.files if f.name not in own) for name, d in distributions.items()},
    'absent': [str(f) for d in distributions.values() for f in d.files if not f.locate().exists()],
    'packages': packages and {name: sorted(set(owners)) for name, owners in packages.items()},
}))`;

function describedBy(python: string): Described {
  const { code, out, err } = run([python, "-B", "-c", probe]);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Described; // the probe's own output
}

const isInSite = (path: string): boolean => !path.startsWith("../");

let pipPython = "";
let theirs: Described;

const pip = (python: string, ...words: readonly string[]): Ran =>
  run([pipPython, "-m", "pip", "--python", python, "--disable-pip-version-check", ...words], { HOME: scene.root });

beforeAll(async () => {
  pipPython = await oraclePython();
  const links = join(scene.root, "links");
  mkdirSync(links);
  const files = shapes.map((shape) => {
    const { filename, bytes } = buildWheel(shape);
    writeFileSync(join(links, filename), bytes);
    return join(links, filename);
  });
  const venv = join(scene.root, "venv");
  run([scene.interpreter.realPath, "-m", "venv", "--without-pip", venv]);
  const python = join(venv, "bin", "python");
  const { code, err } = pip(python, "install", "--no-index", "--no-deps", "--no-compile", ...files);
  if (code !== 0) throw new Error(err);
  theirs = describedBy(python);
}, 300_000);

const wheels = () => Promise.all(shapes.map((shape) => scene.wheel(shape)));

describe("files and top packages of wheels with .data", () => {
  test("are those of pip in a view, without what lies outside site-packages", async () => {
    const record = await scene.environment("viewed", await wheels());
    const ours = describedBy(record.python);
    const names = Object.entries(theirs.files).map(([name, files]) => [name, files.filter(isInSite)] as const);
    expect(ours.files).toEqual(Object.fromEntries(names));
    expect(ours.files["purely"]).toContain("purely/text, quoted.txt");
    expect(ours.absent).toEqual([]);
    expect(ours.packages).toEqual(theirs.packages);
    expect(run([record.python, "-c", "import purely, purely_plat, mixed_pure, mixed_plat"]).code).toBe(0);
  });

  test("are those of pip in a copy, scripts and data too", async () => {
    const record = await scene.environment("copied", await wheels(), { materialize: shapes.map(({ name }) => name) });
    const ours = describedBy(record.python);
    expect(ours).toEqual(theirs);
    expect(ours.files["mixed"]).toContain("../../../bin/mixed-run");
  });

  test("go all when pip uninstalls a copy", async () => {
    const stored = await wheels();
    const record = await scene.environment("gone", stored, { materialize: ["purely", "mixed"] });
    const said = pip(record.python, "uninstall", "--yes", "purely", "mixed");
    expect(said.out).toContain("Successfully uninstalled purely-1.0");
    expect(said.out).toContain("Successfully uninstalled mixed-2");
    expect(run(["find", record.path, "-name", "*purely*", "-o", "-name", "*mixed*"]).out).toBe("");
    for (const wheel of stored) expect(verifyEntry(join(wheel.path, ".."))).toBeUndefined();
  });

  test("leave the stored RECORD as the wheel brought it", async () => {
    const [purely] = await wheels();
    const record = readFileSync(join(purely?.path ?? "", "purely-1.0.dist-info/RECORD"), "utf8");
    expect(record).toContain("purely-1.0.data/platlib/purely_plat.py,");
  });
});

describe("the lines of RECORD that name files of .data", () => {
  test.each([
    ["a.py,sha256=x,1\n", "a.py,sha256=x,1\n"],
    ["t-1.data/purelib/a.py,sha256=x,1\n", "a.py,sha256=x,1\n"],
    ["t-1.data/platlib/a/b.py,sha256=x,1\r\n", "a/b.py,sha256=x,1\r\n"],
    ['"t-1.data/purelib/a,b",x,1\nc,x,1\n', '"a,b",x,1\nc,x,1\n'],
    ['"t-1.data/purelib/a""b",x,1\n', '"a""b",x,1\n'],
    ["./t-1.data/purelib/a.py,x,1\n", "a.py,x,1\n"],
    ["t-1.data\\purelib\\a\\b.py,x,1\n", "a/b.py,x,1\n"],
    ['t-1.data/scripts/a,x,1\n"t-1.data/data/b,c",x,1\nt-1.data/headers/d.h,x,1\ne,x,1', "e,x,1"],
    ["t-1.data/purelib/,,\nt-1.data/purelib/a/,,\n", ""],
    ["t-1.data/purelib/a\rb\r", "a\rb\r"],
    ["t-1.database/purelib/a\n", "t-1.database/purelib/a\n"],
  ])("%j become %j", (text, expected) => {
    expect(recordedInSite(text, "t-1.dist-info")).toBe(expected);
  });
});
