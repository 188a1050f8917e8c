/** Settings that users of uv and pip have already, as `resolve` and `env create` obey them. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildSdist, buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "settings-"));
const hash = (character: string): string => `sha256:${character.repeat(64)}`;
let index: FixtureIndex;
let libHash: string;

beforeAll(async () => {
  index = await startFixtureIndex();
  const lib = buildWheel({ name: "lib", version: "1.0" });
  libHash = `sha256:${lib.sha256}`;
  index.add(lib, { uploadTime: "2024-01-01T00:00:00Z" });
  index.add(buildWheel({ name: "lib", version: "2.0" }), { uploadTime: "2024-06-01T00:00:00Z" });
  index.add(buildWheel({ name: "lib", version: "3.0b1" }), { uploadTime: "2024-07-01T00:00:00Z" });
  index.add(buildWheel({ name: "app", version: "1.0", requires: ["lib==1.0"] }));
  index.add(buildWheel({ name: "both", version: "1.0" }));
  index.add(buildSdist({ name: "both", version: "2.0" }));
  writeFileSync(join(scratch, "limits.txt"), "lib<2\n");
  writeFileSync(join(scratch, "lower.txt"), "lib>=1\n");
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

type Variables = Readonly<Record<string, string>>;

function pybun(argv: readonly string[], environment: Variables = {}) {
  return runProcess([launcher, "pybun", ...argv], {
    cwd: scratch,
    environment: {
      HOME: scratch,
      VIVARIUM_HOME: join(scratch, "home"),
      PIP_CONFIG_FILE: "/dev/null",
      UV_DEFAULT_INDEX: index.simple,
      ...environment,
    },
  });
}

/** The pins alone, or the exit code with the first line that was said. */
async function pins(argv: readonly string[], environment: Variables): Promise<string> {
  const { stdout, stderr, exitCode } = await pybun(["resolve", ...argv], environment);
  if (exitCode !== 0) return `${exitCode} ${stderr.split("\n", 1)[0]}`;
  const lines = stdout.split("\n").filter((line) => line !== "" && !line.trimStart().startsWith("#"));
  return lines.join(" ");
}

const daysSince = (date: string): number => Math.floor((Date.now() - Date.parse(date)) / (24 * 60 * 60 * 1000));

/** pip's file with these lines. */
function pipConfig(text: string, section = "global"): Variables {
  const file = join(scratch, `pip-${Bun.hash(section + text)}.conf`);
  writeFileSync(file, `[${section}]\n${text}\n`);
  return { PIP_CONFIG_FILE: file };
}

describe("obeyed", () => {
  const rows: readonly (readonly [string, () => Variables, readonly string[], string])[] = [
    ["nothing set", () => ({}), ["lib"], "lib==2.0"],
    ["UV_EXCLUDE_NEWER", () => ({ UV_EXCLUDE_NEWER: "2024-02-01" }), ["lib"], "lib==1.0"],
    [
      "UV_EXCLUDE_NEWER as a span",
      () => ({ UV_EXCLUDE_NEWER: `${daysSince("2024-02-01")} days` }),
      ["lib"],
      "lib==1.0",
    ],
    ["a span that leaves nothing out", () => ({ UV_EXCLUDE_NEWER: "PT12H" }), ["lib"], "lib==2.0"],
    ["--exclude-newer as a span", () => ({}), ["lib", "--exclude-newer", `P${daysSince("2024-02-01")}D`], "lib==1.0"],
    ["PIP_UPLOADED_PRIOR_TO", () => ({ PIP_UPLOADED_PRIOR_TO: "2024-02-01T00:00:00Z" }), ["lib"], "lib==1.0"],
    ["uploaded-prior-to of pip's file", () => pipConfig("uploaded-prior-to = 2024-02-01"), ["lib"], "lib==1.0"],
    ["UV_PRERELEASE", () => ({ UV_PRERELEASE: "allow" }), ["lib"], "lib==3.0b1"],
    ["UV_PRERELEASE in uv's own word", () => ({ UV_PRERELEASE: "if-necessary-or-explicit" }), ["lib"], "lib==2.0"],
    ["PIP_PRE", () => ({ PIP_PRE: "1" }), ["lib"], "lib==3.0b1"],
    ["PIP_PRE that is off", () => ({ PIP_PRE: "no" }), ["lib"], "lib==2.0"],
    ["pre of pip's file", () => pipConfig("pre = true", "install"), ["lib"], "lib==3.0b1"],
    ["UV_RESOLUTION", () => ({ UV_RESOLUTION: "lowest" }), ["lib"], "lib==1.0"],
    ["UV_CONSTRAINT", () => ({ UV_CONSTRAINT: "lower.txt limits.txt" }), ["lib"], "lib==1.0"],
    ["PIP_CONSTRAINT", () => ({ PIP_CONSTRAINT: "limits.txt" }), ["lib"], "lib==1.0"],
    ["constraint of pip's file", () => pipConfig("constraint =\n  lower.txt\n  limits.txt"), ["lib"], "lib==1.0"],
    ["UV_NO_BUILD", () => ({ UV_NO_BUILD: "1" }), ["both"], "both==1.0"],
    ["UV_NO_BUILD_PACKAGE", () => ({ UV_NO_BUILD_PACKAGE: "lib both" }), ["both"], "both==1.0"],
    ["PIP_ONLY_BINARY", () => ({ PIP_ONLY_BINARY: ":all:" }), ["both"], "both==1.0"],
    ["only-binary of pip's file", () => pipConfig("only-binary = lib,both"), ["both"], "both==1.0"],
    ["UV_NO_BINARY", () => ({ UV_NO_BINARY: "true" }), ["both<2"], "65"],
    ["UV_NO_BINARY_PACKAGE", () => ({ UV_NO_BINARY_PACKAGE: "both" }), ["both<2"], "65"],
    ["PIP_NO_BINARY", () => ({ PIP_NO_BINARY: "both" }), ["both<2"], "65"],
    ["no-binary of pip's file", () => pipConfig("no-binary = :all:"), ["both<2"], "65"],
    ["PIP_NO_INDEX", () => ({ PIP_NO_INDEX: "1" }), ["lib"], "65"],
    ["no-index of pip's file", () => pipConfig("no-index = yes"), ["lib"], "65"],
  ];
  for (const [name, variables, argv, expected] of rows) {
    test(name, async () => expect(await pins(argv, variables())).toStartWith(expected));
  }

  test("UV_PYTHON, like --python", async () => {
    const { stderr, exitCode } = await pybun(["resolve", "lib"], { UV_PYTHON: "3.77" });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 66, stderr: expect.stringContaining("UV_PYTHON '3.77'") });
    const missing = await pybun(["env", "create", "lib"], { UV_PYTHON: "/nowhere/python" });
    expect(missing.stderr).toStartWith("error[E_PYTHON_MISSING]");
  });

  test("UV_OFFLINE, like --offline: nothing is asked for", async () => {
    const environment = { UV_OFFLINE: "1", VIVARIUM_HOME: join(scratch, "cold") };
    const asked = index.log.length;
    for (const command of ["resolve", "env create"]) {
      const { stderr, exitCode } = await pybun([...command.split(" "), "lib"], environment);
      expect({ command, exitCode }).toEqual({ command, exitCode: 69 });
      expect(stderr).toContain("E_INDEX_OFFLINE");
      expect(stderr).toContain("UV_OFFLINE");
    }
    const refused = await pybun(["resolve", "--refresh", "lib"], environment);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("E_RESOLVE_REFRESH_OFFLINE") });
    expect(index.log.length).toBe(asked);
    expect(await pins(["lib"], { ...environment, UV_OFFLINE: "false" })).toBe("lib==2.0");
    expect(await pins(["lib"], environment)).toBe("lib==2.0");
  });

  test.each([["UV_HTTP_RETRIES"], ["PIP_RETRIES"], ["retries"]])("%s", async (name) => {
    const path = `/simple/flaky-${name.toLowerCase().replaceAll("_", "-")}/`;
    index.behave(path, () => ({ status: 503 }));
    const variables = name === "retries" ? pipConfig("retries = 1") : { [name]: "1" };
    expect(await pins([path.split("/")[2] ?? ""], variables)).toStartWith("69 error[E_INDEX_STATUS]");
    expect(index.log.filter(({ target }) => target === path).length).toBe(2);
  });

  test.each([["UV_HTTP_TIMEOUT"], ["PIP_TIMEOUT"], ["PIP_DEFAULT_TIMEOUT"], ["timeout"]])("%s", async (name) => {
    index.behave("/simple/silent/", () => "hang");
    const variables = name === "timeout" ? pipConfig("timeout = 0.2") : { [name]: "0.2" };
    expect(await pins(["silent"], { UV_HTTP_RETRIES: "0", ...variables })).toContain("within 0.2 s");
  });
});

describe("stand behind what is stronger:", () => {
  const rows: readonly (readonly [string, () => Variables, readonly string[], string])[] = [
    ["--exclude-newer", () => ({ UV_EXCLUDE_NEWER: "2023-01-01" }), ["lib", "--exclude-newer", "2024-02-01"], "1.0"],
    ["--prerelease", () => ({ UV_PRERELEASE: "allow" }), ["lib", "--prerelease", "disallow"], "2.0"],
    ["--prerelease before pip's", () => ({ PIP_PRE: "1" }), ["lib", "--prerelease", "disallow"], "2.0"],
    ["--resolution", () => ({ UV_RESOLUTION: "lowest" }), ["lib", "--resolution", "highest"], "2.0"],
    ["UV_PRERELEASE before PIP_PRE", () => ({ UV_PRERELEASE: "disallow", PIP_PRE: "1" }), ["lib"], "2.0"],
    ["PIP_PRE before pip's file", () => ({ ...pipConfig("pre = true"), PIP_PRE: "0" }), ["lib"], "2.0"],
    ["--only-binary :none:", () => ({ PIP_ONLY_BINARY: ":all:" }), ["both", "--only-binary", ":none:"], "2.0"],
    [
      "--only-binary of a name before all",
      () => ({ PIP_NO_BINARY: ":all:" }),
      ["both<2", "--only-binary", "both"],
      "1.0",
    ],
    ["the same before a truth", () => ({ UV_NO_BINARY: "1" }), ["both<2", "--only-binary", "both"], "1.0"],
    ["--no-binary of a name before all", () => ({ UV_NO_BUILD: "1" }), ["both", "--no-binary", "both"], "2.0"],
    ["--only-binary of a name", () => ({ PIP_NO_BINARY: "both" }), ["both<2", "--only-binary", "both"], "1.0"],
  ];
  for (const [name, variables, argv, version] of rows) {
    test(name, async () => expect(await pins(argv, variables())).toEndWith(`==${version}`));
  }

  test("constraints of all sources hold together", async () => {
    writeFileSync(join(scratch, "upper.txt"), "lib>=2\n");
    expect(await pins(["lib", "-c", "upper.txt"], { PIP_CONSTRAINT: "limits.txt" })).toStartWith("65 error");
  });
});

describe("malformed: 78, with the name of the setting", () => {
  const rows: readonly (readonly [string, () => Variables, string])[] = [
    ["UV_OFFLINE", () => ({ UV_OFFLINE: "maybe" }), "UV_OFFLINE: 'maybe' is neither true nor false"],
    ["UV_EXCLUDE_NEWER", () => ({ UV_EXCLUDE_NEWER: "1 month" }), "UV_EXCLUDE_NEWER: '1 month' is none of a date"],
    ["UV_PRERELEASE", () => ({ UV_PRERELEASE: "some" }), "UV_PRERELEASE: 'some' is none of allow, disallow"],
    ["UV_RESOLUTION", () => ({ UV_RESOLUTION: "best" }), "UV_RESOLUTION: 'best' is none of highest, lowest"],
    [
      "UV_CONSTRAINT",
      () => ({ UV_CONSTRAINT: "none.txt" }),
      "UV_CONSTRAINT: cannot read the constraints in 'none.txt'",
    ],
    [
      "PIP_CONSTRAINT",
      () => ({ PIP_CONSTRAINT: "https://[x/c.txt" }),
      "PIP_CONSTRAINT: cannot read the constraints in",
    ],
    ["UV_NO_BUILD", () => ({ UV_NO_BUILD: "numpy" }), "UV_NO_BUILD: 'numpy' is neither true nor false"],
    ["PIP_NO_BINARY", () => ({ PIP_NO_BINARY: "a,--b" }), "PIP_NO_BINARY: '--b' is no name of a project"],
    ["PIP_PRE", () => ({ PIP_PRE: "maybe" }), "PIP_PRE: 'maybe' is neither true nor false"],
    ["pre of pip's file", () => pipConfig("pre = maybe"), "pre in '"],
    ["PIP_NO_INDEX", () => ({ PIP_NO_INDEX: "maybe" }), "PIP_NO_INDEX: 'maybe' is neither true nor false"],
    ["PIP_RETRIES", () => ({ PIP_RETRIES: "many" }), "PIP_RETRIES: 'many' is no whole number"],
    ["PIP_REQUIRE_HASHES", () => ({ PIP_REQUIRE_HASHES: "maybe" }), "PIP_REQUIRE_HASHES: 'maybe' is neither"],
  ];
  for (const [name, variables, reason] of rows) {
    test(name, async () => {
      expect(await pins(["lib"], variables())).toStartWith(`78 error[E_SETTING_INVALID]: cannot use ${reason}`);
    });
  }

  test("UV_PYTHON", async () => {
    expect(await pins(["lib"], { UV_PYTHON: ">=x" })).toBe(
      "78 error[E_PYTHON_SETTING]: cannot use UV_PYTHON: '>=x' is no specifier of versions",
    );
  });

  test("without the secrets that it holds", async () => {
    const told = await pins(["lib"], { UV_CONSTRAINT: "https://me:hunter2@x.example:port/c.txt" });
    expect(told).toStartWith("78 error");
    expect(told).not.toContain("hunter2");
  });

  test("UV_HTTP_TIMEOUT", async () => {
    expect(await pins(["lib"], { UV_HTTP_TIMEOUT: "soon" })).toStartWith("78 error[E_INDEX_CONFIG]");
  });
});

describe("not obeyed, and told once:", () => {
  const rows: readonly (readonly [string, () => Variables])[] = [
    ["UV_OVERRIDE", () => ({ UV_OVERRIDE: "limits.txt" })],
    ["UV_INDEX_STRATEGY", () => ({ UV_INDEX_STRATEGY: "unsafe-best-match" })],
    ["PIP_NO_DEPS", () => ({ PIP_NO_DEPS: "1" })],
    ["prefer-binary in '", () => pipConfig("prefer-binary = true")],
  ];
  for (const [name, variables] of rows) {
    test(name, async () => {
      const { stderr, exitCode } = await pybun(["resolve", "lib"], variables());
      expect({ exitCode, told: stderr.split(`warning[W_SETTING_IGNORED]: ${name}`).length - 1 }).toEqual({
        exitCode: 0,
        told: 1,
      });
    });
  }

  test("by each `env create`, also where the packages are known", async () => {
    const told = async (place: string, variables: Variables): Promise<boolean> =>
      (await pybun(["env", "create", "lib", "--dir", place], variables)).stderr.includes(
        "warning[W_SETTING_IGNORED]: PIP_NO_DEPS",
      );
    expect([await told("plain-1", {}), await told("plain-2", {})]).toEqual([false, false]);
    const denied = { PIP_NO_DEPS: "1" };
    const rounds = [await told("denied-1", denied), await told("denied-2", denied), await told("denied-3", denied)];
    expect(rounds).toEqual([true, true, true]);
  }, 30_000);

  test("what changes nothing is not told", async () => {
    const off = { PIP_NO_DEPS: "0", UV_INDEX_STRATEGY: "first-index", UV_NO_CACHE: "1", PIP_NO_CACHE_DIR: "1" };
    expect((await pybun(["resolve", "lib"], off)).stderr).not.toContain("W_SETTING_IGNORED");
  });
});

describe("hashes that are asked for", () => {
  const create = (file: string, text: string, variables: Variables) => {
    writeFileSync(join(scratch, file), text);
    return pybun(["env", "create", "-r", file], variables);
  };

  test.each([["UV_REQUIRE_HASHES"], ["PIP_REQUIRE_HASHES"], ["require-hashes in '"]])("by %s", async (name) => {
    const variables = name.includes(" ") ? pipConfig("require-hashes = true", "install") : { [name]: "1" };
    const bare = await create("bare.txt", "lib==1.0\n", variables);
    expect(bare.stderr).toStartWith(`error[E_REQUIREMENTS_FILE_UNHASHED]: ${name}`);
    expect(bare.exitCode).toBe(65);
    expect(bare.stderr).toContain("bare.txt:1:1");
    const hashed = await create("hashed.txt", `lib==1.0 --hash=${libHash}\n`, variables);
    expect({ exitCode: hashed.exitCode, stderr: hashed.stderr }).toMatchObject({ exitCode: 0 });
  });

  test("by a line of a file, of an included one and of constraints too", async () => {
    const hashed = `lib==1.0 --hash=${libHash}\n`;
    writeFileSync(join(scratch, "asking.txt"), "--require-hashes\n");
    const refused = await create("line.txt", "--require-hashes\nlib==1.0\n", {});
    expect(refused.stderr).toStartWith("error[E_REQUIREMENTS_FILE_UNHASHED]: --require-hashes in 'line.txt' asks");
    expect([refused.exitCode, refused.stderr.includes("at line.txt:2:1")]).toEqual([65, true]);
    for (const line of ["-r asking.txt", "-c asking.txt", "--no-index --require-hashes"])
      expect((await create("line.txt", `lib==1.0\n${line}\n`, {})).exitCode).toBe(65);
    expect((await create("line.txt", `--require-hashes\n${hashed}`, {})).exitCode).toBe(0);
    const { exitCode } = await pybun(["resolve", "-r", "line.txt"], {});
    expect(exitCode).toBe(0);
  });

  test("are asked for of requirements of requirements too, and nothing takes the place that was named", async () => {
    writeFileSync(join(scratch, "top.txt"), `app==1.0 --hash=${hashOf("app", "1.0")}\n`);
    const argv = ["env", "create", "-r", "top.txt", "--dir", "made"];
    const { stderr, exitCode } = await pybun(argv, { PIP_REQUIRE_HASHES: "1" });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("for 'lib'") });
    expect(await Bun.file(join(scratch, "made/pyvenv.cfg")).exists()).toBe(false);
  });

  test("and are wrong: 76", async () => {
    const { exitCode } = await create("wrong.txt", `lib==1.0 --hash=${hash("0")}\n`, { UV_REQUIRE_HASHES: "1" });
    expect(exitCode).toBe(76);
  });
});

const hashOf = (name: string, version: string): string =>
  `sha256:${buildWheel({ name, version, requires: ["lib==1.0"] }).sha256}`;

describe("env create", () => {
  test("makes another environment for each setting that changes what comes, and finds it again", async () => {
    const made = async (variables: Variables): Promise<string> => {
      const { stdout, stderr, exitCode } = await pybun(["env", "create", "lib"], variables);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
      return stdout;
    };
    const plain = await made({});
    const others = [
      await made({ UV_EXCLUDE_NEWER: "2024-02-01" }),
      await made({ PIP_PRE: "1" }),
      await made({ UV_RESOLUTION: "lowest" }),
      await made({ PIP_CONSTRAINT: "limits.txt" }),
      await made({ PIP_ONLY_BINARY: ":all:" }),
      await made({ UV_EXCLUDE_NEWER: "1 minute" }),
    ];
    expect(others.filter((path) => path === plain).length).toBe(0);
    const asked = index.log.length;
    expect(await made({ UV_OFFLINE: "1" })).toBe(plain);
    expect(await made({ PIP_CONSTRAINT: "limits.txt", UV_OFFLINE: "1" })).toBe(others[3] ?? "");
    // It was another moment then, and is what was asked for all the same.
    expect(await made({ UV_EXCLUDE_NEWER: "PT60S", UV_OFFLINE: "1" })).toBe(others[5] ?? "");
    expect(index.log.length).toBe(asked);
  });
});
