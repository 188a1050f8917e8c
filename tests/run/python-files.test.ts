/** Which files are scripts for Python, whatever they are called and whether or not they may be executed. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
/** PATH with `pybun` on it, as shebangs need. */
let path: string;

beforeAll(async () => {
  scene = await openRunScene();
  path = `${scene.environment["HOME"]}:${scene.environment["PATH"]}`;
});
afterAll(() => scene.close());

const needsAlpha = `${block('dependencies = ["alpha"]')}import alpha, sys; print(alpha.version, sys.argv[1:])\n`;

function program(name: string, text: string): string {
  const place = scene.write(name, text);
  chmodSync(place, 0o755);
  return place;
}

/** What an endless loop would never end. */
const timeoutMs = 20_000;

describe("a file that may be executed", () => {
  const shebangs = {
    pybun: "#!/usr/bin/env -S pybun run\n",
    "pybun, an option": "#!/usr/bin/env -S pybun run --script\n",
    "the roof": "#!/usr/bin/env -S vivarium pybun run\n",
    "another runner": "#!/usr/bin/env -S uv run --script\n",
    python3: "#!/usr/bin/env python3\n",
    nobody: "",
  };
  for (const [name, shebang] of Object.entries(shebangs)) {
    test(
      `with a block and a first line that names ${name}`,
      async () => {
        program("script", `${shebang}${needsAlpha}`);
        const { stdout, stderr } = await scene.pybun(["run", "./script", "-x"], { env: { PATH: path } });
        expect(stdout, stderr).toBe("2.0 ['-x']\n");
        const { stdout: json } = await scene.pybun(["run", "--explain", "--format", "json", "./script"]);
        expect((await assertValidEnvelope(json, runCommand)).detail).toMatchObject({
          script: { dependencies: ["alpha"] },
        });
      },
      timeoutMs,
    );
  }

  test(
    "whose first line names pybun starts by itself, with a block and without",
    async () => {
      for (const text of [needsAlpha, "import sys; print('no block', sys.argv[1:])\n"]) {
        const place = program("itself", `#!/usr/bin/env -S pybun run\n${text}`);
        const { stdout, stderr } = await runProgram([place, "a b"], { env: { ...scene.environment, PATH: path } });
        expect(stdout, stderr).toEndWith(" ['a b']\n");
      }
    },
    timeoutMs,
  );

  test("in another language is a program, also where it writes a script with a block", async () => {
    program("shell", `#!/bin/sh\ncat <<'.'\n${needsAlpha}.\n`);
    expect((await scene.pybun(["run", "./shell"])).stdout).toBe(needsAlpha);
  });

  test(
    "that starts itself through us is Python's after one round",
    async () => {
      symlinkSync(scene.program, join(scene.environment["HOME"] ?? "", "alias"));
      const env = { PATH: path };
      program("loop", "#!/usr/bin/env -S alias pybun run\nimport sys; print('once', sys.argv[1:])\n");
      expect((await scene.pybun(["run", "./loop", "x"], { env })).stdout).toBe("once ['x']\n");
      program("both", `#!/bin/sh\n''''exec pybun run "$0" "$@" # '''\nimport sys; print('once', sys.argv[1:])\n`);
      expect((await scene.pybun(["run", "./both", "x"], { env })).stdout).toBe("once ['x']\n");
      const json = await scene.pybun(["run", "--format", "json", "./both", "x"], { env });
      const { events } = await assertValidEnvelope(json.stdout, runCommand);
      expect(events).toContainEqual(expect.objectContaining({ kind: "run.output", data: "once ['x']\n" }));
    },
    timeoutMs,
  );
});

describe("a shell script", () => {
  test("that may be executed is a program with and without './'", async () => {
    program("s.sh", '#!/usr/bin/env bash\necho "shell $1"\n');
    for (const word of ["s.sh", "./s.sh"]) {
      expect(await scene.pybun(["run", word, "a b"])).toEqual({ exitCode: 0, stdout: "shell a b\n", stderr: "" });
    }
    const { stdout } = await scene.pybun(["run", "--format", "json", "s.sh", "x"]);
    const { events } = await assertValidEnvelope(stdout, runCommand);
    expect(events).toContainEqual(expect.objectContaining({ kind: "run.output", data: "shell x\n" }));
  });

  test("that may not is refused with the way, and is Python's where --script says so: E_RUN_OTHER_LANGUAGE", async () => {
    scene.write("mine.sh", "#!/bin/sh\necho x\n");
    for (const word of ["mine.sh", "./mine.sh"]) {
      const { stderr, exitCode } = await scene.pybun(["run", word]);
      expect(stderr).toStartWith(
        `error[E_RUN_OTHER_LANGUAGE]: '${word}' is no script for Python: its first line names 'sh'`,
      );
      expect(stderr).toContain("`chmod +x ./mine.sh`, then `pybun run ./mine.sh`");
      expect(exitCode).toBe(65);
    }
    expect((await scene.pybun(["run", "--script", "mine.sh"])).stderr).toContain("SyntaxError");
  });
});

describe("--script", () => {
  test("takes any file as a script", async () => {
    scene.write("plain-words", "print('plain')\n");
    program("no-shebang", "print('unmarked')\n");
    expect((await scene.pybun(["run", "--script", "plain-words"])).stdout).toBe("plain\n");
    expect((await scene.pybun(["run", "-s", "./no-shebang"])).stdout).toBe("unmarked\n");
    expect((await scene.pybun(["run", "-s", "-"], { stdin: "print('in')\n" })).stdout).toBe("in\n");
  });

  test("needs a file that is there, and goes with no other target", async () => {
    const missing = await scene.pybun(["run", "--script", "sh"]);
    expect(missing).toMatchObject({ exitCode: 66, stdout: "" });
    expect(missing.stderr).toStartWith("error[E_RUN_SCRIPT_NOT_FOUND]");
    const two = await scene.pybun(["run", "--script", "-m", "this"]);
    expect(two).toMatchObject({ exitCode: 2, stdout: "" });
    expect(two.stderr).toStartWith("error[E_RUN_TARGET_CONFLICT]");
  });
});

test("a word that is a file with a block needs no slash", async () => {
  scene.write("bare", needsAlpha);
  const { stdout, stderr } = await scene.pybun(["run", "bare"]);
  expect(stdout, stderr).toBe("2.0 []\n");
});
