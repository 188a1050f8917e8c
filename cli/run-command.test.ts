/** Black box: the fixture program as a process, its exit code and both streams. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTraceParent } from "@vivarium/core/trace";
import { type Killable, runFixture, runProcess } from "./testing/run-fixture.ts";
import { assertValidEnvelope, assertValidEvents, assertValidOutput } from "./testing/validate-output.ts";

async function withDirectory<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "vivarium-"));
  try {
    return await body(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe("text", () => {
  test("the result is on stdout, nothing on stderr", async () => {
    expect(await runFixture(["echo", "a", "b"])).toEqual({ stdout: "a b\n", stderr: "", exitCode: 0 });
  });

  test("a workload's own code passes through", async () => {
    expect(await runFixture(["code", "7"])).toEqual({ stdout: "", stderr: "", exitCode: 7 });
  });

  test("a problem is told on stderr with its source line, causes and hint, and ends with its rule's code", async () => {
    const ended = await withDirectory(async (cwd) => {
      writeFileSync(join(cwd, "requirements.txt"), "numpy\nflask >> 2\n");
      return runFixture(["fail"], { cwd });
    });
    expect(ended.exitCode).toBe(65);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toMatchInlineSnapshot(`
      "error[E_FIXTURE_BAD_LINE]: \`flask >> 2\` is no requirement
        at requirements.txt:2:7
        2 | flask >> 2
          |       ^^
        cause: unexpected \`>\`
        cause: column 8
        hint: write a name
      "
    `);
  });

  test("warnings are on stderr; -q keeps errors only; -v shows each event", async () => {
    const plain = "warning[W_FIXTURE_OLD]: `left` is old\n";
    expect(await runFixture(["warn"])).toEqual({ stdout: "done\n", stderr: plain, exitCode: 0 });
    expect(await runFixture(["warn", "-q"])).toEqual({ stdout: "done\n", stderr: "", exitCode: 0 });
    const verbose = `cache.verify entry=first intact=true\n${plain}cache.verify entry=second intact=true\n`;
    expect(await runFixture(["-v", "warn"])).toEqual({ stdout: "done\n", stderr: verbose, exitCode: 0 });
    expect((await runFixture(["fail", "-q"])).stderr).toStartWith("error[E_FIXTURE_BAD_LINE]");
  });

  test("--color always colours a pipe, and the text stays", async () => {
    const plain = await runFixture(["fail"]);
    const painted = await runFixture(["fail", "--color=always"]);
    expect(painted.stderr).toContain("\u001b[31m");
    expect(Bun.stripANSI(painted.stderr)).toBe(plain.stderr);
  });
});

describe("usage", () => {
  test.each([
    [["crsh"], "E_USAGE_COMMAND_UNKNOWN"],
    [[], "E_USAGE_COMMAND_MISSING"],
    [["group"], "E_USAGE_COMMAND_MISSING"],
    [["group", "--color", "never"], "E_USAGE_COMMAND_MISSING"],
    [["--color", "never", "group", "-q"], "E_USAGE_COMMAND_MISSING"],
    [["group", "--color", "never", "tow"], "E_USAGE_COMMAND_UNKNOWN"],
    [["group", "tow"], "E_USAGE_COMMAND_UNKNOWN"],
    [["hang", "--bogus"], "E_USAGE_OPTION_UNKNOWN"],
    [["--bogus", "echo"], "E_USAGE_OPTION_UNKNOWN"],
    [["echo", "--times"], "E_USAGE_VALUE_MISSING"],
    [["echo", "--upper=1"], "E_USAGE_VALUE_UNEXPECTED"],
    [["echo", "--times", ""], "E_USAGE_VALUE_EMPTY"],
    [["echo", "--tag="], "E_USAGE_VALUE_EMPTY"],
    [["help", "crsh"], "E_USAGE_COMMAND_UNKNOWN"],
    [["help", "group", "tow"], "E_USAGE_COMMAND_UNKNOWN"],
    [["echo", "--color=pink"], "E_USAGE_CHOICE"],
    [["one"], "E_USAGE_ARGUMENT_MISSING"],
    [["one", "a", "b"], "E_USAGE_ARGUMENT_UNEXPECTED"],
  ] as const)("%j is refused with %s, exit 2, one envelope", async (argv, code) => {
    const text = await runFixture(argv);
    expect(text.exitCode).toBe(2);
    expect(text.stderr).toStartWith(`error[${code}]: `);
    const json = await runFixture(["--format=json", ...argv]);
    expect({ ...json, stdout: "" }).toEqual({ stdout: "", stderr: "", exitCode: 2 });
    const envelope = await assertValidEnvelope(json.stdout);
    expect(envelope).toMatchObject({ status: "error", exit_code: 2, diagnostics: [{ code }] });
  });

  test("a member of a group is guessed within it", async () => {
    const { stderr } = await runFixture(["group", "tow"]);
    expect(stderr).toContain("hint: Did you mean `group two`");
    expect((await runFixture(["group", "bogus"])).stderr).toContain("hint: See `fixture group --help`.");
  });

  test("--format is heard behind the mistake too", async () => {
    const { stdout, exitCode } = await runFixture(["crsh", "--format=json"]);
    expect(exitCode).toBe(2);
    expect((await assertValidEnvelope(stdout)).command).toBe("fixture");
  });

  test("a format that does not exist is refused in text", async () => {
    const ended = await runFixture(["echo", "--format=xml"]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toStartWith("error[E_USAGE_CHOICE]: option `--format` cannot be 'xml'");
  });

  test("every mistake of a line is told", async () => {
    const { stdout } = await runFixture(["echo", "--bogus", "--color=pink", "--format=json"]);
    const { diagnostics } = await assertValidEnvelope(stdout);
    expect(diagnostics.map(({ code }) => code)).toEqual(["E_USAGE_OPTION_UNKNOWN", "E_USAGE_CHOICE"]);
  });

  test("a command that passes arguments on leaves them alone", async () => {
    const { stdout } = await runFixture(["--format=json", "pass", "script.py", "--format=text", "--", "-v"]);
    const { detail } = await assertValidEnvelope(stdout);
    expect(detail).toEqual({ positionals: ["script.py", "--format=text", "--", "-v"] });
  });
});

describe("json and jsonl", () => {
  test.each([
    "echo",
    "code 7",
    "fail",
    "crash",
    "warn",
    "download",
    "schema print",
    "--help",
    "--version",
    "echo --help",
  ])("%p prints what the schemas say", async (line) => {
    const argv = line.split(" ");
    const json = await runFixture([...argv, "--format=json"]);
    await assertValidOutput(json.stdout, "json");
    const jsonl = await runFixture([...argv, "--format=jsonl"]);
    await assertValidOutput(jsonl.stdout, "jsonl");
    expect([json.stderr, jsonl.stderr, jsonl.exitCode]).toEqual(["", "", json.exitCode]);
  });

  test("an envelope holds the events in order, a warning in its place", async () => {
    const { stdout } = await runFixture(["warn", "--format=json"]);
    const { events, diagnostics, status } = await assertValidEnvelope(stdout);
    expect(events.map(({ kind }) => kind)).toEqual(["cache.verify", "diagnostic", "cache.verify"]);
    expect(diagnostics).toMatchObject([{ level: "warning", code: "W_FIXTURE_OLD" }]);
    expect(status).toBe("ok");
  });

  test("jsonl streams: the events are there while the command still works", async () => {
    const ended = await runFixture(["hang", "--format=jsonl"], { whenReady: (child) => child.kill("SIGTERM") });
    const events = await assertValidEvents(ended.stdout);
    expect(events.map(({ kind }) => kind)).toEqual(["resolve.start", "diagnostic", "command.finish"]);
    expect(events.at(-1)).toMatchObject({ status: "interrupted", exit_code: 143 });
  });

  test("no secret is in any output", async () => {
    for (const format of ["json", "jsonl", "text"]) {
      const options = { environment: { FIXTURE_TOKEN: "correct-horse" } };
      const { stdout, stderr } = await runFixture(["secret", "-v", `--format=${format}`], options);
      expect(stdout + stderr).not.toContain("hunter2");
      expect(stdout + stderr).not.toContain("correct-horse");
      expect(stdout + stderr).toContain("example.org/simple/?token=****");
    }
  });

  test("the trace of TRACEPARENT goes through to events and children", async () => {
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const environment = { TRACEPARENT: `00-${traceId}-00f067aa0ba902b7-01`, BUN_BE_BUN: "", BUN_OPTIONS: "--smol" };
    const ended = await runFixture(["child", "--format=jsonl"], { environment });
    const [finish] = await assertValidEvents(ended.stdout);
    expect(finish).toMatchObject({ trace_id: traceId, parent_span_id: "00f067aa0ba902b7" });
    if (finish?.kind !== "command.finish") throw new Error("no finish");
    const { environment: child } = finish.detail as { environment: Record<string, string> }; // What `child` prints.
    expect(parseTraceParent(child["TRACEPARENT"] ?? "")).toEqual({ traceId, spanId: finish.span_id, sampled: true });
    expect(Object.keys(child)).not.toContain("BUN_OPTIONS");
    expect(Object.keys(child)).not.toContain("BUN_BE_BUN");
  });
});

describe("our own bugs", () => {
  test.each(["crash", "crash later", "undeclared", "warn badly"])(
    "%p ends with E_INTERNAL, 70 and a private report",
    async (line) => {
      await withDirectory(async (home) => {
        const environment = { VIVARIUM_HOME: home, A_TOKEN: "correct-horse" };
        const ended = await runFixture([...line.split(" "), "correct-horse"], { environment });
        expect(ended.exitCode).toBe(70);
        const [name = ""] = readdirSync(join(home, "cache", "reports"));
        const path = join(home, "cache", "reports", name);
        expect(ended.stderr).toStartWith(`error[E_INTERNAL]: \`fixture ${line}\` failed unexpectedly: `);
        expect(ended.stderr).toContain(path);
        const report = readFileSync(path, "utf8");
        expect(report).toMatch(/ at .*\.ts:\d+/);
        expect(report + ended.stderr).not.toContain("hunter2");
        expect(report + ended.stderr).not.toContain("correct-horse");
        expect(statSync(path).mode & 0o777).toBe(0o600);
      });
    },
  );

  test("the report goes to the temporary directory where the cache cannot be written", async () => {
    await withDirectory(async (directory) => {
      writeFileSync(join(directory, "file"), "");
      const environment = { VIVARIUM_HOME: join(directory, "file"), TMPDIR: directory };
      const { stderr } = await runFixture(["crash"], { environment });
      expect(stderr).toContain(join(directory, "crash-"));
    });
  });
});

describe("signals and streams", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s stops the work and ends with %i", async (signal, exitCode) => {
    const ended = await runFixture(["hang"], { whenReady: (child) => child.kill(signal) });
    expect(ended).toEqual({ stdout: "ready\n", stderr: `error[E_INTERRUPTED]: interrupted by ${signal}\n`, exitCode });
  });

  test("work that does not stop is left behind after its grace", async () => {
    const ended = await runFixture(["hang", "stubbornly"], { whenReady: (child) => child.kill("SIGINT") });
    expect(ended).toMatchObject({ exitCode: 130, stderr: "error[E_INTERRUPTED]: interrupted by SIGINT\n" });
  }, 10_000);

  test("a second signal ends it at once, without another word", async () => {
    const ended = await runFixture(["hang", "stubbornly"], {
      whenReady: (child) => child.kill("SIGINT"),
      onOutput: (stdout, child) => stdout.endsWith("no\n") && child.kill("SIGTERM"),
    });
    expect(ended).toEqual({ stdout: "ready\nno\n", stderr: "", exitCode: 143 });
  });

  test.skipIf(process.platform !== "linux").each([
    ["compute", "SIGINT", 130],
    ["compute", "SIGTERM", 143],
    ["settle", "SIGHUP", 129],
  ] as const)("%s leaves no turn to listeners, and %s ends it all the same", async (command, signal, exitCode) => {
    const ended = await runFixture([command], { whenReady: (child) => child.kill(signal) });
    expect(ended).toEqual({ stdout: "ready\n", stderr: "", exitCode });
  });

  test.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("a computation that looks for signals ends with its last words on %s", async (signal, exitCode) => {
    const whenReady = (child: Killable): void => child.kill(signal);
    const ended = await runFixture(["compute", "looking"], { whenReady });
    expect(ended).toEqual({ stdout: "ready\n", stderr: `error[E_INTERRUPTED]: interrupted by ${signal}\n`, exitCode });
  });

  test("a command that has taken the signals over says which one ended it", async () => {
    const { stdout, exitCode } = await runFixture(["hear", "--format=json"]);
    const { status, diagnostics } = await assertValidEnvelope(stdout);
    expect([exitCode, status, diagnostics[0]?.code]).toEqual([143, "interrupted", "E_INTERRUPTED"]);
  });

  test("a second signal ends a computation too", async () => {
    const whenReady = (child: Killable): void => {
      child.kill("SIGTERM");
      child.kill("SIGTERM");
    };
    const ended = await runFixture(["compute"], { whenReady });
    expect(ended).toEqual({ stdout: "ready\n", stderr: "", exitCode: 143 });
  });

  test("a long computation without a signal is left alone, and signals after it are heard", async () => {
    const ended = await runFixture(["compute-hang", "1300"], {
      onOutput: (stdout, child) => stdout === "ready\nready\n" && child.kill("SIGINT"),
    });
    expect(ended).toEqual({
      stdout: "ready\nready\n",
      stderr: "error[E_INTERRUPTED]: interrupted by SIGINT\n",
      exitCode: 130,
    });
  });

  test("a reader that goes away is met with silence and SIGPIPE's code", async () => {
    const script = 'set -o pipefail; "$0" "$@" | head -n 1';
    const fixture = [process.execPath, join(import.meta.dir, "testing", "fixture-program.ts"), "many"];
    expect(await runProcess(["bash", "-c", script, ...fixture])).toEqual({ stdout: "0\n", stderr: "", exitCode: 141 });
  });

  test.skipIf(process.platform !== "linux")("a full disk behind stdout is exit 74, in each format", async () => {
    const fixture = [process.execPath, join(import.meta.dir, "testing", "fixture-program.ts"), "warn"];
    for (const format of ["text", "json", "jsonl"]) {
      const command = ["bash", "-c", '"$0" "$@" > /dev/full', ...fixture, `--format=${format}`];
      const { exitCode, stderr } = await runProcess(command);
      expect(stderr).toContain("error[E_OUTPUT_WRITE]: cannot write to standard output: no space is left");
      expect(exitCode).toBe(74);
    }
  });

  test.skipIf(process.platform !== "linux")("a closed stdout is exit 74, in each format", async () => {
    const fixture = [process.execPath, join(import.meta.dir, "testing", "fixture-program.ts"), "warn"];
    for (const format of ["text", "json", "jsonl"]) {
      const { exitCode, stderr } = await runProcess(["bash", "-c", '"$0" "$@" >&-', ...fixture, `--format=${format}`]);
      expect(stderr).toContain("error[E_OUTPUT_WRITE]: cannot write to standard output: it is closed");
      expect(exitCode).toBe(74);
    }
    const dropped = await runProcess(["bash", "-c", '"$0" "$@" > /dev/null', ...fixture]);
    expect(dropped.exitCode).toBe(0);
  });

  test.skipIf(process.platform !== "linux")("a full disk behind stderr leaves the exit code alone", async () => {
    const fixture = [process.execPath, join(import.meta.dir, "testing", "fixture-program.ts"), "fail"];
    const { exitCode } = await runProcess(["bash", "-c", '"$0" "$@" 2> /dev/full', ...fixture]);
    expect(exitCode).toBe(65);
  });
});
