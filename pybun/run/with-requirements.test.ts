import { expect, test } from "bun:test";
import { openRunScene } from "../../tests/run/run-scene.ts";
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
