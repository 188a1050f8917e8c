import { expect, test } from "bun:test";
import { buildWheel } from "../../tests/fixture-index/index.ts";
import { block, openRunScene } from "../../tests/run/run-scene.ts";
import { withRequirements } from "./with-requirements.ts";

test.each([
  ["rich,requests", ["rich", "requests"]],
  ["rich , requests>=2", ["rich", "requests>=2"]],
  ["a>=1,<2", ["a>=1,<2"]],
  ["a>=1, <2,b[x,y]~=3,!=3.1,c", ["a>=1, <2", "b[x,y]~=3,!=3.1", "c"]],
  ["a[x, y],b", ["a[x, y]", "b"]],
  ["a (>=1,<2),b", ["a (>=1,<2)", "b"]],
  ["a; python_version in '3.8,three',b", ["a; python_version in '3.8,three'", "b"]],
  ["a,b @ https://host.invalid/b-1,c-py3-none-any.whl", ["a", "b @ https://host.invalid/b-1,c-py3-none-any.whl"]],
  ["./a-1-py3-none-any.whl,b", ["./a-1-py3-none-any.whl", "b"]],
  [
    "b,../a-1-py3-none-any.whl[x,y], /c-1-py3-none-any.whl",
    ["b", "../a-1-py3-none-any.whl[x,y]", "/c-1-py3-none-any.whl"],
  ],
  ["https://me:pw@host.invalid/a-1-py3-none-any.whl,b", ["https://me:pw@host.invalid/a-1-py3-none-any.whl", "b"]],
  ["b @ https://host.invalid/b,1-1-py3-none-any.whl[x],c", ["b @ https://host.invalid/b,1-1-py3-none-any.whl[x]", "c"]],
  [
    "https://host.invalid/a-1-py3-none-any.whl; os_name in 'a,b',c",
    ["https://host.invalid/a-1-py3-none-any.whl; os_name in 'a,b'", "c"],
  ],
  ["a>=1,2", ["a>=1,2"]],
  ["a,", ["a,"]],
  ["a[x,b", ["a[x,b"]],
])("%p", (text, expected) => {
  expect(withRequirements(text)).toEqual(expected);
});

test("run --with takes a list, as uv does", async () => {
  const scene = await openRunScene();
  try {
    const code = "import importlib.metadata as m; print(m.version('alpha'), m.version('tool'))";
    const ran = await scene.pybun(["run", "--with", "alpha>=1,<2,tool", "-c", code]);
    expect(ran).toEqual({ exitCode: 0, stdout: "1.0 3.0\n", stderr: ran.stderr });
    const torn = await scene.pybun(["run", "--with", "alpha,be ta", "-c", code]);
    expect(torn.stderr).toStartWith("error[E_REQUIREMENT_INVALID]");
  } finally {
    await scene.close();
  }
}, 30_000);

test("run --with takes wheels by path and URL, with extras and markers, as resolve does", async () => {
  const scene = await openRunScene();
  try {
    const wheel = buildWheel({
      name: "local",
      version: "1.0",
      extras: ["more"],
      requires: ['beta; extra == "more"'],
      files: { "local.py": "" },
    });
    scene.write(`wheels/${wheel.filename}`, wheel.bytes);
    const code = "import importlib.metadata as m; print(*(m.version(n) for n in ('local', 'beta')))";
    const url = Bun.pathToFileURL(`${scene.directory}/wheels/${wheel.filename}`).href;
    for (const wish of [
      `./wheels/${wheel.filename}[more]`,
      `${scene.directory}/wheels/${wheel.filename} [more] ; python_version > "3"`,
      `${url}[more]`,
      `local[more] @ file:wheels/${wheel.filename}`,
      `beta,./wheels/${wheel.filename}`,
      `local @ ./wheels/${wheel.filename},beta,https://host.invalid/x-1-py3-none-any.whl; sys_platform == "win95"`,
    ]) {
      const ran = await scene.pybun(["run", "--with", wish, "-c", code]);
      expect(ran).toEqual({ exitCode: 0, stdout: "1.0 0.5\n", stderr: ran.stderr });
    }
  } finally {
    await scene.close();
  }
}, 60_000);

test("relative places in a script's block start at the script", async () => {
  const scene = await openRunScene();
  try {
    const wheel = buildWheel({ name: "local", version: "1.0", files: { "local.py": "" } });
    scene.write(`deep/${wheel.filename}`, wheel.bytes);
    const code = "import importlib.metadata as m\nprint(m.version('local'))\n";
    for (const place of [`file:${wheel.filename}`, `./${wheel.filename}`]) {
      scene.write("deep/script.py", `${block(`dependencies = ["local @ ${place}"]`)}${code}`);
      const ran = await scene.pybun(["run", "deep/script.py"]);
      expect(ran).toEqual({ exitCode: 0, stdout: "1.0\n", stderr: ran.stderr });
    }
  } finally {
    await scene.close();
  }
}, 30_000);
