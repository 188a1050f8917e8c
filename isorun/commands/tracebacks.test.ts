/** Programs that tell of their own failure by a traceback, under `isorun run`. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { built } from "../../tests/components/built.ts";
import { askingText, type Step } from "./testing/asking-text.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-tracebacks-"));
const home = join(scratch, "home");
let cwd = "";
let count = 0;

beforeEach(() => {
  count += 1;
  cwd = join(scratch, String(count));
  for (const folder of ["in", "out", "lib"]) mkdirSync(join(cwd, folder), { recursive: true });
});
afterAll(() => rmSync(scratch, { recursive: true }));

const start: readonly Step[] = [
  { say: "Traceback (most recent" },
  { say: ' call last):\n  File "/app/main.py", line 3, in run\n' },
];
const end: readonly Step[] = [{ say: "ValueError" }, { say: ": no number\n" }];
const lookUps: readonly Step[] = ["main.py", "lib/main.py", "/app/main.py"].map((open) => ({ open }));
const looked: readonly Step[] = [{ open: "lib" }, { open: "app" }];

const cases = {
  "as the interpreter in C does": [...looked, ...start, ...lookUps, ...end],
  "as the one in Python does": [...looked, ...lookUps, ...start, ...end],
};
const beside = {
  "before it": [{ open: "in" }, ...looked, ...start, ...lookUps, ...end],
  "behind it": [...looked, ...start, ...lookUps, ...end, { open: "in" }],
  "while it is written": [...start, { open: "in" }, ...lookUps, ...end],
};

describe("a program that looks for its sources", () => {
  let pathOf: Awaited<ReturnType<typeof assembleFiles>>;
  beforeAll(async () => {
    pathOf = await assembleFiles([...Object.values(cases), ...Object.values(beside)].map(askingText));
  }, 120_000);
  const run = (steps: readonly Step[]) =>
    runIsorun(["run", pathOf(askingText(steps)), "--allow-write=out"], { home, cwd });
  const words = 'Traceback (most recent call last):\n  File "/app/main.py", line 3, in run\nValueError: no number\n';

  test.each(Object.entries(cases))("%s was not denied anything", async (_, steps) => {
    expect(await run(steps)).toEqual({ stdout: "", stderr: words, exitCode: 1 });
  });

  test.each(Object.entries(beside))("is denied what it asks for %s", async (_, steps) => {
    const { stderr, exitCode } = await run(steps);
    expect(exitCode).toBe(77);
    expect(stderr).toContain(`Allow it with \`--allow-read=${join(cwd, "in")}\`.`);
  });
});

describe("a program in Python that fails by its own fault", () => {
  let program = "";
  beforeAll(async () => {
    program = await built("count-words");
  }, 300_000);

  for (const folder of ["python", "other"]) {
    test(`is told so, and nothing of a denial, beside a directory '${folder}'`, async () => {
      mkdirSync(join(cwd, folder));
      writeFileSync(join(cwd, "in", "a.txt"), new Uint8Array([0xff, 0xfe]));
      const { stderr, exitCode } = await runIsorun(["run", program, "--allow-read=in", "--allow-write=out"], {
        home,
        cwd,
      });
      expect(exitCode).toBe(1);
      expect(stderr).toContain("\nUnicodeDecodeError: ");
      expect(stderr.match(/^(?:error|warning)\[\w+\]/gm)).toEqual(["error[E_COMPONENT_TRAP]"]);
    }, 60_000);
  }
});
