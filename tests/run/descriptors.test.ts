/** Descriptors that the caller hands down reach the program in each way of running, and none of ours does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { block, openRunScene, type RunResult, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

/** Starts a program with a file at 7, the end of a pipe at 63 (as `<(…)` of bash) and an eventfd at 20. */
const handDown = `
import ctypes, os, subprocess, sys
reading, writing = os.pipe()
os.write(writing, b"substituted\\n")
os.close(writing)
os.dup2(reading, 63)
os.dup2(os.open("handed.txt", os.O_RDONLY), 7)
os.dup2(ctypes.CDLL(None).eventfd(0, 0), 20)
sys.exit(subprocess.run(sys.argv[1:], pass_fds=[7, 20, 63]).returncode)
`;

const showDescriptors = `
import os
def link(number):
    try: return os.readlink(f"/proc/self/fd/{number}")
    except OSError: return None
links = {n: link(n) for n in sorted(map(int, os.listdir("/proc/self/fd"))) if n > 2}
print([(n, l.split(":")[0] if "[" in l else os.path.basename(l)) for n, l in links.items() if l is not None])
print(open("/dev/fd/63").read() + os.read(7, 100).decode(), end="")
`;
const expected = "[(7, 'handed.txt'), (20, 'anon_inode'), (63, 'pipe')]\nsubstituted\nhanded\n";

beforeAll(async () => {
  scene = await openRunScene();
  scene.write("handed.txt", "handed\n");
  scene.write("driver.py", handDown);
  scene.write("plain.py", showDescriptors);
  scene.write("block.py", `${block('dependencies = ["beta"]')}${showDescriptors}`);
});

afterAll(() => scene.close());

const start = (...command: readonly string[]): Promise<RunResult> =>
  runProgram([scene.python, "driver.py", ...command], { cwd: scene.directory, env: scene.environment, stdin: "" });

describe.skipIf(process.platform !== "linux")("what is handed down", () => {
  test("is there for python itself", async () => {
    expect(await start(scene.python, "plain.py")).toEqual({ exitCode: 0, stdout: expected, stderr: "" });
  });

  const ways: readonly (readonly [string, readonly string[]])[] = [
    ["the long way", ["./plain.py"]],
    ["the first run of a script", ["plain.py"]],
    ["the warm path", ["plain.py"]],
    ["a block, while its environment is made", ["block.py"]],
    ["a block, warm", ["block.py"]],
    ["code", ["-c", showDescriptors]],
  ];
  for (const [name, args] of ways) {
    test(`is there for the program: ${name}`, async () => {
      const { stdout, exitCode } = await start(scene.program, "run", ...args);
      expect({ stdout, exitCode }).toEqual({ stdout: expected, exitCode: 0 });
    }, 20_000);
  }

  test("is there for a command", async () => {
    expect((await start(scene.program, "run", "cat", "/dev/fd/7", "/dev/fd/63")).stdout).toBe("handed\nsubstituted\n");
  });

  test("may be the script itself, which only Python can read then", async () => {
    const driver = handDown.replace("substituted", "import os; print(os.read(7, 100))");
    scene.write("script-driver.py", driver);
    const command = [scene.python, "script-driver.py", scene.program, "run", "/dev/fd/63"];
    const options = { cwd: scene.directory, env: scene.environment };
    expect(await runProgram(command, options)).toEqual({ exitCode: 0, stdout: "b'handed\\n'\n", stderr: "" });
  });

  test("is there for a script on stdin, and so is the script", async () => {
    const command = [scene.python, "driver.py", scene.program, "run", "-"];
    const options = { cwd: scene.directory, env: scene.environment, stdin: showDescriptors };
    expect((await runProgram(command, options)).stdout).toBe(expected);
  });

  test("is there for a captured child, also where a shell stands between", async () => {
    for (const before of [[], ["/bin/sh", "-c", `trap '' HUP; exec "$0" "$@"`]]) {
      const { stdout } = await start(...before, scene.program, "run", "--format", "json", "plain.py");
      const { events } = await assertValidEnvelope(stdout, runCommand);
      const written = events.flatMap((event) => (event.kind === "run.output" ? [event.data] : [])).join("");
      expect(written).toBe(expected);
    }
  });
});
