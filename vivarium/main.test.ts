/**
 * The roof as its users start it: the built executable and the launcher of the sources, by both names, also in
 * a directory that somebody hostile prepared.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { programVersion } from "@vivarium/core/version";
import { build } from "../tools/build.ts";
import packageFile from "./package.json";

const scratch = mkdtempSync(join(tmpdir(), "vivarium-"));
const built = join(scratch, "dist", "vivarium");
const launcher = join(import.meta.dir, "bin", "vivarium");

beforeAll(() => {
  build({ outfile: built });
  symlinkSync(launcher, join(scratch, "pybun"));
  symlinkSync(launcher, join(scratch, "isorun"));
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true }));

/** Every way in: the name that it answers to, and how it is called. */
const ways = [
  ["vivarium", "the executable", [built]],
  ["pybun", "the link beside the executable", [join(scratch, "dist", "pybun")]],
  ["pybun", "the executable under another argv[0]", ["bash", "-c", 'exec -a pybun "$0" "$@"', built]],
  ["pybun", "the executable, forwarding", [built, "pybun"]],
  ["isorun", "the link beside the executable", [join(scratch, "dist", "isorun")]],
  ["isorun", "the executable, forwarding", [built, "isorun"]],
  ["vivarium", "the launcher", [launcher]],
  ["pybun", "a link to the launcher", [join(scratch, "pybun")]],
  ["pybun", "the launcher, forwarding", [launcher, "pybun"]],
  ["isorun", "a link to the launcher", [join(scratch, "isorun")]],
] as const;

describe.each(ways)("%s by %s", (name, _, command) => {
  test("tells its version", async () => {
    expect(await runProcess([...command, "--version"])).toEqual({
      stdout: `${name} ${programVersion}\n`,
      stderr: "",
      exitCode: 0,
    });
  });

  test("refuses what it does not know, in an envelope if asked", async () => {
    const { stdout, stderr, exitCode } = await runProcess([...command, "no-such-command", "--format=json"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 2 });
    expect(await assertValidEnvelope(stdout)).toMatchObject({
      command: name,
      diagnostics: [{ code: "E_USAGE_COMMAND_UNKNOWN" }],
    });
  });

  test("is untouched by a hostile working directory", async () => {
    const cwd = hostileDirectory();
    const ended = await runProcess([...command, "no-such-command"], { cwd });
    expect(ended).toMatchObject({ stdout: "", exitCode: 2 });
    expect(ended.stderr).toStartWith("error[E_USAGE_COMMAND_UNKNOWN]");
    expect(await Bun.file(join(cwd, "owned")).exists()).toBe(false);
  });
});

/** Files that Bun reads from the working directory, each made to act. */
const traps: Readonly<Record<string, string>> = {
  "bunfig.toml": 'preload = ["./trap.ts"]\n[run]\npreload = ["./trap.ts"]\n',
  ".env": "VIVARIUM_HOME=/nowhere\nBUN_OPTIONS=--preload=./trap.ts\nFORCE_COLOR=1\n",
  "tsconfig.json": '{"compilerOptions":{"paths":{"*":["./trap.ts"]}}}',
  "package.json": '{"name":"@vivarium/core","exports":{"./*":"./trap.ts"},"imports":{"#*":"./trap.ts"}}',
};

function hostileDirectory(names: readonly string[] = Object.keys(traps)): string {
  const cwd = mkdtempSync(join(scratch, "hostile-"));
  const owned = JSON.stringify(join(cwd, "owned"));
  writeFileSync(join(cwd, "trap.ts"), `await Bun.write(${owned}, ""); console.log("owned");`);
  for (const name of names) writeFileSync(join(cwd, name), traps[name] ?? "");
  mkdirSync(join(cwd, "node_modules", "@vivarium"), { recursive: true });
  symlinkSync(cwd, join(cwd, "node_modules", "@vivarium", "core"));
  return cwd;
}

// If Bun changes, the test above must not become one that cannot fail.
test.each([
  ["bunfig.toml", "owned\nundefined\n"],
  [".env", "1\n"],
  ["tsconfig.json", "owned\n"],
])("%s does act on a plain Bun", async (name, expected) => {
  const cwd = hostileDirectory([name]);
  const program = name === "tsconfig.json" ? 'import "anything";' : 'console.log(process.env["FORCE_COLOR"]);';
  writeFileSync(join(scratch, "program.ts"), program);
  const { stdout } = await runProcess([process.execPath, join(scratch, "program.ts")], { cwd });
  expect(stdout).toBe(expected);
});

test("the start path holds its promise: --version loads nothing but main and the version", () => {
  const source = readFileSync(join(import.meta.dir, "main.ts"), "utf8");
  const imports = new Bun.Transpiler({ loader: "ts" }).scanImports(source);
  const eager = imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path);
  expect(eager).toEqual(["@vivarium/core/version"]);
});

test("the version is that of the package", () => {
  expect(programVersion).toBe(packageFile.version);
});
