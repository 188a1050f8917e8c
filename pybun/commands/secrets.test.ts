/** Whatever characters a password has, and however its address is spelled: no command shows it, and no file keeps it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type HttpServer, startHttpServer } from "../../tests/fixture-index/index.ts";
import { block, openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
let server: HttpServer;

beforeAll(async () => {
  scene = await openRunScene();
  const wheel = new Uint8Array(await (await fetch(await wheelUrl())).arrayBuffer());
  const page = '<a href="/files/beta-0.5-py3-none-any.whl">beta</a>';
  const paths: Readonly<Record<string, string | Uint8Array>> = {
    "/files/beta-0.5-py3-none-any.whl": wheel,
    "/simple/beta/": page,
    "/links/": page,
    "/ok.txt": "beta\n",
  };
  server = await startHttpServer(({ target }) => {
    const body = paths[target];
    if (body === undefined) return { status: 404, body: "" };
    return { status: 200, headers: { "content-type": target.endsWith("/") ? "text/html" : "text/plain" }, body };
  });
});
afterAll(async () => {
  await server.stop();
  await scene.close();
});

async function wheelUrl(): Promise<string> {
  const page = await (await fetch(`${scene.index.simple.replace(/\/$/, "")}/beta/`)).text();
  return new URL(/href="([^"#]+)/.exec(page)?.[1] ?? "", `${scene.index.simple.replace(/\/$/, "")}/beta/`).href;
}

const logins = ["us:SEC'RET", 'us:SEC"RET', "us:SEC`RET", "us:SEC<RET", "SEC'RET"];
const spellings = ["http:", "http:\\\\", "http:///"];
const address = (login: string, path: string): string => `${server.origin.replace("://", `://${login}@`)}${path}`;
const spelled = (lead: string, path: string): string => `${lead}us:SECRET@${server.origin.slice(7)}${path}`;

async function told(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await scene.pybun(words, { env: { PIP_RETRIES: "0", ...env } });
  const said = `${stdout}\n${stderr}`;
  expect(said).not.toMatch(/SEC|RET/);
  return { exitCode, said };
}

function filesBelow(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

function keptSecrets(): readonly string[] {
  return filesBelow(join(scene.directory, "vivarium")).filter((path) => /SEC.?RET/.test(readFileSync(path, "latin1")));
}

const wheelPath = "/files/beta-0.5-py3-none-any.whl";

describe.each([
  ...logins.map((login) => ({ name: login, at: (path: string) => address(login, path) })),
  ...spellings.map((lead) => ({ name: lead, at: (path: string) => spelled(lead, path) })),
])("$name", ({ at }) => {
  test("of a wheel", async () => {
    const wish = `beta @ ${at(wheelPath)}`;
    for (const format of ["text", "json", "jsonl"]) {
      const { exitCode, said } = await told(["resolve", wish, "--format", format]);
      expect(exitCode).toBe(0);
      expect(said).toContain("****@127.0.0.1");
    }
    const script = scene.write("wish.py", `${block(`dependencies = [${JSON.stringify(wish)}]`)}print("ran")\n`);
    expect((await told(["run", "--explain", script])).exitCode).toBe(0);
    expect((await told(["run", script])).said).toContain("ran");
    expect((await told(["env", "create", wish])).exitCode).toBe(0);
    expect((await told(["env", "list"])).said).toContain("****@127.0.0.1");
    expect(keptSecrets()).toEqual([]);
  }, 60_000);

  test("of indexes, links and files", async () => {
    await told(["resolve", "beta", "--default-index", at("/simple/")]);
    await told(["resolve", "beta", "--default-index", at("/nowhere/")]);
    await told(["resolve", "beta", "--index", `corp=${at("/simple/")}`]);
    await told(["resolve", "beta"], { PIP_EXTRA_INDEX_URL: at("/simple/") });
    await told(["resolve", "beta", "--find-links", at("/links/")]);
    await told(["resolve", "beta", "--find-links", at("/nowhere/"), "--format", "json"]);
    await told(["resolve", "-r", at("/ok.txt")]);
    await told(["resolve", "-r", at("/nowhere.txt"), "--format", "json"]);
    await told(["resolve", "beta"], { PIP_CONSTRAINT: at("/ok.txt") });
    await told(["env", "create", "beta", "--find-links", at("/links/"), "-c", at("/ok.txt")]);
    await told(["env", "list"]);
    expect(keptSecrets()).toEqual([]);
  }, 60_000);

  test("of proxies and of what cannot be reached", async () => {
    const closed = at("/").replace(/:\d+\/$/, ":1/");
    await told(["resolve", "beta"], { HTTP_PROXY: closed });
    await told(["resolve", "beta"], { HTTP_PROXY: closed.replace(/:1\/$/, ":port/") });
    await told(["resolve", "beta", "--default-index", closed]);
    await told(["resolve", `beta @ ${closed}${wheelPath.slice(1)}`, "--format", "json"]);
  }, 60_000);

  test("of lines that are malformed", async () => {
    const wish = `beta @ ${at(wheelPath)} oops`;
    const script = scene.write("bad.py", block(`dependencies = [${JSON.stringify(wish)}]`));
    const file = scene.write("bad.txt", `beta\n${wish}\n`);
    for (const format of ["text", "json"]) {
      for (const words of [
        ["resolve", wish],
        ["resolve", "-r", file],
        ["run", script],
      ])
        expect((await told([...words, "--format", format])).exitCode).toBe(65);
    }
  }, 60_000);
});

test("of addresses that are refused", async () => {
  const leads = ["http://us:SECRET%40127.0.0.1:1", "https://us:SECRET", "//us:SECRET@h", "http ://us:SECRET@h"];
  const wheel = "beta-1.0-py3-none-any.whl";
  for (const lead of leads) {
    const wish = `beta @ ${lead}/${wheel}`;
    const script = scene.write("refused.py", block(`dependencies = [${JSON.stringify(wish)}]`));
    for (const format of ["text", "json"]) {
      for (const option of ["--index", "--default-index", "--find-links", "-r", "-c"]) {
        await told(["resolve", "beta", option, `${lead}/x`, "--offline", "--format", format]);
      }
      for (const words of [
        ["resolve", wish],
        ["resolve", "-r", scene.write("refused.txt", `${wish}\n`)],
        ["run", script],
      ])
        await told([...words, "--offline", "--format", format]);
      for (const name of ["UV_INDEX", "UV_CONSTRAINT", "PIP_FIND_LINKS", "HTTPS_PROXY"]) {
        await told(["resolve", "beta", "--offline", "--format", format], { [name]: "http://us:SECRET\nSECRET@h/x" });
        await told(["resolve", "beta", "--offline", "--format", format], { [name]: lead });
      }
    }
  }
}, 120_000);

test("a login without a scheme is none to a proxy that cannot be read", async () => {
  for (const login of ["us:SECRET", "SEC'RET"]) await told(["resolve", "beta"], { HTTP_PROXY: `${login}@h:port` });
});

test("what a program prints keeps its at signs", async () => {
  const code = 'print("pulled docker://alpine:latest for me@corp.org; see scp://h:dir/f to bob@h2")';
  const { stdout } = await scene.pybun(["run", "--format", "json", "-c", code]);
  expect(stdout).toContain("docker://alpine:latest for me@corp.org; see scp://h:dir/f to bob@h2");
  expect(stdout).not.toContain("****");
});
