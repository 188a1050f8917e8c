import { describe, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { type Child, planView, type ViewPlan, type WheelContents } from "./view-plan.ts";
import { directoriesAboveNative } from "./wheel-contents.ts";

/** A wheel from a list of its files; the text behind `=` is the content. */
function wheelOf(label: string, files: readonly string[], { escapes = false } = {}): WheelContents {
  const parsed = files.map((file) => file.split("="));
  const paths = parsed.map(([path = ""]) => path);
  const native = directoriesAboveNative(paths.map((path) => ({ path, executable: false })));
  return {
    label,
    sha256: `sha-${label}`,
    childrenOf: (directory) => childrenIn(paths, directory),
    digestOf: (file) => parsed.find(([path]) => path === file)?.[1] ?? label,
    mustBeReal: (directory) => escapes && native.has(directory),
  };
}

function childrenIn(paths: readonly string[], directory: string): readonly Child[] {
  const prefix = directory === "" ? "" : `${directory}/`;
  const children = new Map<string, Child>();
  for (const path of paths.filter((candidate) => candidate.startsWith(prefix))) {
    const [name = "", ...rest] = path.slice(prefix.length).split("/");
    children.set(name, { name, kind: rest.length > 0 ? "directory" : "file" });
  }
  return [...children.values()];
}

function show(plan: ViewPlan): readonly string[] {
  const links = plan.links.map(({ path, kind, wheel }) => `${path} ${kind} ${plan.wheels[wheel]}`);
  return [...plan.directories.map((path) => `${path} real`), ...links].sort();
}

const tag = { cacheTag: "cpython-312" };

describe("planView", () => {
  test("a directory of one wheel is one link", () => {
    const plan = planView([wheelOf("a", ["a/__init__.py", "a/b/c.py", "a-1.dist-info/METADATA"])], tag);
    expect(show(plan)).toEqual(["a directory sha-a", "a-1.dist-info directory sha-a"]);
  });

  test("directories are expanded only as deep as they are shared", () => {
    const plan = planView(
      [wheelOf("x", ["google/cloud/storage/s.py"]), wheelOf("y", ["google/cloud/bigquery/b.py", "google/auth/a.py"])],
      tag,
    );
    expect(show(plan)).toEqual([
      "google real",
      "google/auth directory sha-y",
      "google/cloud real",
      "google/cloud/bigquery directory sha-y",
      "google/cloud/storage directory sha-x",
    ]);
  });

  test("modules in shared places bring their bytecode one by one", () => {
    const plan = planView([wheelOf("six", ["six.py"]), wheelOf("n", ["ns/one.py"]), wheelOf("m", ["ns/two.py"])], tag);
    expect(show(plan)).toEqual([
      "__pycache__ real",
      "__pycache__/six.cpython-312.pyc file sha-six",
      "ns real",
      "ns/__pycache__ real",
      "ns/__pycache__/one.cpython-312.pyc file sha-n",
      "ns/__pycache__/two.cpython-312.pyc file sha-m",
      "ns/one.py file sha-n",
      "ns/two.py file sha-m",
      "six.py file sha-six",
    ]);
  });

  test("directories above an escaping library are real, their neighbours are not", () => {
    const files = ["torch/__init__.py", "torch/lib/libtorch.so.2", "torch/nn/module.py"];
    expect(show(planView([wheelOf("torch", files, { escapes: true })], tag))).toEqual([
      "torch real",
      "torch/__init__.py file sha-torch",
      "torch/__pycache__ directory sha-torch",
      "torch/lib real",
      "torch/lib/libtorch.so.2 file sha-torch",
      "torch/nn directory sha-torch",
    ]);
  });

  test("a RECORD that lists scripts or data is written anew", () => {
    const wheel = wheelOf("t", ["t.dist-info/RECORD", "t.dist-info/METADATA", "t/a.py"]);
    const mustBeReal = (directory: string) => directory === "t.dist-info";
    const plan = planView([{ ...wheel, mustBeReal, rewritten: new Set(["t.dist-info/RECORD"]) }], tag);
    expect(plan.rewritten).toEqual([{ path: "t.dist-info/RECORD", kind: "file", wheel: 0 }]);
    expect(show(plan)).toEqual(["t directory sha-t", "t.dist-info real", "t.dist-info/METADATA file sha-t"]);
  });

  test("the order of the wheels does not matter", () => {
    const wheels = [wheelOf("b", ["p/x.py"]), wheelOf("a", ["p/x.py", "q.py"]), wheelOf("c", ["p/y.py"])];
    expect(planView(wheels, tag)).toEqual(planView(wheels.toReversed(), tag));
  });

  test("of different files with one name the last by name wins, and equal ones are no conflict", () => {
    const wheels = [wheelOf("b", ["p/x.py=1", "p/same=s"]), wheelOf("a", ["p/x.py=2", "p/same=s"])];
    const plan = planView(wheels, tag);
    expect(plan.conflicts).toEqual([{ path: "p/x.py", winner: "b", loser: "a" }]);
    expect(show(plan)).toContain("p/x.py file sha-b");
  });

  test("a file and a directory of one name are refused", () => {
    let thrown: unknown;
    try {
      planView([wheelOf("b", ["p"]), wheelOf("a", ["p/x.py"])], tag);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Problem);
    expect(thrown).toMatchObject({ code: "E_ENV_PATH_CONFLICT", params: { path: "p", file: "b", directory: "a" } });
  });
});
