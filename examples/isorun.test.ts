/** The example of a component and its program, and the commands that documents show, run as they say. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { assembledExamples } from "../tools/assemble-examples.ts";

const repository = join(import.meta.dir, "..");
const scratch = mkdtempSync(join(tmpdir(), "isorun-example-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** In the repository's folder, with the commands that `npm ci` links. */
const run = async (command: readonly string[]) => {
  const path = `${join(repository, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}`;
  return runProcess(command, { cwd: repository, environment: { HOME: scratch, PATH: path } });
};

const shell = async (line: string) => run(["sh", "-c", line.replace(/^npx /, "")]);

const read = (path: string): string => readFileSync(join(repository, path), "utf8");

test("what is committed is what greet.wat becomes", async () => {
  for (const [name, contents] of await assembledExamples()) {
    expect(readFileSync(join(import.meta.dir, name))).toEqual(Buffer.from(contents));
  }
}, 120_000);

test("the first lines of greet.wat", async () => {
  const [greet = "", sum = ""] = [...read("examples/greet.wat").matchAll(/^;; {3}(npx isorun .*?)(?: {5}.*)?$/gm)].map(
    ([, line = ""]) => line,
  );
  expect(await shell(greet)).toEqual({ stdout: '"hello, you"\n', stderr: "", exitCode: 0 });
  expect(await shell(sum)).toEqual({ stdout: "42\n", stderr: "", exitCode: 0 });
});

test("what is passed in may be larger than the memory that greet.wat begins with, again and again", async () => {
  const text = "you".repeat(30_000);
  const greeted = await shell(`isorun run examples/greet.wasm --invoke 'greet("${text}")'`);
  expect(greeted).toEqual({ stdout: `"hello, ${text}"\n`, stderr: "", exitCode: 0 });
  const timed = await shell(`isorun bench examples/greet.wasm --rounds 2 --invoke 'greet("${text}")'`);
  expect({ ...timed, stdout: "" }).toEqual({ stdout: "", stderr: "", exitCode: 0 });
});

test("the program that calls it, which the reference shows", async () => {
  expect(read("docs/reference/isorun.md")).toContain(`\`\`\`ts\n${read("examples/call-greet.ts")}\`\`\`\n`);
  const ran = await run([process.execPath, "--no-env-file", "examples/call-greet.ts"]);
  expect(ran).toEqual({ stdout: "hello, you 42n\nfuel 100000n exhausted\n", stderr: "", exitCode: 0 });
});

/** `command # outcome`, where an outcome is the end of what it prints, or an exit code. */
const shown = [...read("README.md").matchAll(/^(npx isorun .+?) +# (.+)$/gm)].map(
  ([, line = "", outcome = ""]) => [line, outcome] as const,
);

test("the README shows some", () => expect(shown.length).toBeGreaterThan(2));

test.each(shown)("README: %s", async (line, outcome) => {
  const { stdout, stderr, exitCode } = await shell(line);
  const [, code] = /^exit code (\d+)/.exec(outcome) ?? [];
  expect(exitCode).toBe(Number(code ?? 0));
  if (code === undefined) expect(stderr).toBe("");
  if (outcome.startsWith("prints ")) expect(stdout).toBe(`${outcome.slice("prints ".length)}\n`);
});
