/**
 * `pybun run` beside plain `python` in a virtual environment: the same program, the same words, the same streams, code
 * and end. Each row runs three times: by python, by a first `pybun run` (the long way) and by a second one (the warm path).
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openRunScene, type RunOptions, type RunResult, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
let venv: string;

beforeAll(async () => {
  scene = await openRunScene();
  venv = join(scene.directory, ".venv");
  const made = await runProgram([scene.python, "-m", "venv", "--without-pip", venv], { env: scene.environment });
  expect(made.exitCode, made.stderr).toBe(0);
  scene.write("sub/helper.py", "value = 41\n");
}, 60_000);

afterAll(() => scene.close());

interface Row extends RunOptions {
  readonly name: string;
  readonly script?: string;
  readonly args: readonly string[];
}

const show = "import sys, os, json; print(json.dumps([";
const rows: readonly Row[] = [
  { name: "sys.argv", script: `${show}sys.argv]))`, args: ["sub/x.py", "--with", "", "a b", "-c", "é", "--", "-"] },
  {
    name: "sys.path[0] and __file__",
    script: `import helper; ${show}sys.path[0], __file__, helper.value]))`,
    args: ["sub/x.py"],
  },
  { name: "sys.prefix and base_prefix", script: `${show}sys.prefix, sys.base_prefix]))`, args: ["sub/x.py"] },
  {
    name: "sys.executable and orig_argv",
    script: `${show}sys.executable, os.getcwd(), __name__]))`,
    args: ["sub/x.py"],
  },
  {
    name: "sys.flags and stdin at its end",
    script: `${show}list(sys.flags), sys.stdin.read(), sys.stdout.isatty()]))`,
    args: ["sub/x.py"],
  },
  {
    name: "stdin passes through",
    script: "import sys; print(sys.stdin.buffer.read())",
    args: ["sub/x.py"],
    stdin: "line\0\xff\nno end",
  },
  { name: "exit code", script: "import sys; sys.exit(77)", args: ["sub/x.py"] },
  { name: "exit text", script: "import sys; sys.exit('bye')", args: ["sub/x.py"] },
  { name: "traceback", script: "def f():\n    raise KeyError('x')\nf()\n", args: ["sub/x.py"] },
  { name: "death by SIGTERM", script: "import os; os.kill(os.getpid(), 15)", args: ["sub/x.py"] },
  { name: "death by SIGKILL", script: "import os; os.kill(os.getpid(), 9)", args: ["sub/x.py"] },
  { name: "KeyboardInterrupt", script: "import os, signal; os.kill(os.getpid(), signal.SIGINT)", args: ["sub/x.py"] },
  {
    name: "signals at their defaults",
    script:
      "import signal; print([(s.name, signal.getsignal(s)) for s in signal.valid_signals() if isinstance(s, signal.Signals) and signal.getsignal(s) != signal.SIG_DFL])",
    args: ["sub/x.py"],
  },
  {
    name: "open descriptors",
    script:
      "import os; print([fd for fd in range(3, 64) if os.path.exists(f'/proc/self/fd/{fd}') and not os.readlink(f'/proc/self/fd/{fd}').startswith('/proc')])",
    args: ["sub/x.py"],
  },
  {
    name: "multiprocessing spawn",
    script:
      "import multiprocessing as m, sys\ndef f(x): return (x, sys.prefix)\nif __name__ == '__main__':\n    m.set_start_method('spawn')\n    with m.Pool(1) as p: print(p.map(f, [1, 2]))\n",
    args: ["sub/x.py"],
  },
  {
    name: "subprocess of sys.executable",
    script:
      "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', 'import sys; print(sys.prefix)'], text=True))",
    args: ["sub/x.py"],
  },
  {
    name: "PYTHON* variables",
    script: `${show}sys.flags.unbuffered if hasattr(sys.flags, 'unbuffered') else 0, sys.flags.optimize, sys.path[-1]]))`,
    args: ["sub/x.py"],
    env: { PYTHONOPTIMIZE: "2", PYTHONPATH: "/somewhere" },
  },
  { name: "a syntax error", script: "def :\n", args: ["sub/x.py"] },
  { name: "-m", args: ["-m", "json.tool", "--indent", "1"], stdin: '{"a": [1]}' },
  { name: "-m of a module that is missing", args: ["-m", "nowhere_to_be_found"] },
  { name: "-c", args: ["-c", "import sys; print(sys.argv, repr(sys.path[0]))", "-m", "x"] },
  {
    name: "- for a script on stdin",
    args: ["-", "one", "-x"],
    stdin: "import sys\nprint(sys.argv, repr(sys.path[0]), sys.stdin.read())\n",
  },
  {
    name: "- where no temporary file can be made",
    args: ["-", "one"],
    stdin: "import sys\nprint(sys.argv, sys.stdin.read())\nsys.exit(3)\n",
    env: { TMPDIR: "/nowhere" },
  },
  { name: "a directory with __main__.py", args: ["sub/package", "x"] },
];

describe("pybun run is python", () => {
  for (const row of rows) {
    test(row.name, async () => {
      if (row.script !== undefined) scene.write("sub/x.py", `${row.script}\n`);
      scene.write("sub/package/__main__.py", "import sys; print(sys.argv, sys.path[0])\n");
      const env = { ...scene.environment, ...row.env };
      const options = { cwd: scene.directory, env, ...(row.stdin === undefined ? {} : { stdin: row.stdin }) };
      const plain = await runProgram([join(venv, "bin", "python"), ...row.args], options);
      const first = await scene.pybun(["run", ...row.args], options);
      const second = await scene.pybun(["run", ...row.args], options);
      expect(tidy(first)).toEqual(tidy(plain));
      expect(tidy(second)).toEqual(tidy(plain));
    }, 30_000);
  }
});

/** Ids of objects and processes differ from run to run. */
const tidy = ({ exitCode, stdout, stderr }: RunResult): RunResult => ({
  exitCode,
  stdout: stdout.replace(/0x[0-9a-f]+/g, "0x"),
  stderr: stderr.replace(/0x[0-9a-f]+/g, "0x"),
});

test("a script whose name begins with a dash, behind --", async () => {
  scene.write("-x.py", "import sys; print(sys.argv)\n");
  const { stdout, stderr } = await scene.pybun(["run", "--", "-x.py", "-c"]);
  expect({ stdout, stderr }).toEqual({ stdout: "['./-x.py', '-c']\n", stderr: "" });
});

describe("what is not as with python, on purpose", () => {
  test("variables: TRACEPARENT comes in, BUN_* and a foreign VIRTUAL_ENV go", async () => {
    scene.write(
      "sub/x.py",
      "import os, json; print(json.dumps({k: os.environ.get(k) for k in ['TRACEPARENT', 'BUN_OPTIONS', 'BUN_BE_BUN', 'VIRTUAL_ENV', 'PYTHONHOME', 'PATH']}))\n",
    );
    const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const env = { TRACEPARENT: parent, PYTHONHOME: "/nowhere" };
    for (const round of ["long", "warm"]) {
      const { stdout, stderr } = await scene.pybun(["run", "sub/x.py"], { env });
      expect(stderr, round).toBe("");
      const seen = JSON.parse(stdout) as Record<string, string | null>;
      expect(seen["TRACEPARENT"]).toStartWith("00-0af7651916cd43dd8448eb211c80319c-");
      expect(seen["TRACEPARENT"]).not.toBe(parent);
      expect(seen["BUN_OPTIONS"]).toBeNull();
      expect(seen["VIRTUAL_ENV"]).toBe(venv);
      expect(seen["PYTHONHOME"]).toBeNull();
      expect(seen["PATH"]).toStartWith(`${venv}/bin:`);
    }
  });

  test("a reader that goes away ends the program by SIGPIPE, as a shell's pipe expects", async () => {
    scene.write(
      "sub/x.py",
      "import signal, os\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nwhile True: os.write(1, b'x' * 4096)\n",
    );
    const { stdout, exitCode } = await runProgram(
      ["/bin/sh", "-c", `"$0" run sub/x.py | head -c 3; echo done`, scene.program],
      { cwd: scene.directory, env: scene.environment },
    );
    expect(stdout).toBe("xxxdone\n");
    expect(exitCode).toBe(0);
  });

  test("a terminal stays a terminal, in the foreground", async () => {
    scene.write(
      "sub/x.py",
      "import os, sys; print(sys.stdin.isatty(), sys.stdout.isatty(), os.tcgetpgrp(0) == os.getpgrp())\n",
    );
    const command = `import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)`;
    const { stdout } = await runProgram([scene.python, "-c", command, scene.program, "run", "sub/x.py"], {
      cwd: scene.directory,
      env: scene.environment,
      stdin: "",
    });
    expect(stdout.trim()).toBe("True True True");
  });
});
