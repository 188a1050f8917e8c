/** `isorun run` as its users start it: exit codes, both streams, events. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { assertValidEnvelope, assertValidEvents } from "@vivarium/cli/testing/validate-output";
import { runCommand } from "./run.ts";
import { componentFiles } from "./testing/components.ts";
import { isorunCommand, runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-run-"));
const home = join(scratch, "home");

beforeAll(async () => {
  for (const [name, path] of Object.entries(await componentFiles())) {
    copyFileSync(path, join(scratch, `${name}.wasm`));
  }
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (...argv: readonly string[]) =>
  runIsorun(["run", ...argv], { home, cwd: scratch, environment: { COLOUR: "blue", HIDDEN: "yes" } });

describe("--invoke", () => {
  test.each([
    ["add(1, 2)", "3\n", 0],
    ["test:lib/math@1.2.0#add(4294967295, 1)", "0\n", 0],
    ["math#add(1,2)", "3\n", 0],
    ['echo("grüße \\"👋\\"")', '"grüße \\"👋\\""\n', 0],
    ["divide(7, 2)", "ok(3)\n", 0],
    ["divide(7, 0)", "err\n", 1],
  ])("%s", async (call, stdout, exitCode) => {
    expect(await run("math.wasm", "--invoke", call)).toEqual({ stdout, stderr: "", exitCode });
  });

  test.each([
    ["subtract(1)", 66, "E_INVOKE_NAME", "It exports 'test:lib/math@1.2.0#add'"],
    ["divid(1)", 66, "E_INVOKE_NAME", "Did you mean 'divide'?"],
    ['ech("x")', 66, "E_INVOKE_NAME", "Did you mean 'echo'?"],
    ["add(1", 2, "E_INVOKE_TEXT", "expected ')' behind the arguments"],
    ["add(1, -2)", 2, "E_INVOKE_TEXT", "line 1, column 8"],
    ["add(1)", 2, "E_INVOKE_TEXT", "the argument 'b' (u32)"],
    ["fail()", 1, "E_COMPONENT_TRAP", "trapped in 'fail': wasm trap: "],
    ["deep()", 124, "E_COMPONENT_STACK", "calls of 'math.wasm' stand too deep"],
  ])("%s ends with %i", async (call, exitCode, code, words) => {
    const ended = await run("math.wasm", "--invoke", call);
    expect(ended).toMatchObject({ stdout: "", exitCode });
    expect(ended.stderr).toStartWith(`error[${code}]: `);
    expect(ended.stderr).toContain(words);
  });

  test("a trap tells the functions that it came out of", async () => {
    const { stderr } = await run("math.wasm", "--invoke", "fail()");
    expect(stderr).toMatch(/^ *at fails \(component-[0-9a-f]{8}\)\n *at fail \(component-[0-9a-f]{8}\)$/m);
    const { stdout } = await run("math.wasm", "--invoke", "fail()", "--format", "json", "--fuel=1000");
    const { diagnostics } = (await assertValidEnvelope(stdout, runCommand)) as {
      diagnostics: readonly unknown[];
    };
    expect(diagnostics).toMatchObject([
      { data: { frames: [{ func: "fails" }, { func: "fail", instance: "instance-1" }] } },
    ]);
  });

  test("what gives out a resource cannot be called", async () => {
    const { stderr, exitCode } = await run("resource.wasm", "--invoke", "make()");
    expect(exitCode).toBe(65);
    expect(stderr).toStartWith(
      "error[E_INVOKE_TYPE]: cannot call 'make' from a command line: its type is func() -> thing\n",
    );
  });

  test("a call that was not quoted is wrong usage", async () => {
    const { stderr, exitCode } = await run("math.wasm", "--invoke", "add(1,", "2)");
    expect(exitCode).toBe(2);
    expect(stderr).toStartWith("error[E_USAGE_ARGUMENT_UNEXPECTED]: unexpected argument '2)'");
  });

  test("a result is in the detail, as WAVE", async () => {
    const { stdout } = await run("math.wasm", "--invoke", "divide(9, 3)", "--format", "json");
    const envelope = await assertValidEnvelope(stdout, runCommand);
    expect(envelope).toMatchObject({
      command: "isorun run",
      exit_code: 0,
      detail: { entry: "test:lib/math@1.2.0#divide", result: "ok(3)" },
    });
  });
});

describe("a program", () => {
  test("is given the words behind --, and those that are no options of ours", async () => {
    const ended = await run("program.wasm", "args", "one", "--", "--fuel", "two words");
    expect(ended).toEqual({ stdout: "one\n--fuel\ntwo words\n", stderr: "", exitCode: 0 });
  });

  test("reads standard input to its end", async () => {
    const child = Bun.spawn([...isorunCommand, "run", "program.wasm", "echo"], {
      cwd: scratch,
      env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: home },
      stdin: new TextEncoder().encode("x".repeat(100_000)),
      stdout: "pipe",
    });
    expect(await child.stdout.text()).toBe("x".repeat(100_000));
    expect(await child.exited).toBe(0);
  });

  test("sees the variables that the policy names, and no others", async () => {
    expect(await run("program.wasm", "env")).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect((await run("program.wasm", "--allow-env=COLOUR,NONE", "env")).stdout).toBe("COLOUR\n");
  });

  test("says by itself how it ended", async () => {
    expect(await run("program.wasm", "fail")).toEqual({ stdout: "", stderr: "some words on stderr\n", exitCode: 1 });
    expect(await run("program.wasm", "exit")).toEqual({ stdout: "", stderr: "", exitCode: 1 });
    expect(await run("program.wasm")).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });

  test("writes bytes and characters in pieces, which become events", async () => {
    const { stdout } = await run("program.wasm", "bytes", "--format", "jsonl");
    const events = await assertValidEvents(stdout, runCommand);
    expect(events.map(({ kind }) => kind)).toEqual([
      "component.load",
      "run.start",
      "run.output",
      "run.output",
      "run.exit",
      "command.finish",
    ]);
    expect(events.filter(({ kind }) => kind === "run.output")).toMatchObject([
      { stream: "stdout", encoding: "base64", data: "//4K" },
      { stream: "stdout", encoding: "utf-8", data: "€\n" },
    ]);
  });
});

describe("what it may not", () => {
  const denied: readonly (readonly [string, readonly string[], object, string])[] = [
    ["clock", ["--deny-time"], { capability: "time", denied_by: "caller" }, "Leave `--deny-time`"],
  ];
  test.each(denied)("%s ends with 77", async (word, flags, event, hint) => {
    const ended = await run("program.wasm", word, ...flags);
    expect(ended).toMatchObject({ stdout: "", exitCode: 77 });
    expect(ended.stderr).toStartWith("error[E_CAPABILITY_DENIED]");
    expect(ended.stderr).toContain(hint);
    const { stdout } = await run("program.wasm", word, ...flags, "--format", "jsonl");
    const events = await assertValidEvents(stdout, runCommand);
    expect(events.find(({ kind }) => kind === "capability.denied")).toMatchObject(event);
    expect(events.at(-1)).toMatchObject({ status: "error", exit_code: 77 });
  });

  test.each([
    ["loop", ["--fuel", "100000"], { field: "fuel", limit: 100_000, flag: "--fuel" }],
    ["flood", ["--output", "100B"], { field: "maxOutputBytes", limit: 100, used: 105, flag: "--output" }],
    ["loop", ["--wall", "50ms"], { field: "wallMs", limit: 50, flag: "--wall" }],
    ["args", ["--wall", "0ms"], { field: "wallMs", limit: 0, flag: "--wall" }],
    ["args", ["--cpu", "0ms"], { field: "cpuMs", limit: 0, flag: "--cpu" }],
    ["loop", ["--cpu", "50ms"], { field: "cpuMs", limit: 50, flag: "--cpu" }],
  ] as const)("%s with %j ends with 124", async (word, flags, event) => {
    const { stdout, exitCode } = await run("program.wasm", word, ...flags, "--format=jsonl");
    expect(exitCode).toBe(124);
    const events = await assertValidEvents(stdout, runCommand);
    expect(events.find(({ kind }) => kind === "budget.exhausted")).toMatchObject(event);
    expect(events.at(-1)).toMatchObject({ status: "error", exit_code: 124 });
  });

  test.each([
    ["fail()", 1, undefined],
    ["deep()", 124, { field: "stack" }],
  ] as const)("the events of %s tell how it ended", async (call, code, event) => {
    const { stdout } = await run("math.wasm", "--invoke", call, "--format=jsonl");
    const events = await assertValidEvents(stdout, runCommand);
    expect(events.find(({ kind }) => kind === "run.exit")).toMatchObject({ exit_code: code });
    const spent = events.find(({ kind }) => kind === "budget.exhausted");
    if (event === undefined) expect(spent).toBeUndefined();
    else expect(spent).toMatchObject(event);
  });

  test("who traps with nothing denied is told of its trap alone", async () => {
    const trapped = await run("program.wasm", "trap");
    expect(trapped).toMatchObject({ stdout: "", exitCode: 1 });
    expect(trapped.stderr).toStartWith("error[E_COMPONENT_TRAP]: 'program.wasm' trapped in ");
    expect(trapped.stderr).not.toContain("--allow-read");
  });

  test("memory is a budget", async () => {
    const { stderr, exitCode } = await run("math.wasm", "--memory=1MiB", "--invoke=grow()");
    expect(exitCode).toBe(124);
    expect(stderr).toContain("the budget of memory is exhausted: the limit is 1048576 bytes");
  });

  test("what is printed before the end is not more than the budget", async () => {
    const { stdout, exitCode } = await run("program.wasm", "flood", "--output=50B");
    expect({ length: stdout.length, exitCode }).toEqual({ length: 50, exitCode: 124 });
  });

  test("what nobody enforces is an error, unless the user is content", async () => {
    const flags = ["--allow-connect=example.org:443", "--processes=2"];
    const refused = await run(...flags, "program.wasm");
    expect(refused.exitCode).toBe(78);
    expect(refused.stderr).toContain(
      "error[E_POLICY_UNENFORCEABLE]: the engine 'wasm' cannot enforce '--allow-connect'",
    );
    expect(await run(...flags, "--best-effort", "program.wasm")).toEqual({
      stdout: "",
      stderr: "warning[W_POLICY_UNENFORCED]: the engine 'wasm' cannot enforce '--allow-connect', and goes on without\n",
      exitCode: 0,
    });
  });

  test.each([
    ["missing", "it does not exist"],
    ["program.wasm", "it is a file"],
    ["program.wasm", "  hint: Components are given directories: `--allow-read=HERE` gives the one that it is in"],
    ["/dev/null", "it is no directory"],
  ])("a directory that is '%s' cannot be given", async (path, reason) => {
    const { stderr, exitCode } = await run(`--allow-read=${path}`, "program.wasm");
    expect(exitCode).toBe(66);
    expect(stderr).toStartWith(`error[E_RUN_DIRECTORY]: cannot give '${resolve(scratch, path)}' to the program: `);
    expect(stderr).toContain(reason.replace("HERE", scratch));
  });

  test("a policy in a file counts as flags do", async () => {
    writeFileSync(join(scratch, "policy.toml"), '[capabilities]\nenv = ["COLOUR"]\n[budget]\nfuel = 1_000\n');
    expect((await run("--policy=policy.toml", "program.wasm", "env")).stdout).toBe("COLOUR\n");
    expect((await run("--policy=policy.toml", "program.wasm", "loop")).exitCode).toBe(124);
  });
});

test("what cannot be linked is told at once, with its type", async () => {
  const { stderr, exitCode } = await run("stranger.wasm");
  expect(exitCode).toBe(65);
  expect(stderr).toStartWith("error[E_COMPONENT_LINK]: cannot link 'stranger.wasm':\n  'get' of ");
  expect(stderr).toContain("func(key: string) -> string");
  const [wanted, given] = ["wanted func() -> string", "given  func() -> u64"];
  expect(stderr).toContain(
    `\n  'get-random-u64' of 'wasi:random/random@0.2.0' is of another type:\n    ${wanted}\n    ${given}\n`,
  );
});

test("what WASI does not have is not linked, and nobody's denial", async () => {
  const { stderr, exitCode } = await run("invented.wasm", "--invoke=run()", "--deny-time");
  expect(exitCode).toBe(65);
  expect(stderr).toStartWith("error[E_COMPONENT_LINK]: cannot link 'invented.wasm':\n");
  expect(stderr).toContain("\n  'bogus' of 'wasi:clocks/monotonic-clock@0.2.0': ");
  expect(stderr).toContain("\n  'f' of 'wasi:nope/nope@0.2.0': ");
  expect(stderr).not.toMatch(/denied|deny|WasiDenied/);
  expect((await runIsorun(["inspect", "invented.wasm"], { home, cwd: scratch })).stdout).toMatch(
    /wasi:nope\/nope@0\.2\.0 +- +nobody here/,
  );
});

test("a component without an entry is told what it can be asked", async () => {
  const { stderr, exitCode } = await run("math.wasm");
  expect(exitCode).toBe(66);
  expect(stderr).toStartWith("error[E_COMPONENT_ENTRY]");
  expect(stderr).toContain("--invoke 'test:lib/math@1.2.0#add(…)'");
});

test("a function is called by its name as inspect shows it too", async () => {
  expect(await run("math.wasm", "--invoke=%add(1, 2)")).toMatchObject({ stdout: "3\n", exitCode: 0 });
});

describe("Ctrl-C", () => {
  const start = (...words: readonly string[]) =>
    Bun.spawn([...isorunCommand, "run", "program.wasm", ...words, "--format=jsonl"], {
      cwd: scratch,
      env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: home },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });

  test("ends a program that waits, with 130 and all its events", async () => {
    const child = start("echo");
    let text = "";
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('"run.start"')) child.kill("SIGINT");
    }
    expect(await child.exited).toBe(130);
    expect((await assertValidEvents(text, runCommand)).at(-1)).toMatchObject({ status: "interrupted", exit_code: 130 });
  });

  test.each([
    ["flood", "SIGINT", 130],
    ["loop", "SIGINT", 130],
    ["loop", "SIGTERM", 143],
  ] as const)(
    "ends %s, which leaves no turn to listeners, by %s and with all its events",
    async (word, signal, code) => {
      const child = start(word);
      const chunks: Uint8Array[] = [];
      let isSent = false;
      for await (const chunk of child.stdout) {
        chunks.push(chunk);
        if (isSent || !Buffer.concat(chunks).includes('"run.start"')) continue;
        isSent = true;
        child.kill(signal);
      }
      expect(await child.exited).toBe(code);
      const events = await assertValidEvents(Buffer.concat(chunks).toString(), runCommand);
      expect(events.at(-1)).toMatchObject({ status: "interrupted", exit_code: code });
      expect(events.at(-2)).toMatchObject({ diagnostic: { code: "E_INTERRUPTED" } });
    },
  );

  test("without fuel the kernel ends a computation within about a second", async () => {
    const child = start("loop", "--no-fuel");
    for await (const _ of child.stdout) child.kill("SIGINT");
    await child.exited;
    // Shells tell 130 for both.
    expect(child.signalCode === "SIGINT" || child.exitCode === 130).toBe(true);
  });

  test("in a terminal it ends the program with the last words for people", async () => {
    let screen = "";
    const child = Bun.spawn([...isorunCommand, "run", "program.wasm", "loop", "-v"], {
      cwd: scratch,
      env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: home, TERM: "xterm" },
      terminal: {
        data: (terminal, bytes) => {
          const before = screen;
          screen += new TextDecoder().decode(bytes);
          // What the key sends: the terminal makes a signal of it.
          if (!before.includes("run.start") && screen.includes("run.start")) terminal.write("\x03");
        },
      },
    });
    expect(await child.exited).toBe(130);
    child.terminal?.close();
    expect(screen).toContain("interrupted by SIGINT");
  });
});
