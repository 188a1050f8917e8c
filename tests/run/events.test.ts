/** `--format json` and `jsonl`: golden event streams, captured output, its bound, and ends by signal. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { findCommand } from "../../cli/program.ts";
import { assertValidEnvelope, assertValidEvents } from "../../cli/testing/validate-output.ts";
import { pybunProgram } from "../../pybun/commands/index.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { block, openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
});

afterAll(() => scene.close());

const volatile = new Set(["time", "trace_id", "span_id", "parent_span_id", "version", "seq"]);

/**
 * A stream without what differs from run to run: ids, times, places, hashes, sizes of archives, and the progress of
 * downloads, whose number depends on the network. Wheels arrive in any order, so their events are sorted.
 */
function normalised(events: readonly object[]): readonly string[] {
  const lines = events
    .map((event) => Object.entries(event).filter(([name]) => !volatile.has(name)))
    .map((fields) =>
      fields.map(([name, value]) => `${name}=${name.endsWith("_ms") ? "#" : JSON.stringify(value)}`).join(" "),
    )
    .map((line) =>
      line
        .replaceAll(scene.directory, "$DIR")
        .replaceAll(scene.index.origin, "$INDEX")
        .replace(/\b[0-9a-f]{40}\b/g, "$KEY")
        .replace(/\b[0-9a-f]{64}\b/g, "$HASH")
        .replace(/-v\d+\//g, "-v#/")
        .replace(/"duration_ms":[\d.]+/g, '"duration_ms":#')
        .replace(/(bytes|requests)=\d+/g, "$1=#")
        .replace(/"[^"]*\/python3?(?:\.\d+)?"/g, '"$PYTHON"')
        .replace(/python="[\d.]+"|"version":"3\.[\d.]+"/g, "python=#"),
    )
    .filter((line) => !/^kind="(download\.progress|index\.request)"/.test(line));
  const isWheel = (line: string): boolean => /^kind="(download|install\.unpack)/.test(line);
  const first = lines.findIndex(isWheel);
  const wheels = lines.filter(isWheel).toSorted();
  const others = lines.filter((line) => !isWheel(line));
  return [...others.slice(0, first), ...wheels, ...others.slice(first)];
}

describe("golden streams", () => {
  test("run", async () => {
    scene.write(
      "golden.py",
      `${block('dependencies = ["alpha<2"]')}import alpha\nprint(alpha.version)\nraise SystemExit(3)\n`,
    );
    const { stdout, exitCode } = await scene.pybun(["run", "--format", "jsonl", "golden.py", "x"]);
    expect(exitCode).toBe(3);
    expect(normalised(await assertValidEvents(stdout, runCommand)).join("\n")).toMatchSnapshot();
  });

  test("run, with its environment there already", async () => {
    const { stdout } = await scene.pybun(["run", "--format", "jsonl", "golden.py", "x"]);
    const kinds = (await assertValidEvents(stdout, runCommand)).map(({ kind }) => kind);
    expect(kinds).toEqual(["env.create", "run.start", "run.output", "run.exit", "command.finish"]);
  });

  test("env create", async () => {
    const lookup = findCommand(pybunProgram.commands, ["env", "create"]);
    expect(lookup.kind).toBe("command");
    const command = lookup.kind === "command" ? lookup.command : runCommand;
    const { stdout, exitCode } = await scene.pybun(["env", "create", "--format", "jsonl", "tool"]);
    expect(exitCode).toBe(0);
    expect(normalised(await assertValidEvents(stdout, command)).join("\n")).toMatchSnapshot();
  });
});

test("secrets of an --env-file are seen nowhere, however they are written", async () => {
  scene.write("secret.env", "MY_TOKEN=tok-12345\n");
  const code = `import os, sys
token = os.environ['MY_TOKEN']
for half in (token[:5], token[5:]):
    sys.stdout.write(half); sys.stdout.flush()
sys.stderr.write(token)`;
  const { stdout, stderr } = await scene.pybun([
    "run",
    "--env-file",
    "secret.env",
    "--format",
    "jsonl",
    "-c",
    code,
    "tok-12345",
  ]);
  const output = (await assertValidEvents(stdout, runCommand)).filter(({ kind }) => kind === "run.output");
  expect(output.map((event) => Reflect.get(event, "data"))).toEqual(["****", "****"]);
  expect(stdout + stderr).not.toContain("tok-1");
});

describe("captured output", () => {
  const run = async (code: string) => {
    const { stdout, exitCode } = await scene.pybun(["run", "--format", "json", "-c", code]);
    const envelope = await assertValidEnvelope(stdout, runCommand);
    expect(envelope.exit_code).toBe(exitCode);
    return envelope;
  };

  test("is text where it is UTF-8, base64 where it is not, by stream and in order", async () => {
    const code =
      "import os\nos.write(1, 'é'.encode()[:1])\nimport time\nos.write(1, 'é'.encode()[1:] + b'!')\nos.write(2, b'\\xff\\xfe')\n";
    const { events } = await run(code);
    const output = events.filter((event) => event.kind === "run.output");
    const of = (stream: string) => output.filter((event) => event.stream === stream);
    expect(
      of("stdout")
        .map((event) => event.data)
        .join(""),
    ).toBe("é!");
    expect(of("stderr")).toMatchObject([{ encoding: "base64", data: "//4=" }]);
  });

  test("has a bound; what comes after it is dropped, and an event says so", async () => {
    const { events, exit_code } = await run("import sys\nfor _ in range(12): sys.stdout.write('x' * 1048576)\n");
    const bytes = events.reduce((sum, event) => sum + (event.kind === "run.output" ? event.data.length : 0), 0);
    expect(bytes).toBe(10 * 1024 * 1024);
    expect(events.filter(({ kind }) => kind === "run.truncate")).toMatchObject([
      { stream: "stdout", bytes_max: 10 * 1024 * 1024 },
    ]);
    expect(exit_code).toBe(0);
  }, 20_000);

  test("of a program that a signal ends: 128 + n, and the signal's name", async () => {
    const { exit_code, events, detail } = await run("import os; os.kill(os.getpid(), 15)");
    expect(exit_code).toBe(143);
    expect(events.find(({ kind }) => kind === "run.exit")).toMatchObject({ exit_code: 143, signal: "SIGTERM" });
    expect(detail).toMatchObject({ exit: { code: 143, signal: "SIGTERM" } });
  });

  test("a signal for us goes to the program, whose end is ours", async () => {
    const code =
      "import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(9))\nprint('ready', flush=True)\ntime.sleep(30)\n";
    const child = Bun.spawn([scene.program, "run", "--format", "jsonl", "-c", code], {
      env: scene.environment,
      cwd: scene.directory,
      stdin: "ignore",
      stdout: "pipe",
    });
    let seen = "";
    let isTold = false;
    for await (const chunk of child.stdout) {
      seen += Buffer.from(chunk).toString();
      if (!isTold && seen.includes('"ready')) {
        isTold = true;
        child.kill("SIGINT");
      }
    }
    await child.exited;
    expect(child.exitCode).toBe(9);
    expect(seen).toContain('"kind":"command.finish"');
  }, 20_000);

  test("secrets that the program prints do not reach an event", async () => {
    const { stdout } = await scene.pybun(
      ["run", "--format", "json", "-c", "import os; print(os.environ['MY_TOKEN'])"],
      { env: { MY_TOKEN: "sesame-12345" } },
    );
    expect(stdout).not.toContain("sesame-12345");
  });

  test("stdin is the program's", async () => {
    const { stdout } = await scene.pybun(["run", "--format", "json", "-", "a"], {
      stdin: `${block("dependencies = ['alpha']")}import alpha, sys; print(alpha.version, sys.argv)\n`,
    });
    const { events, detail } = await assertValidEnvelope(stdout, runCommand);
    expect(events.find((event) => event.kind === "run.output")).toMatchObject({ data: "2.0 ['-', 'a']\n" });
    expect(detail).toMatchObject({ script: { path: "<stdin>", dependencies: ["alpha"] } });
  });
});
