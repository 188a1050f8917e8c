/** What is edited while a first run installs is no part of what that run remembers: the next one reads it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { block, openRunScene, type RunScene } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

interface Edit {
  readonly name: string;
  readonly before?: () => void;
  /** While the index is asked. */
  readonly edit: (home: string) => void;
  readonly env?: () => Readonly<Record<string, string>>;
}

const wish = block('dependencies = ["alpha"]');
const told = 'import importlib.metadata as m\nprint(m.version("alpha"))\n';
const limits = (): Readonly<Record<string, string>> => ({ UV_CONSTRAINT: join(scene.directory, "limits.txt") });

const edits: readonly Edit[] = [
  { name: "its own block", edit: () => scene.write("place/s.py", block('dependencies = ["alpha<2"]') + told) },
  {
    name: "a file of constraints",
    before: () => scene.write("limits.txt", "beta<9\n"),
    edit: () => scene.write("limits.txt", "alpha<2\n"),
    env: limits,
  },
  {
    name: "pip's configuration, which was not there",
    edit: (home) =>
      scene.write(`${home}/.config/pip/pip.conf`, `[global]\nconstraint = ${scene.write("c.txt", "alpha<2\n")}\n`),
    env: () => ({ PIP_CONFIG_FILE: "" }),
  },
];

/** With an empty cache, so that the first command asks the index. */
function prepare(number: number, { before, edit, env }: Edit) {
  before?.();
  scene.write("place/s.py", wish + told);
  const home = `home-${number}`;
  const editing = (): undefined => {
    edit(home);
  };
  scene.index.behave("/simple/alpha/", editing, { times: 1 });
  const cwd = join(scene.directory, "place");
  const variables = {
    HOME: join(scene.directory, home),
    VIVARIUM_HOME: join(scene.directory, home, "vivarium"),
    ...env?.(),
  };
  return (...words: readonly string[]) => scene.pybun(words, { cwd, env: variables });
}

for (const [number, edit] of edits.entries()) {
  test(`a run: ${edit.name}`, async () => {
    const pybun = prepare(number, edit);
    expect(await pybun("run", "s.py")).toMatchObject({ stdout: "2.0\n", exitCode: 0 });
    expect(await pybun("run", "s.py")).toMatchObject({ stdout: "1.0\n", exitCode: 0 });
  });
}

test("a run: the block of a script does not lead to what another one with the new block finds", async () => {
  const pybun = prepare(100, { name: "", edit: () => scene.write("place/s.py", block('dependencies = ["tool"]')) });
  scene.write("place/other.py", `${block('dependencies = ["tool"]')}import tool\nprint("tool")\n`);
  expect(await pybun("run", "s.py")).toMatchObject({ exitCode: 0 });
  expect(await pybun("run", "other.py")).toMatchObject({ stdout: "tool\n", exitCode: 0 });
});

const creations: readonly Edit[] = [
  { name: "its file of requirements", edit: () => scene.write("place/wish.txt", "alpha<2\n") },
  ...edits.slice(-1),
];

for (const [number, edit] of creations.entries()) {
  test(`env create: ${edit.name}`, async () => {
    scene.write("place/wish.txt", "alpha\n");
    const pybun = prepare(200 + number, edit);
    const versionAt = async (place: string): Promise<string> => {
      expect(await pybun("env", "create", "-r", "wish.txt", "--dir", place)).toMatchObject({ exitCode: 0 });
      const python = join(scene.directory, "place", place, "bin", "python");
      return Bun.spawnSync([python, "-c", told]).stdout.toString();
    };
    expect(await versionAt(`first-${number}`)).toBe("2.0\n");
    expect(await versionAt(`second-${number}`)).toBe("1.0\n");
  });
}
