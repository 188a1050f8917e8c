/** An environment of ours that the user named or put beside his project is in use as long as a program runs in it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;
let fifo = "";

beforeAll(async () => {
  scene = await openRunScene();
  fifo = join(scene.directory, "fifo");
  Bun.spawnSync(["mkfifo", fifo]);
  scene.write("wait.py", `import sys\nopen(${JSON.stringify(fifo)}, 'w').close()\nsys.stdin.read()\n`);
});

afterAll(() => scene.close());

/** What `body` gives while the program runs. */
async function whileRunning<T>(
  args: readonly string[],
  { env = {}, body }: { env?: Readonly<Record<string, string>>; body: () => Promise<T> },
): Promise<T> {
  const child = Bun.spawn([scene.program, "run", ...args, "wait.py"], {
    cwd: scene.directory,
    env: { ...scene.environment, ...env },
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
  });
  await Bun.file(fifo).text();
  const result = await body();
  await child.stdin.end();
  expect(await child.exited).toBe(0);
  return result;
}

const remove = async (place: string) => {
  const { exitCode, stderr } = await scene.pybun(["env", "remove", place]);
  return { exitCode, code: /error\[(\w+)\]/.exec(stderr)?.[1] };
};
const refused = { exitCode: 74, code: "E_ENV_IN_USE" };

const create = async (...args: readonly string[]) =>
  (await scene.pybun(["env", "create", "beta", ...args])).stdout.trim();

describe("at a place of its own", () => {
  test.each([
    [".venv", [], ""],
    [".venv", [], ""], // the warm path
    [".venv", ["--format=json"], ""],
    [".venv", ["--with", "alpha"], ""],
    ["own", [], "VIRTUAL_ENV"],
    ["own", [], "PYBUN_ENV"],
  ] as const)("'%s' with %j and '%s'", async (place, args, variable) => {
    const path = await create("--dir", place);
    const env = variable === "" ? {} : { [variable]: path };
    const body = async () => [
      await remove(place),
      (await scene.pybun(["env", "create", "--dir", place, "--clear"])).exitCode,
    ];
    expect(await whileRunning(args, { env, body })).toEqual([refused, 74]);
    expect(existsSync(path)).toBe(true);
  });

  test("not because of an equal one elsewhere", async () => {
    await create("--dir", ".venv");
    const path = await create("--dir", "equal");
    expect(await whileRunning([], { body: () => remove(path) })).toEqual({ exitCode: 0, code: undefined });
    expect(await remove(".venv")).toEqual({ exitCode: 0, code: undefined });
  });
});

test("in the store", async () => {
  const path = await create();
  expect(await whileRunning([], { env: { VIRTUAL_ENV: path }, body: () => remove(path) })).toEqual(refused);
  expect(await remove(path)).toEqual({ exitCode: 0, code: undefined });
});
