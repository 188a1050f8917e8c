/** A terminal that is closed takes output and listeners away at once: the end is that of its signal. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

/**
 * Starts the rest of its arguments at a terminal of their own, closes that when the program there says by a pipe that it
 * runs, and prints how it ended. The pipe is the first argument.
 */
const closing = `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
with open(sys.argv[1]) as ready:
    ready.read()
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test.skipIf(process.platform === "win32").each([
  ["json", "signal.pause()"],
  ["jsonl", "signal.pause()"],
  ["jsonl", "[print('x', flush=True) for _ in iter(int, 1)]"],
])(
  "--format %s, while the program does '%s'",
  async (format, does) => {
    const fifo = join(scene.directory, "fifo");
    Bun.spawnSync(["mkfifo", fifo]);
    scene.write("close.py", closing);
    scene.write("pause.py", `import signal\nopen(${JSON.stringify(fifo)}, "w").close()\n${does}\n`);
    const command = [scene.python, "close.py", fifo, scene.program, "run", `--format=${format}`, "pause.py"];
    const { stdout } = await runProgram(command, { cwd: scene.directory, env: scene.environment });
    expect(stdout).toBe("129\n");
  },
  20_000,
);
