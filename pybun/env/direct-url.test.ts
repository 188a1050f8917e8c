/** What an environment says of wheels that were asked for by URL, and that those of an index say nothing of it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel } from "../../tests/fixture-index/distributions.ts";
import { oraclePython } from "../../tools/oracles.ts";
import type { StoredWheel } from "../wheel/stored-wheel.ts";
import { verifyEntry } from "../wheel/verify.ts";
import { directUrlText, originUrl } from "./direct-url.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { openScene, python, run } from "./testing/scene.ts";

const scene = openScene();
afterAll(scene.remove);

describe("the URL that is written down", () => {
  test.each([
    ["https://user:word@files.example/a-1-py3-none-any.whl", "https://files.example/a-1-py3-none-any.whl"],
    ["https://files.example/a.whl#sha256=00", "https://files.example/a.whl"],
    ["https://files.example/a.whl?token=abc&v=2", "https://files.example/a.whl?v=2"],
    ["https://files.example/a.whl?sv=1&sig=abc", "https://files.example/a.whl?sv=1"],
    ["https://files.example/a.whl?X-Amz-Signature=abc", "https://files.example/a.whl"],
    ["https://files.example/a.whl?x=%2F&y", "https://files.example/a.whl?x=%2F&y"],
    ["file:///srv/wheels/a%20b.whl", "file:///srv/wheels/a%20b.whl"],
  ])("of %s is %s", (given, written) => {
    expect(originUrl(given)).toBe(written);
  });
});

const shape = {
  name: "direct",
  version: "1.0",
  files: { "direct/__init__.py": "version = '1.0'\n", "direct-1.0.data/data/share/direct.txt": "data" },
  entryPoints: { console_scripts: ["direct = direct:version.title"] },
};
const url = "https://files.example/direct-1.0-py3-none-any.whl";
const readText = "import importlib.metadata as m; print(m.distribution('direct').read_text('direct_url.json'))";

let wheel: StoredWheel;
let byUrl: EnvironmentRecord;
let byIndex: EnvironmentRecord;
let copied: EnvironmentRecord;
let pipPython = "";

beforeAll(async () => {
  pipPython = await oraclePython();
  wheel = await scene.wheel(shape);
  const origins = new Map([[wheel.sha256, url]]);
  byIndex = await scene.environment("by-index", [wheel]);
  byUrl = await scene.environment("by-url", [wheel], { origins });
  copied = await scene.environment("copied", [wheel], { origins, materialize: ["direct"] });
}, 300_000);

const pip = (record: EnvironmentRecord, ...words: readonly string[]): string => {
  const common = ["--python", record.python, "--disable-pip-version-check"];
  return run([pipPython, "-m", "pip", ...common, ...words], { HOME: scene.root }).out;
};

describe("direct_url.json", () => {
  test("is in the environment by URL only, though the wheels are equal", () => {
    expect(byUrl.view).not.toBe(byIndex.view);
    expect(JSON.parse(python(byUrl, readText))).toEqual({
      url,
      archive_info: { hash: `sha256=${wheel.sha256}`, hashes: { sha256: wheel.sha256 } },
    });
    expect(python(byIndex, readText)).toBe("None");
    expect(existsSync(join(wheel.path, "direct-1.0.dist-info/direct_url.json"))).toBe(false);
    expect(verifyEntry(join(wheel.path, ".."))).toBeUndefined();
  });

  test("is what pip freeze and pip inspect read, in a view and in a copy", () => {
    expect(pip(byIndex, "freeze")).toBe("direct==1.0");
    for (const record of [byUrl, copied]) {
      expect(pip(record, "freeze")).toBe(`direct @ ${url}#sha256=${wheel.sha256}`);
      const { installed } = JSON.parse(pip(record, "inspect")) as { installed: { direct_url?: object }[] };
      expect(installed.map((entry) => entry.direct_url)).toEqual([
        JSON.parse(directUrlText({ url, sha256: wheel.sha256 })) as object,
      ]);
    }
  }, 60_000);

  test("is a line of RECORD whose hash and size are right, and every file that RECORD names exists", () => {
    const code = `import importlib.metadata as m, hashlib, base64
for file in m.distribution('direct').files:
    data = file.locate().read_bytes()
    if file.hash: assert base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode() == file.hash.value, file
    if file.size is not None: assert file.size == len(data), file
print(sum(file.name == 'direct_url.json' for file in m.distribution('direct').files))`;
    for (const record of [byUrl, copied]) expect(python(record, code)).toBe("1");
  });

  test("of a copied wheel goes with all the rest when pip uninstalls it", async () => {
    const origins = new Map([[wheel.sha256, url]]);
    for (const more of [{ origins }, {}]) {
      const key = `uninstalled-${Object.keys(more).length}`;
      const record = await scene.environment(key, [wheel], { ...more, materialize: ["direct"] });
      const before = run(["find", record.path]).out;
      expect(before).toContain("bin/direct\n");
      expect(pip(record, "uninstall", "--yes", "direct")).toContain("Successfully uninstalled");
      expect(run(["find", record.path, "-name", "*direct*"]).out).toBe("");
    }
  }, 60_000);

  test("environments by the same URL share a view; another URL has another one", async () => {
    const origins = new Map([[wheel.sha256, url]]);
    expect((await scene.environment("again", [wheel], { origins })).view).toBe(byUrl.view);
    const mirror = new Map([[wheel.sha256, "https://mirror.example/direct-1.0-py3-none-any.whl"]]);
    expect((await scene.environment("mirror", [wheel], { origins: mirror })).view).not.toBe(byUrl.view);
  });

  test("that a wheel brings itself is neither believed nor written through", async () => {
    const lying = await scene.wheel({
      name: "lying",
      version: "1",
      files: { "lying.py": "", "lying-1.dist-info/direct_url.json": '{"url": "https://elsewhere.example/"}' },
    });
    const origins = new Map([[lying.sha256, "https://files.example/lying-1-py3-none-any.whl"]]);
    const read = "import importlib.metadata as m; print(m.distribution('lying').read_text('direct_url.json'))";
    for (const more of [{ origins }, { origins, materialize: ["lying"] }]) {
      const record = await scene.environment(`lying-${Object.keys(more).length}`, [lying], more);
      expect(python(record, read)).toContain("files.example");
    }
    expect(readFileSync(join(lying.path, "lying-1.dist-info/direct_url.json"), "utf8")).toContain("elsewhere");
    expect(verifyEntry(join(lying.path, ".."))).toBeUndefined();
  });

  test("says what pip itself writes for the same file", () => {
    const file = join(scene.root, "direct-1.0-py3-none-any.whl");
    writeFileSync(file, buildWheel(shape).bytes);
    const target = join(scene.root, "by-pip");
    run([pipPython, "-m", "pip", "install", "--no-index", "--no-deps", "--target", target, file], { HOME: scene.root });
    const info = readdirSync(target).find((name) => name.endsWith(".dist-info")) ?? "";
    const theirs: unknown = JSON.parse(readFileSync(join(target, info, "direct_url.json"), "utf8"));
    expect(JSON.parse(directUrlText({ url: Bun.pathToFileURL(file).href, sha256: wheel.sha256 }))).toEqual(theirs);
  }, 60_000);
});
