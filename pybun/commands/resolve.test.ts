/** `pybun resolve` as its users start it, against an index that the test serves. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { buildSdist, buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { resolveCommand } from "./resolve.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "resolve-"));
let index: FixtureIndex;

const wheels = [
  { name: "app", version: "1.0", requires: ["lib>=1"] },
  { name: "app", version: "2.0", requires: ["lib>=2", 'win; sys_platform == "win32"', "Extra_Kit[speed]"] },
  { name: "lib", version: "1.5" },
  { name: "lib", version: "2.0" },
  { name: "lib", version: "3.0", requiresPython: ">=3.99" },
  { name: "lib", version: "4.0b1" },
  { name: "extra-kit", version: "1.0", extras: ["speed"], requires: ['fast; extra == "speed"'] },
  { name: "fast", version: "0.1" },
  { name: "win", version: "1.0" },
  { name: "needs-old", version: "1.0", requires: ["lib<2"] },
  { name: "needs-gone", version: "1.0", requires: ["gone-from-here"] },
  { name: "sneaky", version: "1.0", requires: ["lib @ https://example.org/lib-9-py3-none-any.whl"] },
  { name: "recalled", version: "1.0" },
  { name: "torn", version: "1.0", extras: ["a", "b"], requires: ['lib<2; extra == "a"', 'lib>=2; extra == "b"'] },
];

beforeAll(async () => {
  index = await startFixtureIndex();
  for (const shape of wheels) index.add(buildWheel(shape), { uploadTime: "2024-05-01T00:00:00Z" });
  index.add(buildWheel({ name: "recalled", version: "2.0" }), { yanked: "breaks everything" });
  index.add(buildSdist({ name: "static-source", version: "1.0", requires: ["lib"] }));
  index.add(buildSdist({ name: "dynamic-source", version: "1.0", dynamic: ["Requires-Dist"] }));
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

const pybun = (...argv: readonly string[]) =>
  runProcess([launcher, "pybun", "resolve", "--default-index", index.simple, ...argv], {
    cwd: scratch,
    environment: { VIVARIUM_HOME: join(scratch, "home"), PIP_CONFIG_FILE: "/dev/null" },
  });

/** The pins alone. */
async function pins(...argv: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await pybun(...argv);
  if (exitCode !== 0) return [`exit ${exitCode}`, stderr];
  return stdout.split("\n").filter((line) => line !== "" && !line.trimStart().startsWith("#"));
}

/** Exit code and stderr of a failure. */
async function failure(...argv: readonly string[]): Promise<string> {
  const { stderr, exitCode } = await pybun(...argv);
  return `${exitCode} ${stderr}`;
}

describe("pins", () => {
  test("are printed sorted, with who required them", async () => {
    const { stdout, exitCode } = await pybun("app", "lib>=1");
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        "app==2.0",
        "    # via the command line",
        "extra-kit==1.0",
        "    # via app",
        "fast==0.1",
        "    # via extra-kit",
        "lib==2.0",
        "    # via",
        "    #   the command line",
        "    #   app",
        "",
      ].join("\n"),
    );
  });

  test("are constraints too: extras are in the JSON only, since what they bring is pinned", async () => {
    const { stdout } = await pybun("extra-kit[speed]", "--hashes");
    expect(stdout).toMatch(/^extra-kit==1\.0 \\\n {4}--hash=sha256:[^[]+\nfast==0\.1 /);
    writeFileSync(join(scratch, "pins.txt"), (await pybun("extra-kit[speed]")).stdout);
    expect(await pins("Extra_Kit[speed]", "-c", "pins.txt")).toEqual(["extra-kit==1.0", "fast==0.1"]);
    expect(await pins("-r", "pins.txt", "-c", "pins.txt")).toEqual(["extra-kit==1.0", "fast==0.1"]);
  });

  test("carry hashes on demand", async () => {
    const { stdout } = await pybun("fast", "--hashes");
    expect(stdout).toMatch(/^fast==0\.1 \\\n {4}--hash=sha256:[0-9a-f]{64}\n {4}# via the command line\n$/);
  });

  test("in JSON have files, hashes, index and via, and validate", async () => {
    const { stdout } = await pybun("app", "--format=json");
    const envelope = await assertValidEnvelope(stdout, resolveCommand);
    expect(envelope).toMatchObject({
      status: "ok",
      detail: {
        packages: [
          { name: "app", version: "2.0", via: ["user"], file: { filename: "app-2.0-py3-none-any.whl", kind: "wheel" } },
          { name: "extra-kit", extras: ["speed"] },
          { name: "fast", via: ["extra-kit"] },
          { name: "lib", version: "2.0", hashes: [expect.stringMatching(/^sha256:/)] },
        ],
      },
    });
  });

  test("follow versions, platforms and Pythons that are asked for", async () => {
    expect(await pins("app", "--platform", "windows")).toContain("win==1.0");
    expect(await pins("lib", "--python-version", "3.99")).toEqual(["lib==3.0"]);
    expect(await pins("lib", "--prerelease", "allow")).toEqual(["lib==4.0b1"]);
    expect(await pins("app", "--resolution", "lowest")).toEqual(["app==1.0", "lib==1.5"]);
  });

  test("are the same from the cache, without network", async () => {
    const first = await pins("app");
    expect(await pins("app", "--offline")).toEqual(first);
  });

  test("leave yanked releases alone unless one is pinned", async () => {
    expect(await pins("recalled")).toEqual(["recalled==1.0"]);
    expect(await pins("recalled==2.0")).toEqual(["recalled==2.0"]);
    expect(await failure("recalled>1")).toContain("was yanked (breaks everything)");
  });

  test("of source archives need metadata that a build cannot change", async () => {
    expect(await pins("static-source")).toEqual(["lib==2.0", "static-source==1.0"]);
    expect(await failure("dynamic-source")).toStartWith("65 error[E_SDIST_BUILD_NEEDED]");
    expect(await failure("static-source", "--only-binary", "static-source")).toContain("which are ruled out");
    expect(await failure("static-source", "--no-build")).toContain("which are ruled out");
  });

  test("of wheels by URL or path come from there", async () => {
    const wheel = buildWheel({ name: "local-thing", version: "7", requires: ["lib<2"] });
    writeFileSync(join(scratch, wheel.filename), wheel.bytes);
    const url = pathToFileURL(join(scratch, wheel.filename)).href;
    expect(await pins(`local-thing @ ${url}`)).toEqual(["lib==1.5", `local-thing @ ${url}`]);
    expect(await pins(`./${wheel.filename}`)).toEqual(["lib==1.5", `local-thing @ ${url}`]);
    expect(await pins(`local-thing[more] @ ${url}`)).toEqual(["lib==1.5", `local-thing @ ${url}`]);
  });
});

describe("files of requirements", () => {
  test("are resolved with what they include, and name themselves", async () => {
    mkdirSync(join(scratch, "deep"), { recursive: true });
    writeFileSync(join(scratch, "requirements.in"), "-r deep/more.in\n-c limits.txt\n");
    writeFileSync(join(scratch, "deep/more.in"), "lib # any\n");
    writeFileSync(join(scratch, "limits.txt"), "lib<2\n");
    const { stdout } = await pybun("-r", "requirements.in");
    expect(stdout).toBe(`lib==1.5\n    # via\n    #   -c limits.txt\n    #   -r deep/more.in\n`);
    expect(await pins("lib", "-c", "limits.txt")).toEqual(["lib==1.5"]);
  });

  test("of constraints are named where they narrow what is pinned for the target", async () => {
    writeFileSync(join(scratch, "narrow.txt"), "lib<3\nlib>=1\nfast\napp<2; sys_platform == 'plan9'\nabsent==1\n");
    const { stdout } = await pybun("app", "-c", "narrow.txt");
    expect(stdout).toContain("app==2.0\n    # via the command line\n");
    expect(stdout).toContain("fast==0.1\n    # via extra-kit\n");
    expect(stdout).toContain("lib==2.0\n    # via\n    #   -c narrow.txt\n    #   app\n");
    expect(stdout).not.toContain("absent");
  });

  test("with hashes admit those files only", async () => {
    writeFileSync(join(scratch, "hashed.txt"), `lib --hash=sha256:${"0".repeat(64)}\n`);
    expect(await failure("-r", "hashed.txt")).toStartWith("76 error[E_RESOLVE_HASH]: cannot use 'lib': no file");
    writeFileSync(join(scratch, "hashed.txt"), `lib==2.0 --hash=sha256:${"0".repeat(64)}\n`);
    expect(await failure("-r", "hashed.txt")).toContain("\n  Because lib==2.0 cannot be used (");
    writeFileSync(join(scratch, "hashed.txt"), `lib<3 --hash=sha256:${"0".repeat(64)}\n`);
    expect(await failure("-r", "hashed.txt")).toContain("\n  Because lib<=2.0 cannot be used (");
  });

  test("that are malformed are told with file, line and column", async () => {
    writeFileSync(join(scratch, "bad.txt"), "lib\nflask >> 2\n");
    const { stdout, exitCode } = await pybun("-r", "bad.txt", "--format=json");
    const envelope = await assertValidEnvelope(stdout, resolveCommand);
    expect(exitCode).toBe(65);
    expect(envelope.diagnostics).toMatchObject([
      { code: "E_REQUIREMENT_INVALID", spans: [{ file: "bad.txt", line: 2, column: 8 }] },
    ]);
  });

  test("that are missing are not found", async () => {
    expect(await failure("-r", "nowhere.txt")).toStartWith("66 error[E_REQUIREMENTS_FILE_MISSING]");
  });
});

describe("there is no solution", () => {
  test("and the explanation, the derivation and a fix that works say so", async () => {
    const { stdout, exitCode } = await pybun("app>=2", "lib<2", "--format=json");
    const envelope = await assertValidEnvelope(stdout, resolveCommand);
    expect(exitCode).toBe(65);
    const [diagnostic] = envelope.diagnostics;
    expect(diagnostic?.code).toBe("E_RESOLVE_CONFLICT");
    expect(diagnostic?.message).toContain("app==2.0 requires lib>=2");
    expect(diagnostic?.data).toMatchObject({ derivation: { steps: expect.any(Array) } });
    expect(diagnostic?.fixes.map(({ text }) => text)).toEqual(["app", "lib"]);
    expect(await pins("app", "lib<2")).toEqual(["app==1.0", "lib==1.5"]);
  });

  test.each([
    [["needs-old", "lib>=2"], "needs-old requires lib<2"],
    [["lib>=9"], "there is no version of lib>=9"],
    [["torn[a,b]"], "torn[a] requires lib<2"],
    [["needs-gone"], "no index has a project named 'gone-from-here'"],
    [["lib>=3,<4"], "requires Python>=3.99"],
  ])("for %p: %s", async (requirements, reason) => {
    const told = await failure(...requirements);
    expect(told).toStartWith("65 error[E_RESOLVE_CONFLICT]");
    expect(told).toContain(reason);
    expect(told).toContain("your requirements cannot be met.");
  });

  test("for a project that nobody has", async () => {
    expect(await failure("no-such-project-anywhere")).toStartWith("65 error[E_PACKAGE_NOT_FOUND]");
  });
});

describe("refused", () => {
  test.each([
    [["sneaky"], "65 error[E_RESOLVE_URL_TRANSITIVE]"],
    [["lib @ https://example.org/lib-9.tar.gz"], "65 error[E_RESOLVE_URL_KIND]"],
    [["lib @ https://example.org/other-9-py3-none-any.whl"], "65 error[E_RESOLVE_URL_WHEEL]"],
    [["lib @ https://example.org/lib-9-cp27-none-win32.whl"], "65 error[E_RESOLVE_URL_WHEEL]"],
    [["lib", "--exclude-newer", "yesterday"], "2 error[E_MOMENT_INVALID]"],
    [["lib", "--exclude-newer", "2026-02-30"], "2 error[E_MOMENT_INVALID]"],
    [["lib", "--python-version", "3.x"], "2 error[E_PYTHON_VERSION_INVALID]"],
    [["lib", "--platform", "amiga"], "2 error[E_PLATFORM_UNKNOWN]"],
    [["./lib"], "65 error[E_REQUIREMENT_PROJECT]"],
    [["./wheels/lib-1-py3-none-any.whl"], "66 error[E_INDEX_FILE]"],
    [[], "2 error[E_RESOLVE_NOTHING]"],
  ])("%p", async (argv, expected) => {
    expect(await failure(...argv)).toStartWith(expected);
  });

  test("constraints that do more than restrict", async () => {
    writeFileSync(join(scratch, "extras.txt"), "extra-kit[speed]==1.0\n");
    expect(await failure("app", "-c", "extras.txt")).toStartWith("65 error[E_RESOLVE_CONSTRAINT]");
  });
});

describe("warned", () => {
  test("of an extra that does not exist", async () => {
    const { stderr, exitCode } = await pybun("fast[turbo]");
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining("W_RESOLVE_EXTRA_UNKNOWN"),
    });
  });

  test("of files without an upload time that --exclude-newer drops", async () => {
    const { stdout, stderr } = await pybun("recalled", "--exclude-newer", "2024-05-02");
    expect(stdout).toStartWith("recalled==1.0\n");
    expect(stderr).toContain("W_RESOLVE_NO_UPLOAD_TIME");
  });
});
