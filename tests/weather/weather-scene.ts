/** What the tests of bad weather share: a script that needs three wheels, and a look at a store that must be whole. */

import { expect } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildWheel } from "../fixture-index/index.ts";
import { block, type RunScene } from "../run/run-scene.ts";

/** Three wheels, one with a script, one with data, two that share a directory. */
export function addThreeWheels({ index }: RunScene): void {
  index.add(
    buildWheel({ name: "first", version: "1.0", files: { "shared/first.py": "x = 1\n", "first.py": "x = 1\n" } }),
  );
  index.add(
    buildWheel({
      name: "second",
      version: "1.0",
      files: {
        "shared/second.py": "x = 2\n",
        "second/__init__.py": "x = 2\n",
        "second-1.0.data/data/share/second.txt": "two\n",
      },
    }),
  );
  index.add(
    buildWheel({
      name: "third",
      version: "1.0",
      files: { "third.py": "x = 4\ndef main(): print('third')\n" },
      entryPoints: { console_scripts: ["third = third:main"] },
    }),
  );
}

export const threeScript = `${block('dependencies = ["first", "second", "third"]')}import first, second, third, shared.first, shared.second
print(first.x + second.x + third.x + shared.first.x + shared.second.x)
`;

export const threeOutput = "10\n";

/** What the run must say wherever it works. */
export async function expectRuns(scene: RunScene, name = "three.py"): Promise<void> {
  const result = await scene.pybun(["run", name]);
  expect(result).toEqual({ exitCode: 0, stdout: threeOutput, stderr: "" });
}

/** Nothing half-made is where finished things are: each entry of the store has what makes it one. */
export function expectWholeStore(cache: string): void {
  const marks: readonly (readonly [prefix: string, mark: string])[] = [
    ["wheels-", "manifest.json"],
    ["envs-", "record.json"],
  ];
  for (const kind of existsSync(cache) ? readdirSync(cache) : []) {
    const mark = marks.find(([prefix]) => kind.startsWith(prefix))?.[1];
    if (mark === undefined) continue;
    for (const key of readdirSync(join(cache, kind))) {
      expect(existsSync(join(cache, kind, key, mark)), `${kind}/${key} has its ${mark}`).toBe(true);
    }
  }
}

/** Names of what is being made or thrown away. */
export function leftovers(cache: string): readonly string[] {
  return ["tmp", "trash"].flatMap((folder) => {
    const path = join(cache, folder);
    return existsSync(path) ? readdirSync(path) : [];
  });
}
