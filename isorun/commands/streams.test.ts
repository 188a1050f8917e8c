/** The three streams of `isorun run` as shells and terminals hand them over: closed, full, binary, typed by a person. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { componentFiles } from "./testing/components.ts";
import { isorunCommand } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-streams-"));
const env = { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: join(scratch, "home"), TERM: "xterm" };

beforeAll(async () => {
  const { program, math } = await componentFiles();
  copyFileSync(program, join(scratch, "program.wasm"));
  copyFileSync(math, join(scratch, "math.wasm"));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

/** In `script`, `"$@"` is `isorun run`. */
function shell(script: string) {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["bash", "-c", script, "bash", ...isorunCommand, "run"], {
    cwd: scratch,
    env,
  });
  return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode };
}

test("a reader that goes away ends the program as SIGPIPE does", () => {
  const ended = shell('set -o pipefail; "$@" program.wasm flood | head -c 10');
  expect(ended).toEqual({ stdout: "some words", stderr: "", exitCode: 141 });
});

test.each([
  ["a closed stdin is at its end", '"$@" program.wasm echo <&-'],
  ["an empty stdin is at its end", '"$@" program.wasm echo </dev/null'],
  ["a closed stdout is nothing to a program that writes none", '"$@" program.wasm >&-'],
])("%s", (_, script) => {
  expect(shell(script)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
});

test("a closed stderr leaves the program's own exit code", () => {
  expect(shell('"$@" program.wasm fail 2>&-')).toEqual({ stdout: "", stderr: "", exitCode: 1 });
});

test.skipIf(process.platform !== "linux").each(["program.wasm args one", "math.wasm --invoke 'add(1, 2)'"])(
  "%s with a full disk behind stdout ends with 74",
  (words) => {
    const { stderr, exitCode } = shell(`"$@" ${words} >/dev/full`);
    expect(exitCode).toBe(74);
    expect(stderr).toStartWith("error[E_OUTPUT_WRITE]");
  },
);

test
  .skipIf(process.platform !== "linux")
  .each([
    "run program.wasm args one",
    "run math.wasm --invoke 'add(1, 2)'",
    "inspect math.wasm",
    "inspect math.wasm --format=json",
  ])("what a closed stdout does not take is no success: %s", (words) => {
  const { stderr, exitCode } = shell(`"\${@:1:$#-1}" ${words} >&-`);
  expect({ stderr, exitCode }).toEqual({
    stderr: "error[E_OUTPUT_WRITE]: cannot write to standard output: it is closed\n",
    exitCode: 74,
  });
  expect(shell(`"\${@:1:$#-1}" ${words} >/dev/null`)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
});

test("bytes of all values go through as they are", () => {
  const bytes = new Uint8Array(100_000).map((_, place) => (place * 7919) >> 3);
  writeFileSync(join(scratch, "in.bin"), bytes);
  expect(shell('"$@" program.wasm echo <in.bin >out.bin')).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  expect(Buffer.compare(readFileSync(join(scratch, "out.bin")), bytes)).toBe(0);
});

test("a person types into the program, and ends its input", async () => {
  let screen = "";
  const child = Bun.spawn([...isorunCommand, "run", "program.wasm", "echo"], {
    cwd: scratch,
    env,
    terminal: {
      data: (terminal, bytes) => {
        const before = screen;
        screen += new TextDecoder().decode(bytes);
        // The terminal shows what is typed, and then what the program answers.
        if (before.split("hello").length < 3 && screen.split("hello").length === 3) terminal.write("\x04");
      },
    },
  });
  child.terminal?.write("hello\n");
  expect(await child.exited).toBe(0);
  child.terminal?.close();
  expect(screen).toBe("hello\r\nhello\r\n");
});

test.each([
  ["begins on a line of its own behind output that was cut", ["--output=2B", "program.wasm", "args", "one"], "on"],
  ["begins on a line of its own behind a result", ["--output=2B", "math.wasm", "--invoke", "add(400, 2)"], "40"],
  ["begins where a line was ended", ["--output=4B", "program.wasm", "args", "one", "two"], "one"],
])("on a terminal, a diagnostic %s", async (_, argv, written) => {
  let screen = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([...isorunCommand, "run", ...argv], {
    cwd: scratch,
    env,
    terminal: { data: (__, bytes) => void (screen += decoder.decode(bytes, { stream: true })) },
  });
  expect(await child.exited).toBe(124);
  child.terminal?.close();
  expect(screen.replaceAll(/\u001b\[\d+m/g, "")).toStartWith(`${written}\r\nerror[E_BUDGET_EXHAUSTED]: `);
});

test("what is no terminal is given what the program wrote, and no more", () => {
  const ended = shell('"$@" --output=2B program.wasm args one 2>&1');
  expect(ended.stdout).toStartWith("onerror[E_BUDGET_EXHAUSTED]: ");
});
