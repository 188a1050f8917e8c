/** The order of discovery, with real interpreters behind links, wrappers and shims in directories of the test's own. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Problem, renderProblem } from "@vivarium/core/diagnostic";
import { parseSpecifiers } from "../versions/specifier.ts";
import { interpreterDiagnostics } from "./diagnostics.ts";
import { type FindOptions, findInterpreter } from "./find-interpreter.ts";
import type { Interpreter } from "./interpreter.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "interpreter-test-")));
const bin = join(root, "bin");
const cwd = join(root, "work", "deep");
const cacheRoot = join(root, "cache");
let real: Interpreter;
let minor = "";

beforeAll(async () => {
  mkdirSync(bin);
  mkdirSync(cwd, { recursive: true });
  const environment = { ...process.env, HOME: process.env["HOME"] ?? homedir() };
  real = await findInterpreter({ environment, cwd: root, platform: "linux", cacheRoot });
  minor = real.version.split(".").slice(0, 2).join(".");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Looks with a PATH of these directories and a home directory without pyenv. */
function find(
  path: readonly string[],
  more: Partial<FindOptions> & { env?: Record<string, string> } = {},
): Promise<Interpreter> {
  const { env = {}, ...options } = more;
  // The system's own directories are for `env` and `sh` of wrappers, behind everything else.
  const environment = { PATH: path.join(":"), HOME: root, ...env };
  return findInterpreter({ environment, cwd, platform: "linux", cacheRoot, ...options });
}

async function problemOf(body: () => Promise<unknown>): Promise<Problem> {
  try {
    await body();
  } catch (error) {
    return error as Problem; // asserted on by code
  }
  throw new Error("nothing was thrown");
}

/** A program at a path, with the directories above it. */
function program(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function link(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(real.realPath, path);
  return path;
}

describe("--python", () => {
  test("takes a path, a prefix, a version, a specifier or a name", async () => {
    const prefix = join(root, "prefix");
    const path = link(join(prefix, "bin", "python3"));
    link(join(prefix, "bin", "my-python"));
    const path3 = [join(prefix, "bin")];
    expect((await find([], { request: path })).path).toBe(path);
    expect((await find([], { request: "../../prefix" })).path).toBe(path);
    for (const request of [
      minor,
      real.version,
      "3",
      `python${minor}`,
      `cpython-${minor}`,
      `cp${minor.replace(".", "")}`,
      `>=${minor},<4`,
    ]) {
      expect((await find(path3, { request })).path).toBe(path);
    }
    expect((await find(path3, { request: "my-python" })).path).toBe(join(prefix, "bin", "my-python"));
  });

  test("names what was looked at where nothing fits", async () => {
    const path = link(join(root, "only", "python3"));
    const problem = await problemOf(() => find([dirname(path)], { request: "3.99" }));
    expect(problem).toMatchObject({
      code: "E_PYTHON_NOT_FOUND",
      params: { wanted: "--python '3.99'", looked: [{ path, reason: `is Python ${real.version}` }] },
    });
    const rendered = renderProblem(problem, interpreterDiagnostics);
    expect(rendered.hint).toContain(path);
    expect(interpreterDiagnostics.E_PYTHON_NOT_FOUND.exit).toBe(66);
  });

  test("refuses what is missing, broken, too old or no CPython", async () => {
    const at = (name: string, text: string) => program(join(root, "bad", name), text);
    const answers = (text: string) => `#!/bin/sh\nprintf '%s\\n' '${text}'\n`;
    expect((await problemOf(() => find([], { request: join(root, "absent") }))).code).toBe("E_PYTHON_MISSING");
    expect((await problemOf(() => find([], { request: "//us:SECR@h/python" }))).params).toEqual({
      path: "//****@h/python",
    });
    for (const [name, text, reason] of [
      ["crash", "#!/bin/sh\nkill -SEGV $$\n", "signal SIGSEGV"],
      ["angry", "#!/bin/sh\necho no luck >&2\nexit 3\n", "exit code 3: no luck"],
      ["chatty", "#!/bin/sh\necho hello\n", "something else"],
      ["text", "not a program", "cannot be started"],
    ] as const) {
      const problem = await problemOf(() => find([], { request: at(name, text) }));
      expect(problem).toMatchObject({ code: "E_PYTHON_BROKEN", params: { reason: expect.stringContaining(reason) } });
    }
    const hanging = at("hang", "#!/bin/sh\nwhile :; do :; done\n");
    expect(await problemOf(() => find([], { request: hanging, timeoutMs: 200 }))).toMatchObject({
      code: "E_PYTHON_BROKEN",
      params: { reason: "it did not answer within 0.2 s" },
    });
    const old = at("old", answers('{"version": "3.8.1", "old": true}'));
    expect((await problemOf(() => find([], { request: old }))).code).toBe("E_PYTHON_TOO_OLD");
    expect((await problemOf(() => find([], { request: "3.8" }))).code).toBe("E_PYTHON_TOO_OLD");
    expect(await problemOf(() => find([], { request: ">=3.10 <3.13" }))).toMatchObject({
      code: "E_PYTHON_SPECIFIER",
      params: { text: ">=3.10 <3.13" },
      cause: { code: "E_SPECIFIER_INVALID" },
    });
    // As Python 2.7 does, which has no -I.
    const usage = "echo 'Unknown option: -I' >&2; echo 'Try `python -h`' >&2; exit 2";
    const answer = `[ "$1" = -E ] && exec ${real.realPath} "$@"`;
    const ancient = at("ancient", `#!/bin/sh\n${answer}\n${usage}\n`);
    expect(await problemOf(() => find([], { request: ancient }))).toMatchObject({
      code: "E_PYTHON_TOO_OLD",
      params: { path: ancient, version: real.version },
    });
    const other = at("other", answers('{"version": "3.10.1", "implementation": "pypy"}'));
    expect((await problemOf(() => find([], { request: other }))).code).toBe("E_PYTHON_IMPLEMENTATION");
    expect((await problemOf(() => find([], { request: "pypy3.10" }))).code).toBe("E_PYTHON_IMPLEMENTATION");
  });

  describe("of a program that never answers nothing is left", () => {
    const family = (name: string) => {
      const pids = join(root, `pids-${name}`);
      const text = `#!/bin/sh\nsleep 1000 &\necho $$ $! > '${pids}'\nwait\n`;
      return { request: program(join(root, "bad", name), text), pids };
    };
    // A zombie of an init that never reaps counts as gone.
    const expectGone = (pids: string) => {
      const all = pids.trim().replace(" ", ",");
      expect(all).toMatch(/^\d+,\d+$/);
      const states = () => Bun.spawnSync(["ps", "-o", "stat=", "-p", all]).stdout.toString().trim();
      // A signal that was sent is on its way for a moment.
      for (let look = 0; look < 500 && !/^(?:Z\S*\s*)*$/.test(states()); look++);
      expect(states()).toMatch(/^(?:Z\S*\s*)*$/);
    };
    const failureOf = (options: Partial<FindOptions>) =>
      findInterpreter({ environment: { HOME: root }, cwd, platform: "linux", cacheRoot, ...options }).catch(
        (error: unknown) => error,
      );

    test("after its time", async () => {
      const { request, pids } = family("late");
      expect(await failureOf({ request, timeoutMs: 500 })).toMatchObject({
        code: "E_PYTHON_BROKEN",
        params: { reason: "it did not answer within 0.5 s" },
      });
      expectGone(readFileSync(pids, "utf8"));
    });

    test("after a signal", async () => {
      const { request, pids } = family("stopped");
      const controller = new AbortController();
      Bun.spawnSync(["mkfifo", pids]);
      const failure = failureOf({ request, signal: controller.signal });
      const started = await Bun.file(pids).text();
      controller.abort(new Error("enough"));
      expect(await failure).toMatchObject({ message: "enough" });
      expectGone(started);
    });
  });

  test("whoever writes without end is broken", async () => {
    const request = program(join(root, "bad", "endless"), "#!/bin/sh\nexec yes\n");
    const options = { environment: { PATH: "/usr/bin:/bin", HOME: root }, cwd, platform: "linux", cacheRoot } as const;
    const failure = await findInterpreter({ ...options, request }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "E_PYTHON_BROKEN" });
  });

  test("wins over requires-python, with a warning", async () => {
    const warned: string[] = [];
    const report = { emit: () => undefined, warn: (problem: Problem) => void warned.push(problem.code) };
    const path = link(join(root, "warned", "python3"));
    expect((await find([], { request: path, requiresPython: parseSpecifiers("<3"), report })).path).toBe(path);
    expect(warned).toEqual(["W_PYTHON_REQUIRES"]);
  });
});

describe("without --python", () => {
  test("the first suitable program on PATH is taken, and unsuitable ones are passed over", async () => {
    const broken = program(join(root, "first", "python3"), "#!/bin/sh\nexit 1\n");
    const versioned = link(join(root, "second", `python${minor}`));
    const plain = link(join(root, "third", "python"));
    const path = [dirname(broken), dirname(versioned), dirname(plain)];
    expect((await find(path)).path).toBe(plain);
    expect((await find(path.slice(0, 2))).path).toBe(versioned);
    expect(await problemOf(() => find(path, { requiresPython: parseSpecifiers(">=3.99") }))).toMatchObject({
      code: "E_PYTHON_NOT_FOUND",
      params: { wanted: "requires-python '>=3.99'", looked: [{ path: broken }, { path: plain }, { path: versioned }] },
    });
    expect((await problemOf(() => find([]))).code).toBe("E_PYTHON_NOT_FOUND");
  });

  test(".python-version above the directory counts, comments and second lines too", async () => {
    const path = link(join(root, "pinned", "python3"));
    const file = join(root, "work", ".python-version");
    const with_ = async (text: string | Uint8Array, more: Partial<FindOptions> = {}): Promise<Interpreter> => {
      writeFileSync(file, text);
      try {
        return await find([dirname(path)], more);
      } finally {
        rmSync(file);
      }
    };
    expect((await with_(`# ours\n\n3.99\ncpython-${minor} # note\n`)).path).toBe(path);
    expect((await with_("system\n")).path).toBe(path);
    expect((await with_("3.99 system\ncpython 3\n")).path).toBe(path);
    expect((await with_(">=3.9, <3.99 # ours\n")).path).toBe(path);
    expect((await with_(">= 3.9\n")).path).toBe(path);
    for (const coding of ["utf16le", "utf-8"] as const) {
      expect((await with_(Buffer.from(`\uFEFF${minor}\r\n`, coding))).path).toBe(path);
    }
    expect((await with_(Buffer.from(`\uFEFF${minor}\r\n`, "utf16le").swap16())).path).toBe(path);
    for (const [text, reason] of [
      [">=3.9 <3.99\n", "'>=3.9 <3.99' is no specifier of versions"],
      ["3.9\0\n", "it holds a NUL byte"],
    ] as const) {
      expect(await problemOf(() => with_(text))).toMatchObject({
        code: "E_PYTHON_VERSION_FILE",
        params: { file, reason },
      });
    }
    expect((await with_("pypy3.9\n", { requiresPython: parseSpecifiers(">=3") })).path).toBe(path);
    expect(await problemOf(() => with_("3.99\n"))).toMatchObject({
      code: "E_PYTHON_NOT_FOUND",
      params: { wanted: `'3.99' of '${file}'` },
    });
    expect(await problemOf(() => with_("pypy3.9\n"))).toMatchObject({
      code: "E_PYTHON_IMPLEMENTATION",
      params: { origin: `'${file}'` },
    });
  });

  test("a virtual environment on PATH is known as one", async () => {
    const path = link(join(root, "venv", "bin", "python"));
    writeFileSync(join(root, "venv", "pyvenv.cfg"), `home = ${dirname(real.realPath)}\n`);
    expect(await find([dirname(path)])).toMatchObject({
      path,
      isVirtual: true,
      prefix: join(root, "venv"),
      basePrefix: real.basePrefix,
    });
  });
});

describe("pyenv's shims", () => {
  const pyenv = join(root, "pyenv");
  const shims = join(pyenv, "shims");

  beforeAll(() => {
    const shim = `#!/usr/bin/env bash\nexport PYENV_ROOT="${pyenv}"\nexec "${pyenv}/libexec/pyenv" exec "$program" "$@"\n`;
    for (const name of ["python", "python3", `python${minor}`]) program(join(shims, name), shim);
    link(join(pyenv, "versions", "3.4.10", "bin", "python3"));
    link(join(pyenv, "versions", "3.4.2", "bin", "python3"));
    link(join(pyenv, "versions", "mine", "bin", "python"));
    link(join(root, "system", "python3"));
  });

  const at = (version: string, name = "python3") => join(pyenv, "versions", version, "bin", name);
  const shimmed = async (env: Record<string, string> = {}) => (await find([shims, join(root, "system")], { env })).path;

  test("are resolved by PYENV_VERSION, .python-version and the global file, as pyenv does", async () => {
    expect(await shimmed()).toBe(join(root, "system", "python3"));
    writeFileSync(join(pyenv, "version"), "3.4.2\n");
    expect(await shimmed()).toBe(at("3.4.2"));
    expect(await shimmed({ PYENV_VERSION: "mine" })).toBe(at("mine", "python"));
    expect(await shimmed({ PYENV_VERSION: "absent:3.4" })).toBe(at("3.4.10"));
    expect(await shimmed({ PYENV_VERSION: "python-3.4.10" })).toBe(at("3.4.10"));
    expect(await shimmed({ PYENV_VERSION: "../../elsewhere:system" })).toBe(join(root, "system", "python3"));
    writeFileSync(join(cwd, ".python-version"), `${minor}\nmine\n`);
    expect((await find([shims], { env: { PYENV_ROOT: pyenv } })).path).toBe(at("mine", "python"));
    rmSync(join(cwd, ".python-version"));
  });

  test("all that are there are told where a pin or a version finds none", async () => {
    const home = join(root, "home-with-pyenv");
    const path = [join(home, "bin", "python3"), ...["3.10.1", "3.11.2"].map((one) => installed(home, one))].map(link);
    const env = { HOME: home };
    writeFileSync(join(cwd, ".python-version"), "3.99\n");
    const pinned = await problemOf(() => find([join(home, "bin")], { env }));
    rmSync(join(cwd, ".python-version"));
    const asked = await problemOf(() => find([join(home, "bin")], { env, request: "3.99" }));
    for (const { code, params } of [pinned, asked]) {
      expect(code).toBe("E_PYTHON_NOT_FOUND");
      const { looked } = params as { looked: { path: string; reason: string }[] }; // the parameters of E_PYTHON_NOT_FOUND
      expect(looked.map((verdict) => verdict.path).sort()).toEqual(path.sort());
      expect(new Set(looked.map(({ reason }) => reason))).toEqual(new Set([`is Python ${real.version}`]));
    }
  });

  const installed = (home: string, version: string) => join(home, ".pyenv", "versions", version, "bin", "python");

  test("installed versions that are not active are the last place to look", async () => {
    const path = link(join(pyenv, "versions", minor, "bin", "python"));
    expect((await find([], { env: { PYENV_ROOT: pyenv }, request: minor })).path).toBe(path);
  });
});

describe("the cache of answers", () => {
  test("an interpreter is asked once, and again when it was replaced", async () => {
    const count = join(root, "count");
    writeFileSync(count, "");
    const text = `#!/bin/sh\necho x >> ${count}\nexec ${real.realPath} "$@"\n`;
    const wrapper = program(join(root, "wrapped", "python3"), text);
    const times = () =>
      Bun.file(count)
        .text()
        .then((lines) => lines.length / 2);
    const first = await find([dirname(wrapper)]);
    expect(first).toMatchObject({ path: wrapper, realPath: real.realPath, version: real.version });
    expect(await find([dirname(wrapper)])).toEqual(first);
    return times().then(async (asked) => {
      expect(asked).toBe(1);
      utimesSync(wrapper, 1, 1);
      await find([dirname(wrapper)]);
      expect(await times()).toBe(2);
      // The same size and time, and another file.
      program(join(root, "wrapped", "next"), text);
      utimesSync(join(root, "wrapped", "next"), 1, 1);
      renameSync(join(root, "wrapped", "next"), wrapper);
      await find([dirname(wrapper)]);
      expect(await times()).toBe(3);
    });
  });

  test("a file that was cut short is made again", async () => {
    const again = join(root, "again");
    const options = {
      environment: { PATH: dirname(real.realPath), HOME: root },
      cwd,
      platform: "linux" as const,
      cacheRoot: again,
    };
    const first = await findInterpreter(options);
    for (const name of readdirSync(join(again, "interpreters")))
      writeFileSync(join(again, "interpreters", name), '{"schema"');
    expect(await findInterpreter(options)).toEqual(first);
  });
});

describe("what an interpreter says of itself", () => {
  test("agrees with the interpreter's own modules", async () => {
    const code =
      "import sys, sysconfig, json, platform; print(json.dumps([sys.implementation.cache_tag, sysconfig.get_config_var('SOABI') or '', sys.base_prefix, platform.python_version(), platform.machine()]))";
    const said = Bun.spawnSync([real.realPath, "-I", "-c", code]).stdout.toString();
    const { abi, basePrefix, markers } = real;
    const known = [abi.cacheTag, abi.soabi, basePrefix, markers.python_full_version, markers.platform_machine];
    expect(JSON.parse(said)).toEqual(known);
    expect(real.tagTarget.python.join(".")).toBe(minor);
    expect(real.scheme.purelib).toContain(`python${minor}`);
  });
});
