/** Flags for directories give no files of the kernel's own, and a program that asks for them is told why. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEvents } from "@vivarium/cli/testing/validate-output";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { built } from "../../tests/components/built.ts";
import { runCommand } from "./run.ts";
import { askingText } from "./testing/asking-text.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-kernel-files-"));
const home = join(scratch, "home");
afterAll(() => rmSync(scratch, { recursive: true }));

const texts = {
  environ: askingText([{ open: "proc/self/environ" }]),
  missing: askingText([{ open: "proc/self/none" }]),
  both: askingText([{ open: "proc/cpuinfo" }, { open: "file" }]),
};
const warning = (asked: string) =>
  `warning[W_RUN_KERNEL_FILES]: the program was refused what is the kernel's own, which may be why it failed: ${asked}\n` +
  "  hint: No flag and no policy grants it: copy what the program needs to a directory, and name that.\n";
let pathOf: Awaited<ReturnType<typeof assembleFiles>>;
beforeAll(async () => {
  pathOf = await assembleFiles(Object.values(texts));
}, 120_000);

describe.each(["proc", "proc/self", "sys/kernel", "proc/version"])("a flag for /%s", (name) => {
  const fileSystem = name.startsWith("sys") ? "sysfs" : "proc";

  test.each(["read", "write"])("--allow-%s ends at the start, and says what to do", async (kind) => {
    const argv = ["run", pathOf(texts.environ), `--allow-${kind}=/${name}`];
    const { stderr, exitCode } = await runIsorun(argv, { home, cwd: scratch });
    expect(exitCode).toBe(66);
    expect(stderr).toContain(`cannot give '/${name}' to the program: it is the kernel's own (${fileSystem})\n`);
    expect(stderr).toContain("copy what the program needs to a directory, and name that.");
  });
});

describe.each([
  ["with the whole disk", "/", ["--allow-read=/"], "/proc/self/environ"],
  ["with nothing", scratch, [], "/proc/self/environ"],
])("a program that asks for its host's variables, %s", (_, cwd, flags, requested) => {
  test("is refused them by an event that says why and names no flag, and ends as it likes, with a warning", async () => {
    const argv = ["run", pathOf(texts.environ), ...flags];
    const { stderr, exitCode } = await runIsorun(argv, { home, cwd });
    expect({ stderr, exitCode }).toEqual({ stderr: warning(`'${requested}'`), exitCode: 1 });
    const { stdout } = await runIsorun([...argv, "--format=jsonl"], { home, cwd });
    const events = await assertValidEvents(stdout, runCommand);
    const denied = events.filter(({ kind }) => kind === "capability.denied");
    const reason = "it is the kernel's own (proc), which is given to nobody";
    expect(denied).toMatchObject([{ capability: "read", requested, denied_by: "caller", reason }]);
    expect(denied[0]).not.toHaveProperty("flag");
    const told = events.flatMap((event) => (event.kind === "diagnostic" ? [event["diagnostic"]] : []));
    const asked = [{ capability: "read", path: requested }];
    expect(told).toMatchObject([{ code: "W_RUN_KERNEL_FILES", level: "warning", data: { asked } }]);
  });
});

describe("beside a grant that covers it", () => {
  test.each([
    [["--allow-read=/", "--allow-read=/proc"]],
    [["--allow-read=/,/proc"]],
    [["--allow-write=/", "--allow-read=/proc"]],
  ])("%p ends at the start", async (flags) => {
    const { stderr, exitCode } = await runIsorun(["run", pathOf(texts.environ), ...flags], { home, cwd: scratch });
    expect(stderr).toContain("cannot give '/proc' to the program: it is the kernel's own (proc)\n");
    expect(exitCode).toBe(66);
  });
});

test("of a file that a link of the kernel's leads to, no flag is told that would be refused", async () => {
  const argv = ["run", pathOf(texts.environ), "--allow-read=/proc/self/exe"];
  const { stderr, exitCode } = await runIsorun(argv, { home, cwd: scratch });
  expect({ stderr, exitCode }).toEqual({
    stderr:
      "error[E_RUN_DIRECTORY]: cannot give '/proc/self/exe' to the program: it is a file\n" +
      "  hint: Components are given directories: name one that exists.\n",
    exitCode: 66,
  });
});

test("what a flag would mend is told in its place, whichever was asked for first", async () => {
  writeFileSync(join(scratch, "file"), "");
  const { stderr, exitCode } = await runIsorun(["run", pathOf(texts.both)], { home, cwd: scratch });
  expect(stderr).toBe(
    `error[E_CAPABILITY_DENIED]: cannot read 'file': the policy does not allow it\n  hint: Allow it with \`--allow-read=${scratch}\`.\n`,
  );
  expect(exitCode).toBe(77);
});

test("whether something is there is not told, where the whole disk is given", async () => {
  const { stderr, exitCode } = await runIsorun(["run", pathOf(texts.missing), "--allow-read=/"], { home, cwd: "/" });
  expect(stderr).toBe(warning("'/proc/self/none'"));
  expect(exitCode).toBe(1);
});

test("where the working directory is the kernel's own, it is shown and not given", async () => {
  const argv = ["run", pathOf(texts.missing), "--allow-read=/"];
  const { stderr, exitCode } = await runIsorun(argv, { home, cwd: "/proc" });
  expect(stderr).toBe(warning("'/proc/proc/self/none'"));
  expect(exitCode).toBe(1);
  expect((await runIsorun([...argv.slice(0, 2), "--allow-read=."], { home, cwd: "/proc" })).exitCode).toBe(66);
});

test.each(["/proc/self", "/sys/kernel"])(
  "a library that looks for %s by its name finds that it is refused, and not that nothing is there",
  async (ROOT) => {
    const flags = ["--allow-read=/", "--allow-env=ROOT"];
    const { stderr, exitCode } = await runIsorun(["run", await built("count-words"), ...flags], {
      home,
      cwd: scratch,
      environment: { ROOT },
    });
    expect(stderr).toContain(warning(`'${ROOT}/in'`));
    expect(exitCode).toBe(1);
  },
  60_000,
);
