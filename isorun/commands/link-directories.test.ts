/** Under which names, and in which order, a program is told of directories. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePolicy } from "@vivarium/core/policy/define-policy";
import { built } from "../../tests/components/built.ts";
import { givenDirectories } from "./link-directories.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const scratch = mkdtempSync(join(tmpdir(), "isorun-directories-"));
/** The name of the directory at the top that it is in. */
const [, top = ""] = scratch.split("/");
afterAll(() => rmSync(scratch, { recursive: true }));

const namesOf = (read: string[], cwd: string) =>
  givenDirectories(definePolicy({ capabilities: { read } }, { base: cwd, platform: "linux" }), cwd).map(
    ({ guestPath }) => guestPath,
  );

test.each([
  [["/a/b/data"], ["data", "/a/b/data"]],
  [
    ["/x", "/a"],
    [".", "/a", "/x"],
  ],
  [
    ["/x/y", "/x", "/a/b"],
    [".", "/a/b", "/x"],
  ],
])("%j are given as %j in /a/b", (read, names) => {
  expect(namesOf(read, "/a/b")).toEqual(names);
});

test("all is given in / as it is", () => {
  expect(namesOf(["/"], "/")).toEqual([".", "/"]);
});

test("beside / the working directory is last too, and what it has not is given by its name", () => {
  const [own] = readdirSync("/").filter((name) => name !== top && statSync(`/${name}`).isDirectory()) as [string];
  mkdirSync(join(scratch, "some", own), { recursive: true });
  const names = namesOf(["/", "/usr"], join(scratch, "some"));
  expect([...names.slice(0, 2), names.at(-1)]).toEqual([".", "/", "."]);
  expect(names).toContain(`/${top}`);
  expect(names).not.toContain(`/${own}`);
});

describe("with the whole disk", () => {
  const programs = { python: "", rust: "" };
  const home = join(scratch, "home");
  const cwd = join(scratch, "work");
  beforeAll(async () => {
    programs.python = await built("count-words");
    programs.rust = await built("count-files");
    for (const start of [cwd, join(cwd, top)]) {
      for (const folder of ["in", "out"]) mkdirSync(join(start, folder), { recursive: true });
    }
    writeFileSync(join(cwd, "in", "a.txt"), "a b a");
    writeFileSync(join(cwd, top, "in", "a.txt"), "c");
    mkdirSync(join(scratch, "elsewhere"));
  }, 300_000);

  test.each([
    ["a relative path leads from the working directory", cwd, ""],
    ["so does one that begins with the name of a directory of /", join(cwd, top), top],
    ["an absolute path leads where it says", cwd, cwd],
  ])(
    "%s, for a program in Python",
    async (what, start, ROOT) => {
      const words = join(start, "out", "words.json");
      rmSync(words, { force: true });
      const from = what.startsWith("an absolute") ? join(scratch, "elsewhere") : cwd;
      const argv = ["run", programs.python, "--allow-write=/", "--allow-env=ROOT"];
      const { stderr, exitCode } = await runIsorun(argv, { home, cwd: from, environment: { ROOT } });
      expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
      expect(JSON.parse(readFileSync(words, "utf8"))).toEqual(
        start === cwd
          ? [
              ["a", 2],
              ["b", 1],
            ]
          : [["c", 1]],
      );
    },
    60_000,
  );

  test("a program that may write in a part of it writes there only", async () => {
    const from = join(scratch, "elsewhere");
    const run = (...flags: readonly string[]) =>
      runIsorun(["run", programs.python, "--allow-read=/", "--allow-env=ROOT", ...flags], {
        home,
        cwd: from,
        environment: { ROOT: cwd },
      });
    expect((await run()).exitCode).toBe(77);
    expect((await run(`--allow-write=${join(scratch, "home")}`)).exitCode).toBe(77);
    expect(await run(`--allow-write=${join(cwd, "out")}`)).toMatchObject({ stderr: "", exitCode: 0 });
  }, 60_000);

  test("one that looks at its first directory only works from the working directory", async () => {
    const { stderr, exitCode } = await runIsorun(["run", programs.rust, "--allow-write=/"], { home, cwd });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  });
});
