/** Files of requirements and constraints by URL: read as carefully as an index, asked for by each command, never stale. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import {
  type FixtureRequest,
  type HttpServer,
  type Outcome,
  startHttpServer,
} from "../../tests/fixture-index/index.ts";
import { openRunScene, type RunResult, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
let server: HttpServer;
let files: Record<string, Outcome> = {};
let asked: FixtureRequest[] = [];

const text = (body: string): Outcome => ({ status: 200, headers: { "content-type": "text/plain" }, body });

beforeAll(async () => {
  scene = await openRunScene();
  server = await startHttpServer((request) => {
    asked.push(request);
    return files[request.target] ?? { status: 404, body: "nothing here" };
  });
});
afterEach(() => {
  files = {};
  asked = [];
});
afterAll(async () => {
  await server.stop();
  await scene.close();
});

const withSecret = (path: string): string => `${server.origin.replace("://", "://me:hunter2@")}${path}`;
const pybun = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> =>
  scene.pybun(words, { env: { PIP_RETRIES: "0", ...env } });

/** Pins, or the exit code and the first line of what went wrong. */
async function pins(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await pybun(["resolve", ...words], env);
  if (exitCode !== 0) return `${exitCode} ${stderr.split("\n", 1)[0]}`;
  return stdout.match(/^\S+==\S+/gm)?.join(" ") ?? "";
}

describe("resolve", () => {
  test("takes constraints and requirements, and what they name beside them", async () => {
    files = {
      "/a/con.txt": text("alpha<2"),
      "/a/req.txt": text("-r more/x.txt\n-c con.txt"),
      "/a/more/x.txt": text("alpha"),
    };
    expect(await pins(["alpha", "-c", `${server.origin}/a/con.txt`])).toBe("alpha==1.0 beta==0.5");
    const { stdout } = await pybun(["resolve", "-r", `${server.origin}/a/req.txt`]);
    expect(stdout).toContain(
      `alpha==1.0\n    # via\n    #   -c ${server.origin}/a/con.txt\n    #   -r ${server.origin}/a/more/x.txt\n`,
    );
    scene.write("names.txt", `alpha\n-c ${server.origin}/a/con.txt\n`);
    expect(await pins(["-r", "names.txt"])).toBe("alpha==1.0 beta==0.5");
    expect(await pins(["alpha"], { PIP_CONSTRAINT: `${server.origin}/a/con.txt` })).toBe("alpha==1.0 beta==0.5");
    expect(await pins(["alpha"], { UV_CONSTRAINT: `${server.origin}/a/con.txt` })).toBe("alpha==1.0 beta==0.5");
  }, 30_000);

  test("follows redirects, and stays relative to the address that was given", async () => {
    const moved: Outcome = { status: 302, headers: { location: "/elsewhere/req.txt" }, body: "" };
    files = { "/a/req.txt": moved, "/elsewhere/req.txt": text("-r x.txt"), "/a/x.txt": text("beta") };
    expect(await pins(["-r", `${server.origin}/a/req.txt`])).toBe("beta==0.5");
  });

  test("sends credentials of the URL, of netrc and of an index, and shows none", async () => {
    files = { "/req.txt": text("beta\n-c con.txt\n"), "/con.txt": text("beta<1") };
    const login = `Basic ${Buffer.from("me:hunter2").toString("base64")}`;
    const logins = () => asked.map(({ headers }) => headers["authorization"]);
    for (const format of ["text", "json", "jsonl"]) {
      const told = await pybun(["resolve", "-r", withSecret("/req.txt"), "--format", format]);
      expect(told.exitCode).toBe(0);
      expect(told.stdout + told.stderr).not.toContain("hunter2");
    }
    const { stdout } = await pybun(["resolve", "-r", withSecret("/req.txt")]);
    for (const flag of ["-c", "-r"]) expect(stdout).toContain(`#   ${flag} http://****@127.0.0.1`);
    const netrc = scene.write("netrc", "machine 127.0.0.1 login me password hunter2\n");
    expect(await pins(["-r", `${server.origin}/req.txt`], { NETRC: netrc })).toBe("beta==0.5");
    expect(logins()).toEqual(Array.from({ length: 10 }, () => login));
    files = { "/req.txt": text("nonsense >> 1") };
    const wrong = await pybun(["resolve", "-r", withSecret("/req.txt"), "--format", "json"]);
    expect([wrong.exitCode, wrong.stdout.includes("hunter2")]).toEqual([65, false]);
  }, 30_000);

  test("takes UTF-16 and Latin-1 as from the disk", async () => {
    files = { "/wide.txt": { status: 200, body: Buffer.from("\uFEFFbeta", "utf16le") } };
    expect(await pins(["-r", `${server.origin}/wide.txt`])).toBe("beta==0.5");
  });
});

describe("refused with the code of the service, and without secrets:", () => {
  const rows: readonly (readonly [string, Outcome | undefined, string])[] = [
    ["nothing there", undefined, "69 error[E_REQUIREMENTS_FILE_REMOTE]: cannot read 'http://****@"],
    ["a web page", text("<!DOCTYPE html>\n<html>"), "69 error[E_REQUIREMENTS_FILE_REMOTE]: cannot read 'http://****@"],
    ["a login that does not do", { status: 401, body: "" }, "69 error[E_INDEX_AUTH]"],
    ["a broken server", { status: 503, body: "" }, "69 error[E_INDEX_STATUS]"],
    [
      "an answer cut short",
      { status: 200, body: "beta", contentLength: 100, cutAfterBytes: 4 },
      "69 error[E_INDEX_TRUNCATED]",
    ],
    ["no end", { status: 200, body: "beta\n".repeat(100_000), endless: true }, "69 error[E_INDEX_TOO_LARGE]"],
    [
      "a redirect off the web",
      { status: 302, headers: { location: "file:///etc/passwd" } },
      "69 error[E_INDEX_REDIRECT]",
    ],
    ["Latin-1", { status: 200, body: Buffer.from("six # \xE9", "latin1") }, "65 error[E_REQUIREMENTS_FILE_ENCODING]"],
    ["a file of this machine", text("-r file:///etc/hostname"), "66 error[E_REQUIREMENTS_FILE_MISSING]"],
  ];
  for (const [name, outcome, expected] of rows) {
    test(name, async () => {
      if (outcome !== undefined) files = { "/req.txt": outcome };
      const { exitCode, stderr } = await pybun(["resolve", "-r", withSecret("/req.txt")]);
      expect(`${exitCode} ${stderr}`).toStartWith(expected);
      expect(stderr).not.toContain("hunter2");
      const setting = await pybun(["resolve", "beta"], { PIP_CONSTRAINT: withSecret("/req.txt") });
      expect(setting.exitCode).toBe(exitCode);
      expect(setting.stderr).not.toContain("hunter2");
    }, 30_000);
  }

  test("--offline", async () => {
    files = { "/con.txt": text("alpha<2") };
    for (const words of [["--offline"], []]) {
      const env = words.length === 0 ? { UV_OFFLINE: "1" } : {};
      const told = await pins(["alpha", "-c", `${server.origin}/con.txt`, ...words], env);
      expect(told).toStartWith(`69 error[E_INDEX_OFFLINE]: '${server.origin}/con.txt' is never in the cache`);
    }
    expect((await pybun(["resolve", "--offline", "-r", `${server.origin}/con.txt`])).stderr).toContain(
      "hint: It is read anew by each command: save it as a file",
    );
    expect(asked).toEqual([]);
  });
});

describe("is never answered from memory", () => {
  test("env create, at a place of its own", async () => {
    const versionIn = async (place: string): Promise<string> => {
      const words = ["env", "create", "alpha", "-c", `${server.origin}/con.txt`, "--dir", place];
      expect((await pybun(words)).exitCode).toBe(0);
      const code = "import importlib.metadata as m; print(m.version('alpha'))";
      return (await scene.pybun(["run", "-c", code], { env: { PYBUN_ENV: `${scene.directory}/${place}` } })).stdout;
    };
    files = { "/con.txt": text("alpha<2") };
    expect([await versionIn("one"), await versionIn("two")]).toEqual(["1.0\n", "1.0\n"]);
    files = { "/con.txt": text("alpha>=2") };
    expect(await versionIn("three")).toBe("2.0\n");
  }, 30_000);

  test("run of a script", async () => {
    const script = scene.write(
      "shows.py",
      '# /// script\n# dependencies = ["alpha"]\n# ///\nimport importlib.metadata as m\nprint(m.version("alpha"))\n',
    );
    const run = async () => (await pybun(["run", script], { PIP_CONSTRAINT: `${server.origin}/con.txt` })).stdout;
    files = { "/con.txt": text("alpha<2") };
    expect([await run(), await run()]).toEqual(["1.0\n", "1.0\n"]);
    files = { "/con.txt": text("alpha>=2") };
    expect(await run()).toBe("2.0\n");
    files = {};
    expect(await run()).toBe("");
  }, 30_000);

  test("nor is a file of this machine that takes values from variables", async () => {
    scene.write("limits.txt", "alpha<${LIMIT}\n");
    const script = scene.write(
      "shows-limited.py",
      '# /// script\n# dependencies = ["alpha"]\n# ///\nimport importlib.metadata as m\nprint(m.version("alpha"))\n',
    );
    const run = async (LIMIT: string) => (await pybun(["run", script], { PIP_CONSTRAINT: "limits.txt", LIMIT })).stdout;
    expect([await run("2"), await run("2"), await run("3")]).toEqual(["1.0\n", "1.0\n", "2.0\n"]);
  }, 30_000);
});
