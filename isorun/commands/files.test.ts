/** Programs of real toolchains with directories, under `isorun run`. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertValidEvents } from "@vivarium/cli/testing/validate-output";
import { built } from "../../tests/components/built.ts";
import { runCommand } from "./run.ts";
import { runIsorun } from "./testing/run-isorun.ts";

/** Runs it, and again with the flags that it was told, until none is told. */
async function followFlags(run: (...flags: readonly string[]) => ReturnType<typeof runIsorun>) {
  const flags: string[] = [];
  for (;;) {
    const ended = await run(...flags);
    const told = /Allow it with `(.*)`\./.exec(ended.stderr)?.[1];
    if (told === undefined || flags.includes(told)) return { ...ended, flags };
    flags.push(told);
  }
}

const programs = { python: "", rust: "" };
const scratch = mkdtempSync(join(tmpdir(), "isorun-files-"));
const home = join(scratch, "home");
let cwd = "";
let count = 0;

/** That of Python is made on first use. */
beforeAll(async () => {
  programs.python = await built("count-words");
  programs.rust = await built("count-files");
}, 300_000);
beforeEach(() => {
  count += 1;
  cwd = join(scratch, String(count));
  for (const folder of ["in", "out"]) mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(join(cwd, "in", "one.txt"), "a b c a\n");
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe("a program in Rust, which looks at the first of its directories only", () => {
  const run = (...argv: readonly string[]) => runIsorun(["run", programs.rust, ...argv], { home, cwd });
  const flags = ["--fuel=20000000", "--memory=4MiB"];

  for (const grants of [["--allow-write=."], ["--allow-read=.", "--allow-write=./out"]]) {
    test(`reads and writes by ${grants.join(" ")}, with a budget and nothing else`, async () => {
      const expected = { stdout: "1 files, 3 words\n", stderr: "", exitCode: 0 };
      expect(await run(...grants, ...flags)).toEqual(expected);
      expect(readFileSync(join(cwd, "out", "words.txt"), "utf8")).toBe("2 a\n1 b\n1 c\n");
    });
  }

  test("without a directory is denied what it names, by flags that let it do its work when they are followed", async () => {
    const given = [`--allow-read=${cwd}`, `--allow-write=${join(cwd, "out")}`];
    const ended = { stdout: "1 files, 3 words\n", stderr: "", exitCode: 0 };
    expect((await run(...flags)).exitCode).toBe(77);
    expect(await followFlags((...told) => run(...flags, ...told))).toEqual({ ...ended, flags: given });
  });

  test("whose file is not there keeps its own code: no flag would have helped", async () => {
    rmSync(join(cwd, "in"), { recursive: true });
    const { stdout, exitCode } = await run(...flags, "--format=jsonl");
    expect(exitCode).toBe(1);
    const events = await assertValidEvents(stdout, runCommand);
    expect(events.filter(({ kind }) => kind === "capability.denied")).toEqual([]);
    const refused = events.filter(({ kind }) => kind === "path.refused");
    expect(refused).toMatchObject([{ capability: "read", requested: "in", reason: "absent" }]);
    const told = events.flatMap((event) => (event.kind === "diagnostic" ? [event["diagnostic"]] : []));
    expect(told).toMatchObject([{ code: "W_RUN_ABSENT", level: "warning" }]);
  });

  test("that may write elsewhere is denied to write, by the flag that would grant it", async () => {
    mkdirSync(join(cwd, "other"));
    const { stderr, exitCode } = await run("--allow-read=.", "--allow-write=other", ...flags);
    expect(exitCode).toBe(77);
    expect(stderr).toContain(`Allow it with \`--allow-write=${join(cwd, "out")}\`.`);
    expect(readdirSync(join(cwd, "out"))).toEqual([]);
  });
});

test("a library is told how to call it, by a function that a command line can call", async () => {
  const { stderr, exitCode } = await runIsorun(["run", await built("words")], { home, cwd });
  expect(exitCode).toBe(66);
  expect(stderr).toContain("`--invoke 'vivarium:words/count@0.1.0#words(…)'`");
  expect(stderr).not.toContain("tally");
});

describe("a program in Python", () => {
  const run = (...argv: readonly string[]) => runIsorun(["run", programs.python, ...argv], { home, cwd });

  test("reads and writes what it was given, with a budget and nothing else", async () => {
    const flags = ["--allow-read=in", "--allow-write=out", "--fuel=2000000000", "--memory=256MiB"];
    expect(await run(...flags)).toEqual({ stdout: "1 files, 3 words\n", stderr: "", exitCode: 0 });
    expect(JSON.parse(readFileSync(join(cwd, "out", "words.json"), "utf8"))).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1],
    ]);
  }, 60_000);

  test("with one directory is denied what it names in another, by the flag that would grant it", async () => {
    const { stderr, exitCode } = await run("--allow-write=out");
    expect(exitCode).toBe(77);
    expect(stderr).toContain(`Allow it with \`--allow-read=${join(cwd, "in")}\`.`);
  }, 60_000);

  test("that may only read is denied to write, by the flag that would grant it", async () => {
    const { stdout, exitCode } = await run("--allow-read=.", "--format=jsonl");
    expect(exitCode).toBe(77);
    const events = await assertValidEvents(stdout, runCommand);
    const flag = `--allow-write=${join(cwd, "out")}`;
    expect(events.find(({ kind }) => kind === "capability.denied")).toMatchObject({ capability: "write", flag });
    expect(readdirSync(join(cwd, "out"))).toEqual([]);
    expect((await run("--allow-read=.", flag)).exitCode).toBe(0);
  }, 60_000);

  test("that follows a link out of its directory is told so behind its own end, with the flag that leads there", async () => {
    writeFileSync(join(cwd, "secret.txt"), "d\n");
    symlinkSync("../secret.txt", join(cwd, "in", "two.txt"));
    const grants = ["--allow-read=in", "--allow-write=out"];
    const { stdout, exitCode } = await run(...grants, "--format=jsonl");
    expect(exitCode).toBe(77);
    const events = await assertValidEvents(stdout, runCommand);
    const flag = `--allow-read=${cwd}`;
    expect(events.find(({ kind }) => kind === "capability.denied")).toMatchObject({
      capability: "read",
      requested: "in/two.txt",
      denied_by: "caller",
      flag,
    });
    const codes = events.flatMap((event) => (event.kind === "diagnostic" ? [event["diagnostic"]] : []));
    expect(codes).toMatchObject([
      { level: "error", code: "E_COMPONENT_TRAP" },
      { level: "error", code: "E_CAPABILITY_DENIED", fixes: [{ text: flag }] },
    ]);
    expect((await run("--allow-write=out", flag)).stdout).toBe("2 files, 4 words\n");
  }, 60_000);

  test.each(["relative", "absolute"])(
    "with %s paths does its work by the flags that it was told",
    async (kind) => {
      const root = kind === "relative" ? [] : ["--allow-env=ROOT"];
      const start = (...argv: readonly string[]) =>
        runIsorun(["run", programs.python, ...root, ...argv], { home, cwd, environment: { ROOT: cwd } });
      const flags = [`--allow-read=${join(cwd, "in")}`, `--allow-write=${join(cwd, "out")}`];
      expect((await start()).exitCode).toBe(77);
      expect(await followFlags(start)).toEqual({ stdout: "1 files, 3 words\n", stderr: "", exitCode: 0, flags });
    },
    60_000,
  );

  test("that goes out of its first directory to what it was given is told the name that leads there", async () => {
    const ROOT = `../${count}`;
    const flags = [`--allow-read=${scratch}`, "--allow-env=ROOT", "--format=jsonl"];
    const { stdout, exitCode } = await runIsorun(["run", programs.python, ...flags], {
      home,
      cwd,
      environment: { ROOT },
    });
    expect(exitCode).toBe(1);
    const events = await assertValidEvents(stdout, runCommand);
    const codes = events.flatMap((event) => (event.kind === "diagnostic" ? [event["diagnostic"]] : []));
    const hint = `No flag is needed: what is there was given to the program as '${join(cwd, "in")}'.`;
    expect(codes).toMatchObject([{ code: "W_RUN_PATH_OUT", hint }, { code: "E_COMPONENT_TRAP" }]);
  }, 60_000);

  test("without a directory is denied what it names, behind its own end", async () => {
    const { stdout, exitCode } = await run("--format=jsonl");
    expect(exitCode).toBe(77);
    const events = await assertValidEvents(stdout, runCommand);
    const flag = `--allow-read=${join(cwd, "in")}`;
    const denial = { capability: "read", denied_by: "caller", flag };
    expect(events.find(({ kind }) => kind === "capability.denied")).toMatchObject(denial);
    const codes = events.flatMap((event) => (event.kind === "diagnostic" ? [event["diagnostic"]] : []));
    expect(codes).toMatchObject([
      { code: "E_COMPONENT_TRAP" },
      { code: "E_CAPABILITY_DENIED", fixes: [{ text: flag }] },
    ]);
  }, 60_000);
});
