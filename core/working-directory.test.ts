import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { workingDirectory } from "./working-directory.ts";

const program = `const { nowhere, workingDirectory } = await import(${JSON.stringify(join(import.meta.dir, "working-directory.ts"))});
console.log(workingDirectory() === nowhere);`;

describe("workingDirectory", () => {
  test("is the system's", () => {
    expect(workingDirectory()).toBe(process.cwd());
  });

  test("is a place that cannot be, once it was deleted", () => {
    const inDeleted = 'd=$(mktemp -d) && cd "$d" && rmdir "$d" && exec "$0" --config=/dev/null -e "$1"';
    const child = Bun.spawnSync(["/bin/sh", "-c", inDeleted, process.execPath, program]);
    expect({ stdout: child.stdout.toString(), stderr: child.stderr.toString() }).toEqual({
      stdout: "true\n",
      stderr: "",
    });
  });
});
