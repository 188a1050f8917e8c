/** Names that are no UTF-8, for which no text stands: of the working directory, and of what is not there. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { askingText } from "./testing/asking-text.ts";
import { isorunCommand } from "./testing/run-isorun.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "isorun-unnamed-")));
const home = join(scratch, "home");
const unnamed = (name: string) => Buffer.concat([Buffer.from(`${scratch}/d`), Buffer.from([0xff]), Buffer.from(name)]);
afterAll(() => rmSync(scratch, { recursive: true }));

const texts = { there: askingText([{ open: "f" }]), none: askingText([{ open: "none" }]) };
let pathOf: Awaited<ReturnType<typeof assembleFiles>>;
beforeAll(async () => {
  pathOf = await assembleFiles(Object.values(texts));
  mkdirSync(unnamed(""));
  writeFileSync(unnamed("/f"), "");
}, 120_000);

async function runThere(...argv: readonly string[]) {
  const child = Bun.spawn(["bash", "-c", `cd $'d\\xff' && "$@"`, "-", ...isorunCommand, "run", ...argv], {
    cwd: scratch,
    env: { PATH: process.env["PATH"] ?? "", VIVARIUM_HOME: home },
    stderr: "pipe",
  });
  const stderr = await child.stderr.text();
  return { stderr, exitCode: await child.exited };
}

describe("in a directory whose name is no UTF-8", () => {
  const denied =
    "error[E_CAPABILITY_DENIED]: cannot read 'f': its path holds bytes that are no UTF-8, by which nothing can be given\n" +
    "  hint: No flag and no policy grants it.\n";
  const absent = "warning[W_RUN_ABSENT]: the program asked for what is not there, which may be why it failed: 'none'\n";

  test.each([[[]], [[`--allow-read=${scratch}`]], [["--allow-read=/"]]])(
    "%p: what is there is refused, and never said to be absent",
    async (flags) => {
      expect(await runThere(pathOf(texts.there), ...flags)).toEqual({ stderr: denied, exitCode: 77 });
      const { stderr, exitCode } = await runThere(pathOf(texts.none), ...flags);
      expect(stderr).toStartWith(absent);
      expect(exitCode).toBe(1);
    },
  );

  test("the directory itself is not given to who names it", async () => {
    const { stderr, exitCode } = await runThere(pathOf(texts.there), "--allow-read=.");
    expect(stderr).toContain(
      `cannot give '${scratch}/d\uFFFD' to the program: its name holds bytes that are no UTF-8\n`,
    );
    expect(exitCode).toBe(66);
  });

  test("a component in it is not found by its name alone", async () => {
    writeFileSync(unnamed("/x.wasm"), "");
    expect(await runThere("x.wasm")).toEqual({
      stderr:
        "error[E_COMPONENT_MISSING]: cannot find 'x.wasm': the name of the working directory holds bytes that are no UTF-8\n" +
        "  hint: Rename it, or make a link to it by a name in UTF-8.\n",
      exitCode: 66,
    });
  });
});

test.each(["no\uFFFD.wasm", "no\uFFFD/x.wasm"])("%s that is not there is not said to be no UTF-8", async (name) => {
  const { stderr, exitCode } = await runThere(join(scratch, name));
  expect(stderr).toBe(`error[E_COMPONENT_MISSING]: there is no file '${join(scratch, name)}'\n`);
  expect(exitCode).toBe(66);
});

test("a directory that is not there is not said to be no UTF-8", async () => {
  const { stderr, exitCode } = await runThere(pathOf(texts.there), `--allow-read=${scratch}/no\uFFFD`);
  expect(stderr).toStartWith(`error[E_RUN_DIRECTORY]: cannot give '${scratch}/no\uFFFD' to the program: `);
  expect(stderr).not.toContain("UTF-8");
  expect(exitCode).toBe(66);
});
