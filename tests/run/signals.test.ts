/** Signals that the caller ignores stay ignored; those that would end us reach the program, in each way of running. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
  scene.write(
    "ignored.py",
    "import signal as s; print([n for n in ('SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1') if s.getsignal(getattr(s, n)) == s.SIG_IGN])\n",
  );
});

afterAll(() => scene.close());

const shell = (command: string) =>
  runProgram(["/bin/sh", "-c", command, scene.program], { cwd: scene.directory, env: scene.environment });

describe("what the caller ignores, the program ignores", () => {
  const ways: readonly (readonly [string, string])[] = [
    ["the long way", "run ./ignored.py"],
    ["the long way with packages", `run --with beta ./ignored.py`],
    ["the way that the second run takes", "run ignored.py"],
    ["the same, warm", "run ignored.py"],
  ];
  for (const [name, args] of ways) {
    test(name, async () => {
      const { stdout } = await shell(`trap '' HUP INT TERM USR1; "$0" ${args}`);
      expect(stdout).toBe("['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1']\n");
      expect((await shell(`"$0" ${args}`)).stdout).toBe("[]\n");
    }, 20_000);
  }

  test("with json", async () => {
    const { stdout } = await shell(`trap '' HUP USR1; "$0" run --format json ignored.py`);
    expect(await outputOf(stdout)).toBe("['SIGHUP', 'SIGUSR1']\n");
  });

  test("nohup: a hangup does not end the script", async () => {
    scene.write(
      "hangup.py",
      `${block('dependencies = ["beta"]')}import os, signal\nos.kill(os.getpid(), signal.SIGHUP)\nprint('survived')\n`,
    );
    const { stdout, exitCode } = await shell(`nohup "$0" run hangup.py`);
    expect({ stdout, exitCode }).toEqual({ stdout: "survived\n", exitCode: 0 });
  });

  test("a script's background job does not hear Ctrl-C", async () => {
    scene.write("interrupt.py", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('survived')\n");
    for (const round of ["long", "warm"]) {
      const { stdout } = await shell(`"$0" run interrupt.py & wait $!`);
      expect(stdout, round).toBe("survived\n");
    }
  });
});

describe("with json, the program hears", () => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const) {
    test(name, async () => {
      const code = `import os, signal, sys
signal.signal(signal.${name}, lambda *a: (print('heard', flush=True), sys.exit(9)))
os.kill(os.getppid(), signal.${name})
while True: signal.pause()`;
      const { stdout, exitCode } = await scene.pybun(["run", "--format", "json", "-c", code]);
      expect({ output: await outputOf(stdout), exitCode }).toEqual({ output: "heard\n", exitCode: 9 });
    }, 20_000);
  }
});

test("with json, a daemon that keeps the pipe open does not keep us", async () => {
  const code = `import subprocess, sys
print('first')
print(subprocess.Popen(['sleep', '600']).pid, file=sys.stderr)
sys.stdout.write('x' * 60000)`;
  const { stdout, exitCode } = await scene.pybun(["run", "--format", "json", "-c", code]);
  expect(exitCode).toBe(0);
  expect(await outputOf(stdout)).toBe(`first\n${"x".repeat(60_000)}`);
  process.kill(Number(await outputOf(stdout, "stderr")));
}, 20_000);

describe("with jsonl, a reader who does not read keeps nobody: a signal ends the run", () => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test.if(process.platform === "linux")(
      name,
      async () => {
        const started = join(scene.directory, `started-${name}`);
        const code = `import signal, sys
signal.signal(signal.${name}, signal.SIG_IGN)
open(sys.argv[1], 'w').close()
sys.stdout.write('x' * 4_000_000)`;
        // Nobody ever takes a byte of this pipe, which holds 64 KiB.
        const pipe = join(scene.directory, `pipe-${name}`);
        Bun.spawnSync(["mkfifo", pipe]);
        const end = openSync(pipe, "r+");
        const child = Bun.spawn([scene.program, "run", "--format", "jsonl", "-c", code, started], {
          cwd: scene.directory,
          env: scene.environment,
          stdio: ["ignore", end, "ignore"],
        });
        while (!existsSync(started)) await new Promise((resolve) => setImmediate(resolve));
        child.kill(name);
        await child.exited;
        closeSync(end);
        expect(child.signalCode).toBe(name);
      },
      20_000,
    );
  }
});

/** What the program wrote, put together from the events of an envelope, which is valid. */
async function outputOf(envelope: string, stream: "stdout" | "stderr" = "stdout"): Promise<string> {
  const { events } = await assertValidEnvelope(envelope, runCommand);
  return events
    .filter((event) => event.kind === "run.output")
    .filter((event) => event.stream === stream)
    .map(({ data }) => data)
    .join("");
}
