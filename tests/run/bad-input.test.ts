/** What is wrong with the input of a run: the code, the exit code, and the place. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { assertValidEnvelope } from "../../cli/testing/validate-output.ts";
import { runCommand } from "../../pybun/commands/run.ts";
import { buildSdist, buildWheel } from "../fixture-index/index.ts";
import { block, openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
  scene.index.add(buildSdist({ name: "only-source", version: "1.0", metadataVersion: "2.2" }));
  const requires = ["beta<0.5 ; extra == 'left'", "beta>=0.5 ; extra == 'right'"];
  scene.index.add(buildWheel({ name: "torn", version: "1.0", requires, extras: ["left", "right"] }));
  await scene.pybun(["run", "--with", "beta", "-c", "0"]);
  scene.index.add(buildWheel({ name: "liar", version: "1.0" }), { sha256: "0".repeat(64) });
});

afterAll(() => scene.close());

async function diagnosticsOf(args: readonly string[], options: Parameters<RunScene["pybun"]>[1] = {}) {
  const { stdout } = await scene.pybun(["run", "--format", "json", ...args], options);
  return assertValidEnvelope(stdout, runCommand);
}

interface Row {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  readonly exit: number;
  readonly place?: readonly [line: number, column: number];
  readonly hint?: string;
}

const rows: readonly Row[] = [
  { name: "TOML", text: block("dependencies = ["), code: "E_SCRIPT_TOML", exit: 65, place: [2, 19] },
  {
    name: "TOML, second line",
    text: block("requires-python = '>=3.9'", "dependencies = 'x' y"),
    code: "E_SCRIPT_TOML",
    exit: 65,
    place: [3, 22],
  },
  {
    name: "two blocks",
    text: `${block("dependencies = []")}\n${block("dependencies = []")}`,
    code: "E_SCRIPT_BLOCK_DUPLICATE",
    exit: 65,
    place: [5, 1],
  },
  {
    name: "dependencies of another type",
    text: block("", "dependencies = 'alpha'"),
    code: "E_SCRIPT_FIELD",
    exit: 65,
    place: [3, 3],
  },
  {
    name: "a malformed requirement",
    text: block("dependencies = [", '  "alpha",', '  "be ta",', "]"),
    code: "E_SCRIPT_REQUIREMENT",
    exit: 65,
    place: [4, 9],
  },
  {
    name: "a malformed marker",
    text: block("dependencies = [", `  "alpha; python_version >> '3'",`, "]"),
    code: "E_SCRIPT_REQUIREMENT",
    exit: 65,
    place: [3, 29],
  },
  {
    name: "extras that contradict each other",
    text: block('dependencies = ["torn[left,right]"]'),
    code: "E_RESOLVE_CONFLICT",
    exit: 65,
  },
  {
    name: "a malformed requires-python",
    text: block("requires-python = '3.x'"),
    code: "E_SCRIPT_REQUIRES_PYTHON",
    exit: 65,
    place: [2, 22],
  },
  {
    name: "a policy, which nothing enforces yet",
    text: block("[tool.vivarium.capabilities]", "read = ['.']"),
    code: "E_SCRIPT_POLICY",
    exit: 78,
    place: [2, 18],
  },
  ...[
    "{ path = './six' }",
    "{ git = 'https://127.0.0.1/x' }",
    "{ index = 'own' }",
    "[{ url = 'https://127.0.0.1/x' }]",
  ].map((source) => ({
    name: `a source for a dependency: ${source}`,
    text: block("dependencies = ['Beta']", "[tool.uv.sources]", `beta = ${source}`),
    code: "E_SCRIPT_SOURCE",
    exit: 78,
    place: [4, 3] as const,
  })),
  {
    name: "an unknown package",
    text: block("dependencies = ['betta']"),
    code: "E_PACKAGE_NOT_FOUND",
    exit: 65,
    hint: "Did you mean 'beta'?",
  },
  { name: "no version that fits", text: block("dependencies = ['alpha>9']"), code: "E_RESOLVE_CONFLICT", exit: 65 },
  {
    name: "a source archive alone",
    text: block("dependencies = ['only-source']"),
    code: "E_INSTALL_BUILD_NEEDED",
    exit: 65,
  },
  {
    name: "a hash that is not the announced one",
    text: block("dependencies = ['liar']"),
    code: "E_INDEX_HASH",
    exit: 76,
  },
  {
    name: "an interpreter that is nowhere",
    text: block("requires-python = '>=4'"),
    code: "E_PYTHON_NOT_FOUND",
    exit: 66,
  },
];

describe("a block with", () => {
  for (const { name, text, code, exit, place, hint } of rows) {
    test(name, async () => {
      scene.write("bad.py", `${text}print('never')\n`);
      const { exit_code, diagnostics, events } = await diagnosticsOf(["bad.py"]);
      expect(diagnostics.map((found) => found.code)).toContain(code);
      expect(exit_code).toBe(exit);
      expect(events.filter(({ kind }) => kind === "run.start")).toEqual([]);
      if (hint !== undefined) expect(diagnostics[0]?.hint).toBe(hint);
      if (place !== undefined) {
        expect(diagnostics[0]?.spans[0]).toMatchObject({ file: "bad.py", line: place[0], column: place[1] });
      }
    });
  }

  test("bytes that are no UTF-8", async () => {
    scene.write("bad.py", Buffer.from(block("# caf\xe9"), "latin1"));
    const { exit_code, diagnostics } = await diagnosticsOf(["bad.py"]);
    expect(diagnostics[0]?.code).toBe("E_SCRIPT_ENCODING");
    expect(exit_code).toBe(65);
  });

  test("no line: it is ignored, as the standard says, with a warning of its own", async () => {
    scene.write("empty.py", "# /// script\n# ///\nprint('ran')\n");
    const { exit_code, diagnostics } = await diagnosticsOf(["empty.py"]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["W_SCRIPT_BLOCK_EMPTY"]);
    expect(exit_code).toBe(0);
  });

  test("a malformed requirement: its cause is told in words, not as a code", async () => {
    scene.write("bad.py", block("dependencies = ['be ta']"));
    const { diagnostics } = await diagnosticsOf(["bad.py"]);
    expect(diagnostics[0]?.causes[0]).toContain("be ta");
    expect(diagnostics[0]?.causes.join()).not.toContain("E_REQUIREMENT_INVALID");
  });

  test("a source for what the script does not depend on: no effect, as with uv", async () => {
    scene.write("source.py", block("dependencies = []", "[tool.uv.sources]", "beta = { path = 'x' }"));
    expect(await diagnosticsOf(["source.py"])).toMatchObject({ exit_code: 0, diagnostics: [] });
  });

  test("no end: it is ignored, as the standard says, with a warning", async () => {
    scene.write("open.py", "# /// script\n# dependencies = ['nowhere']\nprint('ran')\n");
    const { exit_code, diagnostics } = await diagnosticsOf(["open.py"]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["W_SCRIPT_BLOCK_UNCLOSED"]);
    expect(exit_code).toBe(0);
    for (const round of [1, 2]) {
      const { stderr } = await scene.pybun(["run", "open.py"]);
      expect(stderr, String(round)).toContain("W_SCRIPT_BLOCK_UNCLOSED");
    }
  });

  test("a setting that nobody knows: it runs, with a warning", async () => {
    scene.write("setting.py", `${block("[tool.pybun]", 'exclude-never = "2020-01-01"')}print('ran')\n`);
    const { exit_code, diagnostics } = await diagnosticsOf(["setting.py"]);
    expect(diagnostics[0]).toMatchObject({ code: "W_SCRIPT_SETTING_UNKNOWN", spans: [{ line: 3, column: 3 }] });
    expect(exit_code).toBe(0);
  });
});

describe("a command line with", () => {
  const lines: readonly (readonly [string, readonly string[], string, number])[] = [
    ["nothing to run", [], "E_RUN_NOTHING", 2],
    ["an empty word", [""], "E_RUN_NOTHING", 2],
    ["a script that is missing", ["missing.py"], "E_RUN_SCRIPT_NOT_FOUND", 66],
    ["a script under a file", ["setting.py/x.py"], "E_RUN_SCRIPT_NOT_FOUND", 66],
    ["a malformed --with", ["--with", "be ta", "-c", "0"], "E_REQUIREMENT_INVALID", 65],
    ["an interpreter that is missing", ["--python", "/nowhere/python", "-c", "0"], "E_PYTHON_MISSING", 66],
    ["an interpreter that is broken", ["--python", "/bin/false", "-c", "0"], "E_PYTHON_BROKEN", 66],
    ["a version that is too old", ["--python", "3.7", "-c", "0"], "E_PYTHON_TOO_OLD", 66],
    ["a file of variables that is missing", ["--env-file", "none.env", "-c", "0"], "E_RUN_ENV_FILE_MISSING", 66],
    ["a file of variables that is malformed", ["--env-file", "bad.env", "-c", "0"], "E_RUN_ENV_FILE_SYNTAX", 65],
    ["a time that is none", ["--exclude-newer", "soon", "--with", "alpha", "-c", "0"], "E_MOMENT_INVALID", 2],
    ["--offline and nothing in the cache", ["--offline", "--with", "beta==0.1", "-c", "0"], "E_INDEX_OFFLINE", 69],
  ];
  for (const [name, args, code, exit] of lines) {
    test(name, async () => {
      scene.write("bad.env", "A=1\nB='open\n");
      const { exit_code, diagnostics } = await diagnosticsOf(args, {
        env: { VIVARIUM_HOME: `${scene.directory}/other` },
      });
      expect(diagnostics.map((found) => found.code)).toContain(code);
      expect(exit_code).toBe(exit);
    });
  }

  test.each([
    ["none.env", "it does not exist"],
    ["home", "it is a directory"],
    ["bad.env/under", "a part of its path is not a directory"],
  ])("a file of variables that cannot be read, %p: in words, and where it was looked for", async (file, reason) => {
    scene.write("bad.env", "A=1\n");
    const { stderr } = await scene.pybun(["run", "--env-file", file, "-c", "0"]);
    expect(stderr.replace(/^ {2}cause: .*\n/m, "")).toBe(
      `error[E_RUN_ENV_FILE_MISSING]: cannot read the variables in '${file}': ${reason}\n` +
        `  hint: \`--env-file\` or UV_ENV_FILE names it, and it is looked for in '${scene.directory}'.\n`,
    );
  });

  test("a home that is a relative path, and nothing else to go by", async () => {
    const env = { VIVARIUM_HOME: undefined, HOME: "relative" };
    const { exit_code, diagnostics } = await diagnosticsOf(["--with", "beta", "-c", "0"], { env });
    expect(diagnostics.map((found) => found.code)).toEqual(["E_HOME_RELATIVE"]);
    expect(exit_code).toBe(78);
  });

  test("a project file that is malformed", async () => {
    scene.write("broken/pyproject.toml", '[project]\nrequires-python = ">=3.9\n');
    const { exit_code, diagnostics } = await diagnosticsOf(["-c", "0"], { cwd: `${scene.directory}/broken` });
    expect(diagnostics[0]).toMatchObject({ code: "E_RUN_PROJECT_FILE" });
    expect(exit_code).toBe(65);
  });

  test("a directory, or a circle of links, that is called like a project file belongs to no project", async () => {
    scene.write("directory/pyproject.toml/.keep", "");
    scene.write("circle/.keep", "");
    symlinkSync("pyproject.toml", join(scene.directory, "circle", "pyproject.toml"));
    for (const name of ["directory", "circle"]) {
      const run = await scene.pybun(["run", "-c", "print('ran')"], { cwd: join(scene.directory, name) });
      expect({ name, ...run }).toEqual({ name, exitCode: 0, stdout: "ran\n", stderr: "" });
    }
  });
});
