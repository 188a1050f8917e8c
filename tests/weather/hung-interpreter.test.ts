/** Ctrl-C and its kin while an interpreter is asked that never answers: nothing of it is left. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { openRunScene, type RunScene } from "../run/run-scene.ts";

let scene: RunScene;

beforeAll(async () => {
  scene = await openRunScene();
});

afterAll(() => scene.close());

const states = (pid: string): string => Bun.spawnSync(["ps", "-o", "stat=", "-p", pid]).stdout.toString().trim();

test.each([
  ["SIGINT", 130, ["run", "-p"]],
  ["SIGTERM", 143, ["run", "-p"]],
  ["SIGINT", 130, ["resolve", "--python"]],
] as const)("%s gives %d and ends the interpreter: %j", async (signal, exitCode, args) => {
  const fifo = `${scene.directory}/${signal}-${args[0]}`;
  Bun.spawnSync(["mkfifo", fifo]);
  const hung = scene.write(`hung-${signal}-${args[0]}`, `#!/bin/sh\necho $$ > '${fifo}'\nexec sleep 600\n`);
  chmodSync(hung, 0o755);
  const command = [scene.program, ...args, hung, ...(args[0] === "run" ? ["-c", "1"] : ["beta"])];
  const child = Bun.spawn(command, { cwd: scene.directory, env: scene.environment, stderr: "pipe" });
  const pid = (await Bun.file(fifo).text()).trim();
  expect(states(pid)).toMatch(/^[^Z]/);
  child.kill(signal);
  expect(await child.exited).toBe(exitCode);
  // A zombie of an init that never reaps counts as gone.
  expect(states(pid)).toMatch(/^(?:Z.*)?$/);
});
