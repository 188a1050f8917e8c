/** What passes through a run untouched or as asked: bytes, variables from files, interpreter options, other names. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
  symlinkSync(scene.program, join(scene.directory, "vivarium-link"));
});

afterAll(() => scene.close());

/** `"$0" …` by a shell, which has words for bytes that are no UTF-8. */
const shell = (line: string) =>
  runProgram(["/bin/sh", "-c", line, scene.program], { cwd: scene.directory, env: scene.environment });

describe("bytes that are no UTF-8 reach the program", () => {
  for (const way of ["long way", "warm path"]) {
    test.skipIf(process.platform !== "linux")(way, async () => {
      scene.write(
        "bytes.py",
        "import os, sys\nprint([os.fsencode(a) for a in sys.argv[1:]], os.environb.get(b'ODD'))\n",
      );
      const { stdout, stderr } = await shell(
        `export ODD=$(printf 'x\\377'); exec "$0" run bytes.py --opt "$(printf 'a\\377b\\303')" plain "ü" "$(printf '\\357\\277\\275')"`,
      );
      expect(stderr).toBe("");
      const words = String.raw`[b'--opt', b'a\xffb\xc3', b'plain', b'\xc3\xbc', b'\xef\xbf\xbd']`;
      expect(stdout).toBe(`${words} b'x\\xff'\n`);
    });
  }

  test.skipIf(process.platform !== "linux")("with -c too", async () => {
    const { stdout } = await shell(
      `exec "$0" run -c 'import os, sys; print(os.fsencode(sys.argv[1]))' "$(printf '\\377')"`,
    );
    expect(stdout).toBe("b'\\xff'\n");
  });
});

describe("--env-file", () => {
  test("gives variables to the program; what the caller has set stays, and a later file wins over an earlier", async () => {
    scene.write("one.env", "A=one\nB='from one'\nKEPT=file\n");
    scene.write("two.env", 'A=two\nC="${B} and \\"two\\""\n');
    scene.write("env.py", "import os; print([os.environ.get(n) for n in ('A', 'B', 'C', 'KEPT')])\n");
    const args = ["run", "--env-file", "one.env", "--env-file=two.env", "env.py"];
    for (const round of [1, 2]) {
      const { stdout, stderr } = await scene.pybun(args, { env: { KEPT: "caller" } });
      expect({ round, stdout, stderr }).toEqual({
        round,
        stdout: `['two', 'from one', 'from one and "two"', 'caller']\n`,
        stderr: "",
      });
    }
    // Nothing of it stays for a run without the option.
    expect((await scene.pybun(["run", "env.py"])).stdout).toBe("[None, None, None, None]\n");
    expect((await scene.pybun(["run", "env.py"])).stdout).toBe("[None, None, None, None]\n");
  });
});

test("--python-arg reaches the interpreter, each in its place, also with an environment", async () => {
  const code = "import sys; print(sys.flags.dev_mode, sys.flags.dont_write_bytecode, sys.argv[1:])\n";
  scene.write("flags.py", `${block('dependencies = ["beta"]')}${code}`);
  const { stdout } = await scene.pybun(["run", "--python-arg=-Xdev", "--python-arg=-B", "flags.py", "--python-arg=x"]);
  expect(stdout).toBe("True 1 ['--python-arg=x']\n");
  for (const round of [1, 2]) {
    expect({ round, ...(await scene.pybun(["run", "flags.py"])) }).toMatchObject({ round, stdout: "False 0 []\n" });
  }
});

test("--refresh takes newer wheels, and the next run stays with them; without it the old ones stay", async () => {
  const { index } = scene;
  const { buildWheel } = await import("../fixture-index/index.ts");
  index.add(buildWheel({ name: "moving", version: "1.0" }));
  scene.write("moves.py", `${block('dependencies = ["moving"]')}import moving; print(moving.version)\n`);
  const run = async (...options: string[]) => {
    const { stdout, stderr } = await scene.pybun(["run", ...options, "moves.py"]);
    return stdout + stderr;
  };
  expect([await run(), await run()]).toEqual(["1.0\n", "1.0\n"]);
  index.add(buildWheel({ name: "moving", version: "2.0" }));
  expect([await run(), await run("--offline")]).toEqual(["1.0\n", "1.0\n"]);
  expect([await run("--refresh"), await run(), await run("--offline")]).toEqual(["2.0\n", "2.0\n", "2.0\n"]);
});

describe("the warm path is taken under every name", () => {
  const names: readonly (readonly [string, string, readonly string[]])[] = [
    ["pybun", "home/pybun", []],
    ["vivarium pybun", "home/vivarium", ["pybun"]],
    ["another name for vivarium", "vivarium-link", ["pybun"]],
  ];
  for (const [name, place, words] of names) {
    test(name, async () => {
      const program = join(scene.directory, place);
      if (name === "vivarium pybun") symlinkSync(scene.program, program);
      scene.write("named.py", "import sys; print(sys.argv)\n");
      const opened = join(scene.directory, "opened");
      const trace = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=openat",
        "-o",
        opened,
        program,
        ...words,
        "run",
        "named.py",
        "x",
      ];
      const options = { cwd: scene.directory, env: scene.environment };
      let stdout = "";
      // The first writes the record, and of two in a row not both are the one in 256 that sweeps.
      for (let round = 0; round < 3; round++) {
        ({ stdout } = await runProgram(trace, options));
        if (round > 0 && !readFileSync(opened, "utf8").includes("run-execute.ts")) break;
      }
      expect(stdout).toBe("['named.py', 'x']\n");
      expect(readFileSync(opened, "utf8").includes("run-execute.ts")).toBe(false);
    });
  }
});
