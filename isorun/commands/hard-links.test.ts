/** Hard links of a program in directories that it was given, and whether the flag that it is told allows them. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assembleFiles } from "../../tests/components/assemble.ts";
import { linkingText } from "./testing/linking-text.ts";
import { runIsorun } from "./testing/run-isorun.ts";

const scratch = realpathSync(mkdtempSync(join(tmpdir(), "isorun-links-")));
const place = { home: join(scratch, "home"), cwd: join(scratch, "cwd") };
const at = (path: string) => join(place.cwd, path);
const texts = { alike: linkingText(0), mixed: linkingText(1) };
let pathOf: Awaited<ReturnType<typeof assembleFiles>>;

beforeAll(async () => {
  for (const folder of ["data", "out"]) mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("data/a"), "words");
  pathOf = await assembleFiles(Object.values(texts));
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

const run = (name: keyof typeof texts, ...flags: readonly string[]) =>
  runIsorun(["run", pathOf(texts[name]), ...flags], place);

test.each([[["--allow-read=data", "--allow-write=out"]], [["--allow-write=data,out"]]])(
  "the flag that is told with %j allows a link from one directory to another",
  async (flags) => {
    const flag = `--allow-write=${place.cwd}`;
    expect(await run("alike", ...flags)).toEqual({
      stdout: "",
      stderr: `error[E_CAPABILITY_DENIED]: cannot write to '${place.cwd}': the policy does not allow it\n  hint: Allow it with \`${flag}\`.\n`,
      exitCode: 77,
    });
    expect(await run("alike", ...flags, flag)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect(readFileSync(at("out/b"), "utf8")).toBe("words");
    rmSync(at("out/b"));
  },
);

test("no flag is told where its ends are named in two ways", async () => {
  expect(await run("mixed", `--allow-write=${place.cwd}`)).toEqual({
    stdout: "",
    stderr:
      `warning[W_RUN_LINK]: the program was refused a hard link '${at("out/b")}' to '${at("data/a")}', in another directory that it was given\n` +
      "  hint: Hard links are made inside of one directory, and no flag gives one around both by these names: " +
      "copy the file, or name both ends alike, both from the working directory or both from `/`.\n",
    exitCode: 1,
  });
});
