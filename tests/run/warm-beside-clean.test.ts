/** A warm run takes no lock: what cleaning takes first tells it that it came too late. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { block, openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

async function traced(script: string, env: Readonly<Record<string, string>>) {
  const log = join(scene.directory, "trace");
  const command = ["strace", "-f", "-qq", "-e", "trace=openat", "-o", log, scene.program, "run", script];
  const { stdout } = await runProgram(command, { cwd: scene.directory, env: { ...scene.environment, ...env } });
  return { stdout, isLong: readFileSync(log, "utf8").includes("pybun/commands/run-execute.ts") };
}

test.each(["a script of its own environment", "a script in an active environment of the store"])(
  "%s goes the long way when its choice is gone, and works",
  async (name) => {
    const isActive = name.includes("active");
    const script = isActive ? "plain.py" : "declared.py";
    scene.write(script, `${isActive ? "" : block('dependencies = ["alpha"]')}import alpha\nprint(alpha.version)\n`);
    const env = isActive ? { VIRTUAL_ENV: (await scene.pybun(["env", "create", "alpha"])).stdout.trim() } : {};
    await traced(script, env);
    // One run in 256 takes the long way whatever there is; two in a row do not.
    const both = [await traced(script, env), await traced(script, env)];
    expect(both.map(({ stdout }) => stdout)).toEqual(["2.0\n", "2.0\n"]);
    expect(both.some(({ isLong }) => !isLong)).toBe(true);
    rmSync(join(scene.cache, "choices-v1"), { recursive: true });
    expect(await traced(script, env)).toEqual({ stdout: "2.0\n", isLong: true });
  },
  60_000,
);
