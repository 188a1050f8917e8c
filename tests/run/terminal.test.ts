/** At a terminal: Ctrl-C reaches the whole group, Ctrl-Z and fg work, on the long way and on the warm path. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openRunScene, type RunResult, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
});

afterAll(() => scene.close());

type Step = readonly [wait: string, type: string];

/** A shell with job control at a terminal; what is waited for is split in the script, so that its echo does not count. */
function atTerminal(steps: readonly Step[]): Promise<RunResult> {
  const driver = join(import.meta.dir, "drive-terminal.py");
  const command = [scene.python, driver, JSON.stringify(steps), "/bin/sh", "-i"];
  const env = { ...scene.environment, PS1: "> ", ENV: "", HISTFILE: "/dev/null", TERM: "dumb" };
  return runProgram(command, { cwd: scene.directory, env });
}

const ctrlC = "\x03";
const ctrlZ = "\x1a";

const family = `import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", """
import signal
try:
    print("child " + "waits", flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("child " + "stops", flush=True)
"""])
try:
    child.wait()
except KeyboardInterrupt:
    child.wait()
    print("parent " + "stops", flush=True)
    sys.exit(7)
`;

for (const way of ["long way", "warm path"]) {
  test(`Ctrl-C reaches the program and its children: ${way}`, async () => {
    scene.write("family.py", family);
    const { stdout, exitCode } = await atTerminal([
      ["> ", `${scene.program} run family.py; echo "code" "is $?"\r`],
      ["child waits", ctrlC],
      ["child stops", ""],
      ["parent stops", ""],
      ["code is 7", "exit\r"],
    ]);
    expect(exitCode, stdout).toBe(0);
  }, 60_000);

  test(`Ctrl-C without a handler ends it by the signal: ${way}`, async () => {
    scene.write("wait.py", "import signal\nprint('it ' + 'waits', flush=True)\nsignal.pause()\n");
    const { stdout, exitCode } = await atTerminal([
      ["> ", `${scene.program} run wait.py\r`],
      ["it waits", ctrlC],
      ["KeyboardInterrupt", ""],
      ["> ", 'echo "code" "is $?"\r'],
      ["code is 130", "exit\r"],
    ]);
    expect(exitCode, stdout).toBe(0);
  }, 60_000);

  test(`Ctrl-Z stops it, fg goes on with it, and the terminal is its own again: ${way}`, async () => {
    scene.write("ask.py", "print('first ' + 'question', flush=True)\nprint('answer', input()[::-1], flush=True)\n");
    const { stdout, exitCode } = await atTerminal([
      ["> ", `${scene.program} run ask.py\r`],
      ["first question", ctrlZ],
      ["Stopped", "jobs\r"],
      ["Stopped", "fg\r"],
      ["run ask.py", "drawer\r"],
      ["answer reward", 'echo "code" "is $?"\r'],
      ["code is 0", "exit\r"],
    ]);
    expect(exitCode, stdout).toBe(0);
  }, 60_000);
}
