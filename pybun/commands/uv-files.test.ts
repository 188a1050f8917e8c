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
  ])("not: %s", async (_, text) => {
    await withFile("place/uv.toml", text, async () => expect(await told(["resolve", "beta"])).toEqual([]));
  });
});

describe("nothing is passed over", () => {
  const own = '[[index]]\nurl = "https://private.example/simple"\ndefault = true\n';
  const source = "index with default = true in './place/uv.toml'";

  test("where a flag, a variable or a script's block asks for the same", async () => {
    const { UV_DEFAULT_INDEX: simple = "" } = scene.environment;
    await withFile("place/uv.toml", `prerelease = "allow"\n${own}`, async () => {
      const env = { UV_DEFAULT_INDEX: "", UV_PRERELEASE: "allow", PIP_INDEX_URL: simple };
      expect(await told(["resolve", "beta"])).toEqual(["prerelease in './place/uv.toml'"]);
      expect(await told(["resolve", "--prerelease", "allow", "beta"])).toEqual([]);
      const flagged = await told(["resolve", "--default-index", simple, "beta"], { env: { UV_DEFAULT_INDEX: "" } });
      expect(flagged).toEqual(["prerelease in './place/uv.toml'"]);
      expect(await told(["resolve", "beta"], { env })).toEqual([]);
      const lines = ["[tool.uv]", 'prerelease = "allow"', `[[tool.uv.index]]`, `url = "${simple}"`, "default = true"];
      scene.write("place/block.py", `${block('dependencies = ["beta"]', ...lines)}print('ran')\n`);
      expect(await told(["run", "block.py"], { env: { UV_DEFAULT_INDEX: "" } })).toEqual([]);
    });
  });

  test("of what adds up only where each value is asked for", async () => {
    const { UV_DEFAULT_INDEX: simple = "" } = scene.environment;
    const lists = `find-links = ["${simple}/beta/"]
no-binary-package = ["alpha"]
constraint-dependencies = ["beta < 9"]
[[index]]
url = "${simple}/"
[[index]]
url = "https://private.example/simple"
`;
    await withFile("place/uv.toml", lists, async () => {
      const keys = ["index", "find-links", "constraint-dependencies", "no-binary-package"];
      const sources = keys.map((key) => `${key} in './place/uv.toml'`);
      const resolve = ["resolve", "beta", "--only-binary", "beta"];
      scene.write("place/other.txt", "alpha<3\n");
      const others = ["-c", "other.txt", "--no-binary", "tool", "-f", `${simple}/tool/`, "--index", simple];
      expect((await told([...resolve, ...others])).toSorted()).toEqual(sources.toSorted());
      scene.write("place/same.txt", "beta<9\n");
      const same = ["-c", "same.txt", "--no-binary", "Alpha", "-f", `${simple}/beta/`];
      expect(await told([...resolve, ...same])).toEqual(["index in './place/uv.toml'"]);
    });
    for (const text of [`[[index]]\nurl = "${simple}/"\n`, `index-url = "${simple}"\n`]) {
      await withFile("place/uv.toml", text, async () => expect(await told(["resolve", "beta"])).toEqual([]));
    }
    const publicIndex = '[[index]]\nurl = "https://pypi.org/simple/"\ndefault = true\n';
    await withFile("place/uv.toml", publicIndex, async () => {
      const { stderr } = await scene.pybun(["resolve", "--offline", "beta"], {
        cwd: join(scene.directory, "place"),
        env: { UV_DEFAULT_INDEX: "" },
      });
      expect(stderr).not.toContain("W_SETTING_IGNORED");
    });
  });

  test("and is, with the right flag, where nobody does", async () => {
    await withFile("place/uv.toml", own, async () => {
      const env = { UV_DEFAULT_INDEX: "", UV_INDEX: scene.environment["UV_DEFAULT_INDEX"] ?? "" };
      expect(await told(["resolve", "--offline", "beta"], { env })).toEqual([source]);
      expect(await told(["resolve", "--offline", "beta"], { env: { ...env, UV_NO_INDEX: "0" } })).toEqual([source]);
      const cwd = join(scene.directory, "place");
      const { stderr } = await scene.pybun(["resolve", "--offline", "beta"], { cwd, env });
      expect(stderr).toContain("name the index with `--default-index` or UV_DEFAULT_INDEX");
    });
  });
});

describe("which files", () => {
  test("[pip] by `resolve` and `env`, which do what `uv pip` does", async () => {
    await withFile("place/uv.toml", '[pip]\nextra-index-url = ["https://private.example/simple"]\n', async () => {
      expect(await told(["resolve", "beta"])).toEqual(["pip.extra-index-url in './place/uv.toml'"]);
      expect(await told(["env", "create", "beta"])).toEqual(["pip.extra-index-url in './place/uv.toml'"]);
      expect(await told(["run", "asks.py"])).toEqual([]);
    });
  });

  test("the root of a workspace besides its member, and a project around it not", async () => {
    const root = `[tool.uv.workspace]\nmembers = ["deep"]\n[[tool.uv.index]]\nurl = "https://private.example/simple"\n`;
    await withFile("pyproject.toml", '[tool.uv]\nprerelease = "allow"\n', () =>
      withFile("place/pyproject.toml", root, () =>
        withFile("place/deep/pyproject.toml", '[tool.uv]\nresolution = "lowest"\n', async () => {
          expect(await told(["resolve", "beta"], { in: "place/deep" })).toEqual([
            "tool.uv.resolution in './place/deep/pyproject.toml'",
            "tool.uv.index in './place/pyproject.toml'",
          ]);
        }),
      ),
    );
  });

  test("what cannot be read is named, but for a project, whose reader names it", async () => {
    for (const [text, reason] of [
      ["index = [\n", "it is no TOML"],
      [`# ${"x".repeat(17 << 20)}`, "it is too large"],
    ] as const) {
      await withFile("place/uv.toml", text, async () => {
        const { exitCode, stderr } = await scene.pybun(["resolve", "beta"], { cwd: join(scene.directory, "place") });
        expect(exitCode).toBe(0);
        expect(stderr).toContain(`uv.toml' is not obeyed: ${reason}\n`);
      });
    }
    expect(await told(["resolve", "beta"], { env: { UV_CONFIG_FILE: "none.toml" } })).toEqual(["'./place/none.toml'"]);
  });

  test("the nearest one that says something, and the user's", async () => {
    const user = "home/.config/uv/uv.toml";
    await withFile(user, "offline = true\n", () =>
      withFile("uv.toml", 'extra-index-url = ["https://far.example/simple"]\n', () =>
        withFile("place/pyproject.toml", '[tool.uv.sources]\nbeta = { index = "own" }\n', async () => {
          const sources = ["extra-index-url in './uv.toml'", `offline in './${user}'`];
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
