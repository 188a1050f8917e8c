/** What may be asked for, and what each form finds: in uv's order, with links to a real interpreter. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Problem, renderProblem } from "@vivarium/core/diagnostic";
import { parseSpecifiers } from "../versions/specifier.ts";
import { interpreterDiagnostics } from "./diagnostics.ts";
import { type FindOptions, findInterpreter } from "./find-interpreter.ts";
import type { Interpreter } from "./interpreter.ts";
import { formatKeyPlatform, keyPlatformOf } from "./key-platform.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "request-test-")));
const cacheRoot = join(root, "cache");
let real: Interpreter;
let minor = "";

beforeAll(async () => {
  const environment = { ...process.env, HOME: process.env["HOME"] ?? homedir() };
  real = await findInterpreter({ environment, cwd: root, platform: "linux", cacheRoot });
  minor = real.version.split(".").slice(0, 2).join(".");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Looks with a PATH of these directories and a home directory without pyenv. */
function find(path: readonly string[], more: Partial<FindOptions>) {
  const environment = { PATH: path.join(":"), HOME: root };
  return findInterpreter({ environment, cwd: root, platform: "linux", cacheRoot, ...more });
}

async function problemOf(body: () => Promise<unknown>): Promise<Problem> {
  try {
    await body();
  } catch (error) {
    return error as Problem; // asserted on by code
  }
  throw new Error("nothing was thrown");
}

function link(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(real.realPath, path);
  return path;
}

test("takes a version in all its spellings", async () => {
  const path = link(join(root, "spelt", "bin", "python3"));
  const compact = minor.replace(".", "");
  const spellings = [compact, `cp${compact}`, `cpython${minor}`, `cpython@${minor}`, `python@${minor}`, `v${minor}`];
  spellings.push(`python ${minor}`, `cpython ${minor}`, `${minor}+gil`);
  const kinds = ["any", "default", "ANY", "cpython", "cp", `cpython>=${minor}`, `python>=${minor}`];
  for (const request of [...spellings, ...kinds]) {
    expect((await find([dirname(path)], { request })).path, request).toBe(path);
  }
});

test("a key finds an interpreter of its platform, and no other", async () => {
  const path = link(join(root, "keys", "python3"));
  const search = (request: string) => find([dirname(path)], { request });
  const here = formatKeyPlatform(keyPlatformOf(real.tagTarget.platform));
  const [system = "", architecture = ""] = here.split("-");
  const served = [here, system, `${system}-${architecture}`, `any-${architecture}`, "any-any-any"];
  for (const platform of served) expect((await search(`cpython-${minor}-${platform}`)).path, platform).toBe(path);
  for (const key of [`cpython-${system}`, `${minor}-${system}`, `cpython-any-${system}`, `any-${minor}-${here}`]) {
    expect((await search(key)).path, key).toBe(path);
  }
  for (const platform of ["wasi", "freebsd-x86_64", `${system}-s390x`, "windows-s390x-none"]) {
    const problem = await problemOf(() => search(`cpython-${minor}-${platform}`));
    expect(problem).toMatchObject({
      code: "E_PYTHON_NOT_FOUND",
      params: {
        wanted: `--python 'cpython-${minor}-${platform}', which means Python ${minor} for ${platform}`,
        looked: [{ path, reason: `is Python ${real.version} for ${here}` }],
      },
    });
  }
  expect(await problemOf(() => search("cpython-wasi"))).toMatchObject({
    params: { wanted: "--python 'cpython-wasi', which means any Python for wasi" },
  });
  expect((await problemOf(() => search("pypy 3.10"))).code).toBe("E_PYTHON_IMPLEMENTATION");
});

test("of a version that `==` cuts down to its first release it is told how to ask for all", async () => {
  const path = link(join(root, "exact", "python3"));
  const hintOf = async (options: Parameters<typeof find>[1]) =>
    renderProblem(await problemOf(() => find([dirname(path)], options)), interpreterDiagnostics).hint;
  const advice = (version: string, patch: string) =>
    `\n'==${version}' is Python ${patch} alone: write \`==${version}.*\` for any ${version}.\n`;
  expect(await hintOf({ request: "==3.99" })).toContain(advice("3.99", "3.99.0"));
  expect(await hintOf({ request: "==3" })).toContain(advice("3", "3.0.0"));
  expect(await hintOf({ requiresPython: parseSpecifiers(">=3.9,==3.99") })).toContain(advice("3.99", "3.99.0"));
  for (const request of ["==3.99.*", "==3.99.1", ">=3.99"])
    expect(await hintOf({ request })).not.toContain("write `==");
  const cwd = join(root, "exact-pin");
  mkdirSync(cwd);
  writeFileSync(join(cwd, ".python-version"), "==3.99\n");
  expect(await hintOf({ cwd })).toContain(advice("3.99", "3.99.0"));
});

test("takes the name of a directory or file of the working directory for a path", async () => {
  const here = join(root, "here");
  const path = link(join(here, ".venv", "bin", "python3"));
  const onPath = link(join(root, "elsewhere", "twice"));
  const search = (request: string) => find([dirname(onPath)], { request, cwd: here });
  expect((await search(".venv")).path).toBe(path);
  expect((await search("twice")).path).toBe(onPath);
  const file = link(join(here, "twice"));
  expect((await search("twice")).path).toBe(file);
  const env = link(join(here, "pypy-env", "bin", "python"));
  expect((await search("pypy-env")).path).toBe(env);
  // A version stays one.
  link(join(here, minor, "bin", "python3"));
  const plain = link(join(root, "elsewhere", "python3"));
  expect((await search(minor)).path).toBe(plain);
});

test("of a directory without an interpreter the program on PATH is not hidden", async () => {
  const here = join(root, "source");
  mkdirSync(join(here, "mine"), { recursive: true });
  const path = link(join(root, "behind", "mine"));
  expect((await find([dirname(path)], { request: "mine", cwd: here })).path).toBe(path);
  expect(await problemOf(() => find([], { request: "mine", cwd: here }))).toMatchObject({
    code: "E_PYTHON_MISSING",
    params: { path: join(here, "mine") },
  });
});

test("says what a word was taken for that means nothing, and which interpreters there are", async () => {
  const path = link(join(root, "plain", "python3"));
  for (const request of ["latest", "3.12.", "3.12.*", `python${minor}-dbg`, ""]) {
    const problem = await problemOf(() => find([dirname(path)], { request }));
    expect(problem).toMatchObject({
      code: "E_PYTHON_NOT_FOUND",
      params: {
        wanted: `--python '${request}', which is taken for the name of a program: nothing here is called so`,
        looked: [{ path, reason: `is Python ${real.version}` }],
      },
    });
    const { hint } = renderProblem(problem, interpreterDiagnostics);
    expect(hint).toContain(`${path}: is Python ${real.version}\nAsk for a version`);
  }
  expect(await problemOf(() => find([dirname(path)], { request: "cp399" }))).toMatchObject({
    params: { wanted: "--python 'cp399', which means Python 3.99" },
  });
  const nothing = await problemOf(() => find([], { request: "latest" }));
  expect(renderProblem(nothing, interpreterDiagnostics).hint).toStartWith("No Python is on PATH.");
});

test("one line tells of the names that a directory has for one version", async () => {
  const paths = ["python3", "python", `python${minor}`].map((name) => link(join(root, "many", name)));
  const problem = await problemOf(() => find([join(root, "many")], { request: "3.99" }));
  const { hint } = renderProblem(problem, interpreterDiagnostics);
  expect(paths.map((path) => `${hint}`.split(`${path}:`).length - 1)).toEqual([1, 0, 0]);
});

test("says of another implementation that it is not supported", async () => {
  const requests = ["pypy", "pypy@3.10", "pypy>=3.9", "pypy-nightly", "pp310", "PyPy3.10"].map((one) => [one, "pypy"]);
  for (const [request = "", implementation] of [...requests, ["gp", "graalpy"], ["jython", "jython"]]) {
    expect(await problemOf(() => find([], { request }))).toMatchObject({
      code: "E_PYTHON_IMPLEMENTATION",
      params: { wanted: request, implementation },
    });
  }
  for (const request of ["27", "12", "3.8", "cp38"]) {
    expect((await problemOf(() => find([], { request }))).code, request).toBe("E_PYTHON_TOO_OLD");
  }
});
