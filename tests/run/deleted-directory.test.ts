/**
 * Commands where the working directory was deleted: like Python, they do what needs no directory. What names a relative
 * path ends with one code, in every format.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { asOrdinaryUser, isRoot, nobody } from "@vivarium/core/testing/ordinary-user";
import { build } from "../../tools/build.ts";
import { buildWheel } from "../fixture-index/index.ts";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
let built: string;

beforeAll(async () => {
  scene = await openRunScene();
  const outfile = join(scene.directory, "dist", "vivarium");
  build({ outfile });
  built = join(scene.directory, "dist", "pybun");
}, 60_000);

afterAll(() => scene.close());

const script = `d=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0" "$@"`;
/** What a shell that starts the launcher may say of its own. */
const shellWords = /^.*getcwd.*\n/gm;

async function inDeleted(program: string, args: readonly string[]) {
  const environment = { ...scene.environment, TMPDIR: scene.directory };
  const ended = await runProgram(["/bin/sh", "-c", script, program, ...args], { env: environment });
  return { ...ended, stderr: ended.stderr.replaceAll(shellWords, "") };
}

describe.each([
  ["the launcher", () => scene.program],
  ["the executable", () => built],
])("by %s", (_, programOf) => {
  const pybun = (...args: readonly string[]) => inDeleted(programOf(), args);
  const good = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });

  test("says what needs no directory", async () => {
    expect(await pybun("--version")).toEqual(good(expect.stringMatching(/^pybun \d/)));
    expect(await pybun("run", "--help")).toEqual(good(expect.stringContaining("pybun run")));
    expect(await pybun("cache", "dir")).toEqual(good(`${scene.cache}\n`));
    expect(await pybun("env", "list")).toEqual(good(expect.any(String)));
    expect(await pybun("schema")).toEqual(good(expect.stringContaining("envelope")));
  });

  test("runs code, modules, commands, standard input and files by absolute paths, in that directory", async () => {
    const told = scene.write("told.py", "import os, sys\nprint(sys.argv[1:], os.path.exists('.'), os.listdir())\n");
    const expected = good("['a'] True []\n");
    // The second one is the warm path's where there is one.
    expect(await pybun("run", told, "a")).toEqual(expected);
    expect(await pybun("run", told, "a")).toEqual(expected);
    expect(await pybun("run", "-c", "import sys; print(sys.path[0] == '', sys.argv)")).toEqual(good("True ['-c']\n"));
    expect((await pybun("run", "-m", "platform")).exitCode).toBe(0);
    expect(await pybun("run", "python", "-c", "print(1)")).toEqual(good("1\n"));
    expect(await pybun("run", "-")).toEqual(good(""));
  });

  test("installs what a script's block asks for", async () => {
    const wants = scene.write("wants.py", `${block('dependencies = ["alpha"]')}import alpha; print("alpha")\n`);
    expect((await pybun("run", wants)).stdout).toBe("alpha\n");
  });

  test("takes the relative places of a block from the script's directory", async () => {
    const settings = ['dependencies = ["local"]', "[tool.uv]", "no-index = true", 'find-links = ["wheels"]'];
    const wants = scene.write(`far/${crypto.randomUUID()}.py`, `${block(...settings)}print("local")\n`);
    scene.write("far/wheels/local-1.0-py3-none-any.whl", buildWheel({ name: "local", version: "1.0" }).bytes);
    expect(await pybun("run", wants)).toEqual(good("local\n"));
  });

  test.each(["json", "jsonl"])("runs a child with --format %s", async (format) => {
    const { stdout, exitCode } = await pybun("run", "--format", format, "-c", "import os; print(os.listdir())");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("[]");
  });

  test("resolves, and makes environments elsewhere", async () => {
    expect((await pybun("resolve", "alpha")).stdout).toStartWith("alpha==2.0\n");
    const place = join(scene.directory, crypto.randomUUID());
    for (const _round of [1, 2]) {
      expect((await pybun("env", "create", "alpha", "--dir", place)).stdout).toBe(`${place}\n`);
      expect((await pybun("env", "remove", place)).exitCode).toBe(0);
    }
  });

  test("tells other problems by their own codes", async () => {
    const conflict = await pybun("resolve", "alpha==1.0", "alpha==2.0");
    expect(conflict).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("E_RESOLVE_CONFLICT") });
    expect((await pybun("run", "no-such-program")).stderr).toContain("E_RUN_COMMAND_NOT_FOUND");
    expect((await pybun("env", "remove", "0123abcd")).stderr).toContain("E_ENV_NOT_FOUND");
  });

  const relative = [
    { words: ["run", "x.py"], wanted: "x.py" },
    { words: ["run", "./tool"], wanted: "./tool" },
    { words: ["run", "--env-file", "x.env", "-c", "print(1)"], wanted: "x.env" },
    { words: ["run", "--python", "./python", "-c", "print(1)"], wanted: "python" },
    { words: ["resolve", "-r", "pins.txt"], wanted: "pins.txt" },
    { words: ["resolve", "-c", "pins.txt", "alpha"], wanted: "pins.txt" },
    { words: ["resolve", "./alpha-1.0-py3-none-any.whl"], wanted: "alpha-1.0-py3-none-any.whl" },
    { words: ["env", "create", "alpha", "--dir", ".venv"], wanted: ".venv" },
    { words: ["env", "create", "-r", "pins.txt"], wanted: "pins.txt" },
    { words: ["env", "path", "./place"], wanted: "./place" },
    { words: ["env", "remove", "./place"], wanted: "./place" },
  ];
  test.each(relative)("$words: a relative path leads nowhere", async ({ words, wanted }) => {
    const { stdout, stderr, exitCode } = await pybun(...words);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 66 });
    expect(stderr).toStartWith(`error[E_WORKING_DIRECTORY]: cannot look for '${wanted}'`);
    expect(stderr).toContain("hint: ");
    expect(stderr).not.toContain("/dev/null");
  });

  test("says so in an envelope, and as events", async () => {
    const { stdout, stderr, exitCode } = await pybun("run", "--format=json", "x.py");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 66 });
    expect(await assertValidEnvelope(stdout)).toMatchObject({ diagnostics: [{ code: "E_WORKING_DIRECTORY" }] });
    const lines = (await pybun("run", "--format=jsonl", "x.py")).stdout.trimEnd().split("\n");
    const events = lines.map((line): unknown => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({ diagnostic: expect.objectContaining({ code: "E_WORKING_DIRECTORY" }) }),
    );
    expect(events.at(-1)).toMatchObject({ kind: "command.finish", exit_code: 66 });
  });
});

/** A directory that stands, and that its user may neither list nor search. */
function closedDirectory(): string {
  const path = join(scene.directory, `closed-${crypto.randomUUID()}`);
  mkdirSync(path);
  return path;
}

describe.skipIf(process.platform === "win32")("in a directory that this user may not search", () => {
  beforeAll(async () => {
    if (isRoot) await runProgram(["chown", "-R", `${nobody}:${nobody}`, scene.directory], {});
  });

  /** The shell enters it, and closes it behind itself. */
  const enterAndClose = 'cd "$0" && chmod 000 "$0" && exec "$@"';

  test.each([
    ["the launcher", () => scene.program],
    ["the executable", () => built],
  ])("%s works, and a file there is refused with its code", async (_, programOf) => {
    const pybun = async (...args: readonly string[]) => {
      const command = ["/bin/sh", "-c", enterAndClose, closedDirectory(), programOf(), ...args];
      if (isRoot) await runProgram(["chown", `${nobody}:${nobody}`, command[3] ?? ""], {});
      return runProgram(asOrdinaryUser(command), { env: scene.environment });
    };
    const file = scene.write("open.py", "print(1)\n");
    expect(await pybun("cache", "dir")).toEqual({ exitCode: 0, stdout: `${scene.cache}\n`, stderr: "" });
    for (const words of [["-c", "print(1)"], [file], [file]])
      expect(await pybun("run", ...words)).toEqual({ exitCode: 0, stdout: "1\n", stderr: "" });
    const { stdout } = await pybun("run", "--format=json", "-c", "print(1)");
    expect(await assertValidEnvelope(stdout)).toMatchObject({ exit_code: 0 });
    expect((await pybun("resolve", "alpha")).stdout).toStartWith("alpha==2.0\n");
    const { exitCode, stderr } = await pybun("run", "x.py");
    expect(exitCode).toBe(66);
    expect(stderr).toStartWith("error[E_RUN_SCRIPT_NOT_FOUND]: cannot read the script 'x.py': permission denied\n");
  });
});
