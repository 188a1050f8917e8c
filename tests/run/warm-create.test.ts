/** The warm path of `env create --dir`: that it is taken, that it makes the same, and that whatever changes is noticed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buildWheel } from "../fixture-index/index.ts";
import { makeRenamedPython } from "./renamed-python.ts";
import { openRunScene, type RunResult, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
});

afterAll(() => scene.close());

/** Makes an environment with strace's list of files that were opened, so that the path it took can be seen. */
async function create(place: string, ...words: readonly string[]): Promise<RunResult & { tookLongWay: boolean }> {
  const log = join(scene.directory, "trace");
  const command = ["strace", "-f", "-qq", "-e", "trace=openat", "-o", log, scene.program, "env", "create"];
  const { directory: cwd, environment: env } = scene;
  const result = await runProgram([...command, ...words, "--dir", place], { cwd, env });
  return { ...result, tookLongWay: readFileSync(log, "utf8").includes("pybun/commands/env-execute.ts") };
}

/** Until the record is there; what the wish was before does not matter. */
async function warm(place: string, ...words: readonly string[]): Promise<void> {
  for (const round of [1, 2]) {
    const { exitCode, stderr } = await create(`${place}-${round}`, ...words);
    expect({ exitCode, stderr: round === 1 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  }
}

const resultOf = ({ exitCode, stdout, stderr, tookLongWay }: Awaited<ReturnType<typeof create>>) => ({
  exitCode,
  stdout,
  stderr,
  tookLongWay,
});

const succeeded = (place: string, tookLongWay: boolean) => ({
  exitCode: 0,
  stdout: `${join(scene.directory, place)}\n`,
  stderr: "",
  tookLongWay,
});

/** Every entry below a directory, with its mode and its text or target. */
function contentsOf(root: string): Readonly<Record<string, string>> {
  const entries = readdirSync(root, { withFileTypes: true, recursive: true });
  const described = entries.map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) return [path, readlinkSync(path)];
    return [
      path,
      entry.isDirectory() ? "directory" : `${statSync(path).mode.toString(8)} ${readFileSync(path, "utf8")}`,
    ];
  });
  return Object.fromEntries(described.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("the same words at another place read a record, make what the long way makes, and ask nobody", async () => {
  scene.write("all.txt", "alpha\ntool==3.0\n");
  await warm("same", "-r", "all.txt");
  const asked = scene.index.log.length;
  expect(resultOf(await create("again", "-r", "all.txt"))).toEqual(succeeded("again", false));
  const fast = contentsOf(join(scene.directory, "again"));
  renameSync(join(scene.directory, "again"), join(scene.directory, "aside"));
  await scene.pybun(["-v", "env", "create", "-r", "all.txt", "--dir", "again"]);
  expect(contentsOf(join(scene.directory, "again"))).toEqual(fast);
  expect(Object.keys(fast).some((path) => path.endsWith("bin/tool-script"))).toBe(true);
  expect(scene.index.log.length).toBe(asked);
}, 30_000);

test("its programs run, and `env list` knows it", async () => {
  await warm("programs", "tool");
  await create("made", "tool");
  const made = join(scene.directory, "made");
  const ran = await runProgram([join(made, "bin", "tool-script"), "word"], { env: scene.environment });
  expect(ran).toEqual({ exitCode: 5, stdout: "tool ['word']\n", stderr: "" });
  expect((await scene.pybun(["env", "list"])).stdout).toContain(made);
}, 30_000);

test("required hashes do not keep it away", async () => {
  const { stdout } = await scene.pybun(["resolve", "--hashes", "--output-format", "requirements", "alpha"]);
  scene.write("hashed.txt", stdout);
  await warm("hashed", "-r", "hashed.txt");
  expect(resultOf(await create("hashed", "-r", "hashed.txt"))).toEqual(succeeded("hashed", false));
}, 30_000);

interface Change {
  readonly name: string;
  readonly before?: () => void;
  readonly change: () => void;
  readonly undo?: () => void;
}

const changes: readonly Change[] = [
  { name: "a file of requirements says something else", change: () => scene.write("wish.txt", "beta\n") },
  {
    name: "a .python-version appears",
    change: () => scene.write(".python-version", "3\n"),
    undo: () => rmSync(join(scene.directory, ".python-version")),
  },
  {
    name: "a pyproject.toml appears",
    change: () => scene.write("pyproject.toml", '[project]\nname = "p"\nrequires-python = ">=3.9"\n'),
  },
  {
    name: "a pyproject.toml says something else",
    change: () => scene.write("pyproject.toml", '[project]\nname = "p"\nrequires-python = ">=3.8"\n'),
    undo: () => rmSync(join(scene.directory, "pyproject.toml")),
  },
  {
    name: "the view lost an entry",
    change: () => {
      for (const path of allOf("views-", "site-packages/alpha-2.0.dist-info")) rmSync(path, { recursive: true });
    },
  },
  {
    name: "a link of the name pyproject.toml is moved to another file, equal in size and time",
    before: () => leadProject("p1.toml", ">=3.9"),
    change: () => leadProject("p2.toml", ">=3.8"),
    undo: () => rmSync(join(scene.directory, "pyproject.toml")),
  },
  { name: "a wheel is gone", change: () => rmSync(join(scene.cache, kindOf("wheels-")), { recursive: true }) },
  {
    name: "the record is cut short",
    change: () => {
      for (const path of recordsOf()) writeFileSync(path, readFileSync(path).subarray(0, 200));
    },
  },
];

const kindOf = (prefix: string): string => readdirSync(scene.cache).find((name) => name.startsWith(prefix)) ?? prefix;

/** This path in each entry of a kind that has it. */
function allOf(prefix: string, path: string): readonly string[] {
  const kind = join(scene.cache, kindOf(prefix));
  const found = readdirSync(kind).map((key) => join(kind, key, path));
  const there = found.filter((one) => statSync(one, { throwIfNoEntry: false }) !== undefined);
  if (there.length === 0) throw new Error(`no entry in ${kind} has ${path}`);
  return there;
}

function leadProject(target: string, requires: string): void {
  const text = `[project]\nname = "p"\nrequires-python = "${requires}"\n`;
  utimesSync(scene.write(target, text), 1_577_836_800, 1_577_836_800);
  rmSync(join(scene.directory, "pyproject.toml"), { force: true });
  symlinkSync(target, join(scene.directory, "pyproject.toml"));
}

const recordsOf = (): readonly string[] =>
  readdirSync(join(scene.cache, "creates-v1")).map((key) => join(scene.cache, "creates-v1", key));

for (const [number, { name, before, change, undo }] of changes.entries()) {
  test(`goes the long way, and works, when ${name}`, async () => {
    scene.write("wish.txt", "alpha\n");
    before?.();
    await warm(`change-${number}`, "-r", "wish.txt");
    expect((await create(`before-${number}`, "-r", "wish.txt")).tookLongWay).toBe(false);
    change();
    const after = await create(`after-${number}`, "-r", "wish.txt");
    undo?.();
    expect(resultOf({ ...after, stderr: "" })).toEqual(succeeded(`after-${number}`, true));
    const python = join(scene.directory, `after-${number}`, "bin", "python");
    const wanted = readFileSync(join(scene.directory, "wish.txt"), "utf8").trim();
    expect((await runProgram([python, "-c", `import ${wanted}`], {})).stderr).toBe("");
  }, 30_000);
}

test("a directory that has the name of what --python means is noticed when it gets an interpreter", async () => {
  const versions = join(scene.directory, "home", ".pyenv", "versions");
  mkdirSync(versions, { recursive: true });
  symlinkSync(dirname(dirname(scene.python)), join(versions, "my-python"));
  const words = ["beta", "-p", "my-python"];
  mkdirSync(join(scene.directory, "my-python", "bin"), { recursive: true });
  await warm("named", ...words);
  expect((await create("named-before", ...words)).tookLongWay).toBe(false);
  const { version } = await makeRenamedPython(scene, "my-python");
  expect((await create("named-after", ...words)).tookLongWay).toBe(true);
  expect(readFileSync(join(scene.directory, "named-after", "pyvenv.cfg"), "utf8")).toContain(version);
}, 30_000);

test("places that need a closer look go the long way", async () => {
  await warm("closer", "alpha");
  mkdirSync(join(scene.directory, "with space"));
  mkdirSync(join(scene.directory, "empty"));
  for (const place of ["with space/env", "long".repeat(40), "empty", "new/folder/env", "it's"])
    expect(resultOf(await create(place, "alpha")), place).toEqual(succeeded(place, true));
  scene.write("taken/file", "mine");
  const taken = await create("taken", "alpha");
  expect([taken.exitCode, taken.stderr.includes("E_ENV_DIRECTORY_TAKEN")]).toEqual([65, true]);
  expect(readdirSync(join(scene.directory, "taken"))).toEqual(["file"]);
}, 60_000);

test("what prints more than the path, or takes its wish from elsewhere, is not remembered", async () => {
  scene.write("variable.txt", "${WANTED}\n");
  const env = { WANTED: "alpha" };
  const before = recordsOf().length;
  const lines = [
    ["--format", "json", "alpha"],
    ["-q", "alpha"],
    ["--refresh", "alpha"],
    ["-r", "variable.txt"],
  ];
  for (const [number, words] of lines.entries()) {
    const place = `forgotten-${number}`;
    const { exitCode } = await scene.pybun(["env", "create", ...words, "--dir", place], { env });
    expect(exitCode).toBe(0);
  }
  const { exitCode } = await scene.pybun(["env", "create", "-r", "-", "--dir", "of-stdin"], { stdin: "alpha\n" });
  expect(exitCode).toBe(0);
  expect(recordsOf().length).toBe(before);
}, 30_000);

test.each([
  ["packages", "both/module.py"],
  ["data", "NAME-1.0.data/data/share/both.txt"],
])(
  "%s that two wheels bring are warned of each time",
  async (kind, file) => {
    const names = [`one-${kind}`, `two-${kind}`];
    for (const name of names) {
      const path = file.replace("NAME", name.replace("-", "_"));
      scene.index.add(buildWheel({ name, version: "1.0", files: { [path]: `'${name}'\n` } }));
    }
    for (const round of [1, 2, 3]) {
      const { exitCode, stderr } = await create(`both-${kind}-${round}`, ...names);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining("W_ENV_FILE_CONFLICT") });
    }
  },
  30_000,
);

test("pipes are read once, by whoever needs them, and never remembered", async () => {
  const { directory: cwd, environment } = scene;
  const make = (place: string, line: string, words: string) => {
    const script = `exec "$0" env create --dir ${place} ${words} < <(echo '${line}')`;
    return runProgram(["bash", "-c", script.replace("FIFO", `<(echo '${line}')`), scene.program], {
      cwd,
      env: environment,
    });
  };
  const has = async (place: string): Promise<string> => {
    const list = "import importlib.metadata as m; print(sorted(f'{d.name} {d.version}' for d in m.distributions()))";
    return (await runProgram([join(cwd, place, "bin", "python"), "-c", list], {})).stdout.trim();
  };
  for (const [number, [line, words, wanted]] of [
    ["beta", "-r FIFO", "['beta 0.5']"],
    ["tool", "-r FIFO", "['tool 3.0']"],
    ["beta", "-r /dev/stdin", "['beta 0.5']"],
    ["tool", "-r /dev/stdin", "['tool 3.0']"],
    ["alpha==1.0", "alpha -c FIFO", "['alpha 1.0', 'beta 0.5']"],
    ["alpha==1.0", "alpha -c FIFO", "['alpha 1.0', 'beta 0.5']"],
  ].entries()) {
    const made = await make(`piped-${number}`, line ?? "", words ?? "");
    expect([made.exitCode, made.stderr, await has(`piped-${number}`)], words).toEqual([0, "", wanted ?? ""]);
  }
}, 60_000);

test("a file that became a pipe is not read before it is needed", async () => {
  scene.write("becomes.txt", "beta\n");
  await warm("becomes", "-r", "becomes.txt");
  rmSync(join(scene.directory, "becomes.txt"));
  Bun.spawnSync(["mkfifo", join(scene.directory, "becomes.txt")]);
  const writer = Bun.spawn(["sh", "-c", `echo tool > '${join(scene.directory, "becomes.txt")}'`]);
  expect(resultOf(await create("became", "-r", "becomes.txt"))).toEqual(succeeded("became", true));
  await writer.exited;
}, 30_000);

test("a signal while it is placed ends the command by that signal, with the environment whole", async () => {
  await warm("ended", "tool");
  const inject = ["-f", "-o", "/dev/null", "-e", "trace=symlink", "-e", "inject=symlink:signal=SIGTERM:when=1"];
  for (const [number, words] of [["tool"], ["tool", "--refresh"]].entries()) {
    const place = `ended-at-${number}`;
    const command = ["strace", ...inject, scene.program, "env", "create", ...words, "--dir", place];
    const { exitCode, stdout } = await runProgram(command, { cwd: scene.directory, env: scene.environment });
    expect({ exitCode, stdout }, words.join(" ")).toEqual({ exitCode: 143, stdout: "" });
    const ran = await runProgram([join(scene.directory, place, "bin", "tool-script")], {});
    expect(ran.exitCode, place).toBe(5);
  }
}, 30_000);

test("a record of odd parts is written anew", async () => {
  for (const path of recordsOf()) rmSync(path);
  await warm("odd", "tool");
  const odd = { format: 3, witnesses: [], files: [{}], view: {}, environment: {}, plan: {}, scripts: "bin" };
  for (const path of recordsOf()) {
    const { format } = JSON.parse(readFileSync(path, "utf8")) as { format: number };
    writeFileSync(path, JSON.stringify({ ...odd, format }));
  }
  expect(resultOf(await create("odd-again", "tool"))).toEqual(succeeded("odd-again", true));
  expect((await create("odd-third", "tool")).tookLongWay).toBe(false);
}, 30_000);

test("`cache clean` takes the records with what they name", async () => {
  await warm("cleaned", "beta");
  rmSync(join(scene.directory, "cleaned-1"), { recursive: true });
  await scene.pybun(["cache", "clean"]);
  expect(recordsOf()).toEqual([]);
  expect(resultOf(await create("later", "beta")).exitCode).toBe(0);
}, 30_000);
