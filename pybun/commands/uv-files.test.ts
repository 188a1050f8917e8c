/** Settings of packages in uv's files are not obeyed, and each command that wishes for packages says so. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunScene } from "../../tests/run/run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
  scene.write("place/asks.py", `${block('dependencies = ["beta"]')}print('ran')\n`);
  scene.write("place/plain.py", "print('ran')\n");
  mkdirSync(join(scene.directory, "place", "deep"));
});
afterAll(() => scene.close());

const index = '[[index]]\nname = "own"\nurl = "https://private.example/simple"\n';

interface Asked {
  readonly in?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What W_SETTING_IGNORED names, the scene's directory as `.`. */
async function told(
  words: readonly string[],
  { in: place = "place", env = {} }: Asked = {},
): Promise<readonly string[]> {
  const { exitCode, stderr } = await scene.pybun(words, { cwd: join(scene.directory, place), env });
  expect(exitCode, stderr).toBe(0);
  const found = stderr.matchAll(/^warning\[W_SETTING_IGNORED\]: (.*) is not obeyed/gm);
  return [...found].map(([, source = ""]) => source.replaceAll(scene.directory, "."));
}

async function withFile(path: string, text: string, check: () => Promise<void>): Promise<void> {
  const file = scene.write(path, text);
  try {
    await check();
  } finally {
    rmSync(file);
  }
}

test("a private index in a uv.toml around is told by each command, each time, also after runs without it", async () => {
  const commands: readonly (readonly string[])[] = [
    ["resolve", "beta"],
    ["env", "create", "beta"],
    ["env", "path", "beta"],
    ["run", "--with", "beta", "plain.py"],
    ["run", "../asks.py"],
  ];
  const inDeep = (words: readonly string[]) => words.map((word) => (word === "plain.py" ? "../plain.py" : word));
  let round = 0;
  const all = () => [...commands, ["env", "create", "beta", "--dir", `made-${++round}`]].map(inDeep);
  for (const words of [...all(), ...all()]) expect(await told(words, { in: "place/deep" })).toEqual([]);
  await withFile("place/uv.toml", index, async () => {
    for (const words of [...all(), ...all()]) {
      expect(await told(words, { in: "place/deep" }), words.join(" ")).toEqual(["index in './place/uv.toml'"]);
    }
    expect(await told(["run", "../plain.py"], { in: "place/deep" })).toEqual([]);
  });
}, 60_000);

describe("which keys", () => {
  test("of [tool.uv] in a pyproject.toml, each with what to do instead", async () => {
    const text = `[project]
name = "p"
[tool.uv]
constraint-dependencies = ["beta<1"]
override-dependencies = ["beta<1"]
exclude-newer = 2030-01-01T00:00:00Z
prerelease = "allow"
dev-dependencies = ["alpha"]
[[tool.uv.index]]
url = "https://private.example/simple"
`;
    await withFile("place/pyproject.toml", text, async () => {
      const keys = ["index", "constraint-dependencies", "override-dependencies", "exclude-newer", "prerelease"];
      const sources = keys.map((key) => `tool.uv.${key} in './place/pyproject.toml'`);
      expect(await told(["resolve", "beta"], { in: "place/deep" })).toEqual(sources);
      const { stderr } = await scene.pybun(["resolve", "beta"], { cwd: join(scene.directory, "place") });
      expect(stderr).toContain("is not obeyed: name the index with `--index` or UV_INDEX\n");
    });
  });

  test.each([
    ["what changes no package", 'cache-dir = "x"\npackage = false\n[sources]\nbeta = { index = "own" }\n'],
    [
      "defaults and nothing",
      'no-index = false\nfind-links = []\nresolution = "highest"\nindex-strategy = "first-index"\n',
    ],
    ["an index for named projects alone", `${index}explicit = true\n`],
    ["no TOML", "index = [\n"],
  ])("not: %s", async (_, text) => {
    await withFile("place/uv.toml", text, async () => expect(await told(["resolve", "beta"])).toEqual([]));
  });
});

describe("which files", () => {
  test("the nearest one that says something, and the user's", async () => {
    const user = "home/.config/uv/uv.toml";
    await withFile(user, "offline = true\n", () =>
      withFile("uv.toml", 'index-url = "https://far.example/simple"\n', () =>
        withFile("place/pyproject.toml", '[tool.uv.sources]\nbeta = { index = "own" }\n', async () => {
          const sources = ["index-url in './uv.toml'", `offline in './${user}'`];
          expect(await told(["resolve", "beta"])).toEqual(sources);
          await withFile("place/uv.toml", index, async () => {
            expect(await told(["resolve", "beta"])).toEqual(["index in './place/uv.toml'", `offline in './${user}'`]);
          });
        }),
      ),
    );
  });

  test("UV_CONFIG_FILE in their stead, and none with UV_NO_CONFIG", async () => {
    await withFile("place/uv.toml", index, async () => {
      scene.write("other.toml", "no-index = true\n");
      const env = { UV_CONFIG_FILE: "../other.toml" };
      expect(await told(["resolve", "beta"], { env })).toEqual(["no-index in './other.toml'"]);
      expect(await told(["resolve", "beta"], { env: { UV_NO_CONFIG: "1" } })).toEqual([]);
    });
  });
});
