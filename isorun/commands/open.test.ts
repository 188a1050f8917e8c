/** What is no component gets an answer that helps, from each command that reads one. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { assemble } from "../../tests/components/assemble.ts";
import { mathText } from "./testing/components.ts";
import { isorunCommand, runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-open-"));
const place = { home: join(scratch, "home"), cwd: scratch };

const module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const preamble = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
/** One import, of a function () -> () from the namespace of WASI 0.1. */
const preview1 = "wasi_snapshot_preview1";
const preview1Module = [
  ...module,
  1,
  4,
  1,
  0x60,
  0,
  0,
  2,
  preview1.length + 6,
  1,
  preview1.length,
  ...new TextEncoder().encode(preview1),
  1,
  0x66,
  0,
  0,
];
/** A core module with a function of type () -> i32 whose body is empty. */
const emptyBody = [...module, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 10, 4, 1, 2, 0, 0x0b];

const files: Readonly<Record<string, string | readonly number[]>> = {
  "core.wasm": module,
  "preview1.wasm": preview1Module,
  "empty.wasm": "",
  "text.wat": ";; a comment\n(; another ;)\n(component)",
  "$(id) x.wat": "(component)",
  "it's.wasm": module,
  "program.js": "export const run = () => 1;\n",
  "script.py": "print(1)\n",
  "words.txt": "hello\n",
  elf: "\x7fELF\x02\x01\x01\0",
  "page.wasm": "<!DOCTYPE html>\n<title>Not found</title>",
  "pointer.wasm": "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
  "packed.wasm.gz": [0x1f, 0x8b, 8],
  "archive.zip": "PK\x03\x04",
  "unknown.bin": [1, 2, 3, 0, 255],
  "cut.wasm": [...preamble, 1, 100, 0],
  "invalid.wasm": [...preamble, 1, emptyBody.length, ...emptyBody],
};

beforeAll(() => {
  mkdirSync(join(scratch, "folder"));
  writeFileSync(join(scratch, "huge.wasm"), "");
  // It takes no room: nothing is written.
  truncateSync(join(scratch, "huge.wasm"), 3 * 2 ** 30);
  expect(Bun.spawnSync(["mkfifo", join(scratch, "fifo")]).exitCode).toBe(0);
  for (const [name, contents] of Object.entries(files)) {
    writeFileSync(join(scratch, name), typeof contents === "string" ? contents : new Uint8Array(contents));
  }
});
afterAll(() => rmSync(scratch, { recursive: true }));

const rows: readonly (readonly [file: string, exitCode: number, code: string, words: string])[] = [
  ["missing.wasm", 66, "E_COMPONENT_MISSING", "there is no file 'missing.wasm'"],
  ["core.wasm/", 66, "E_COMPONENT_MISSING", "there is no file 'core.wasm/'"],
  ["core.wasm", 65, "E_COMPONENT_KIND", "`wasm-tools component new core.wasm -o component.wasm`."],
  ["preview1.wasm", 65, "E_COMPONENT_KIND", "--adapt wasi_snapshot_preview1.command.wasm"],
  ["empty.wasm", 65, "E_COMPONENT_KIND", "it is empty\n  hint: Build or download it again"],
  ["text.wat", 65, "E_COMPONENT_KIND", "`wasm-tools parse text.wat -o component.wasm`"],
  ["$(id) x.wat", 65, "E_COMPONENT_KIND", "`wasm-tools parse '$(id) x.wat' -o component.wasm`"],
  ["it's.wasm", 65, "E_COMPONENT_KIND", `component new 'it'"'"'s.wasm' -o component.wasm\`.`],
  ["program.js", 65, "E_COMPONENT_KIND", "`jco componentize`"],
  ["script.py", 65, "E_COMPONENT_KIND", "`componentize-py`"],
  ["words.txt", 65, "E_COMPONENT_KIND", "it is a text"],
  ["elf", 65, "E_COMPONENT_KIND", "a program for Linux (ELF)"],
  ["page.wasm", 65, "E_COMPONENT_KIND", "Download it again"],
  ["pointer.wasm", 65, "E_COMPONENT_KIND", "`git lfs pull`"],
  ["packed.wasm.gz", 65, "E_COMPONENT_KIND", "`gunzip`"],
  ["huge.wasm", 65, "E_COMPONENT_KIND", "a file of 3221225472 bytes"],
  ["archive.zip", 65, "E_COMPONENT_KIND", "a ZIP archive"],
  ["unknown.bin", 65, "E_COMPONENT_KIND", "in no format that is known here"],
  ["folder", 65, "E_COMPONENT_KIND", "it is a directory"],
  ["/dev/null", 65, "E_COMPONENT_KIND", "no regular file"],
  ["fifo", 65, "E_COMPONENT_KIND", "no regular file"],
  ["cut.wasm", 65, "E_COMPONENT_MALFORMED", "cannot decode 'cut.wasm'"],
  ["invalid.wasm", 65, "E_COMPONENT_INVALID", "a core module is not valid"],
];

test.each(rows)("%s ends with %i", async (file, exitCode, code, words) => {
  const ended = await runIsorun(["inspect", file], place);
  expect(ended).toMatchObject({ stdout: "", exitCode });
  expect(ended.stderr).toStartWith(`error[${code}]: `);
  expect(ended.stderr).toContain(words);
});

test("an empty name is a missing argument, and not the working directory", async () => {
  for (const command of ["run", "inspect", "types", "bench"]) {
    const { stderr, exitCode } = await runIsorun([command, ""], place);
    expect(exitCode).toBe(2);
    const error = "error[E_USAGE_ARGUMENT_MISSING]: argument FILE is missing";
    expect(stderr).toBe(`${error}\n  hint: See \`isorun ${command} --help\`.\n`);
  }
});

test("every command says the same", async () => {
  for (const command of ["run", "inspect", "types", "bench"]) {
    for (const file of ["core.wasm", "text.wat", "fifo", "huge.wasm"]) {
      const { stdout, exitCode } = await runIsorun([command, file, "--format=json"], place);
      expect(exitCode).toBe(65);
      expect(await assertValidEnvelope(stdout)).toMatchObject({
        command: `isorun ${command}`,
        status: "error",
        diagnostics: [{ code: "E_COMPONENT_KIND" }],
      });
    }
  }
}, 60_000);

test("what may not be read is the system's failure", async () => {
  const path = join(scratch, "secret.wasm");
  writeFileSync(path, new Uint8Array(preamble));
  chmodSync(path, 0);
  // Root may read all but what the kernel itself refuses: nothing is mapped at the start of a process's memory.
  const { stderr, exitCode } = await runIsorun(["inspect", process.getuid?.() === 0 ? "/proc/self/mem" : path], place);
  expect(exitCode).toBe(74);
  expect(stderr).toStartWith("error[E_COMPONENT_READ]");
});

test("a name that is too long is the system's failure too", async () => {
  const { stderr, exitCode } = await runIsorun(["inspect", "x".repeat(300)], place);
  expect(exitCode).toBe(74);
  expect(stderr).toStartWith("error[E_COMPONENT_READ]");
});

test.each([
  [
    "run $'\\xff.wasm'",
    "error[E_COMPONENT_MISSING]: cannot find '\uFFFD.wasm': its name holds bytes that are no UTF-8\n",
  ],
  ["run math.wasm --allow-read=$'\\xff'", "/\uFFFD' to the program: its name holds bytes that are no UTF-8\n"],
])("a name that is not UTF-8 is said to be the reason: %s", async (words, message) => {
  const read = await assemble([mathText]);
  writeFileSync(join(scratch, "math.wasm"), read(mathText));
  const name = (ending: string) =>
    Buffer.concat([Buffer.from(`${scratch}/`), Buffer.from([0xff]), Buffer.from(ending)]);
  writeFileSync(name(".wasm"), read(mathText));
  mkdirSync(name(""), { recursive: true });
  const child = Bun.spawn(
    ["bash", "-c", `"$@" ${words}${words.includes("math") ? " --invoke 'add(1, 2)'" : ""}`, "-", ...isorunCommand],
    {
      cwd: scratch,
      env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: place.home },
      stderr: "pipe",
    },
  );
  const stderr = await child.stderr.text();
  expect(stderr).toContain(message);
  expect(stderr).toEndWith("  hint: Rename it, or make a link to it by a name in UTF-8.\n");
  expect(await child.exited).toBe(66);
});

test("what the engine does not have is said to be so", async () => {
  const text = "(component (core module (memory i64 1)))";
  writeFileSync(join(scratch, "memory64.wasm"), (await assemble([text]))(text));
  const { stderr, exitCode } = await runIsorun(["inspect", "memory64.wasm"], place);
  expect(exitCode).toBe(65);
  expect(stderr).toStartWith("error[E_COMPONENT_UNSUPPORTED]: cannot run 'memory64.wasm': ");
}, 120_000);

test("rounds of bench are counted", async () => {
  const read = await assemble([mathText]);
  writeFileSync(join(scratch, "math.wasm"), read(mathText));
  for (const rounds of ["0", "many", "1.5"]) {
    const { stderr, exitCode } = await runIsorun(["bench", "math.wasm", "--rounds", rounds], place);
    expect(exitCode).toBe(2);
    expect(stderr).toStartWith("error[E_BENCH_ROUNDS]");
  }
}, 120_000);
