/** Programs that are there and that their file system does not let anybody start. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene, runProgram } from "./run-scene.ts";

let scene: RunScene;
beforeAll(async () => {
  scene = await openRunScene();
});
afterAll(() => scene.close());

/** Runs where a folder of the scene is a file system of its own that is mounted `noexec`. */
async function runOnNoexec(folder: string, { before = "true", args }: { before?: string; args: readonly string[] }) {
  mkdirSync(join(scene.directory, folder), { recursive: true });
  const script = `mount -t tmpfs -o noexec none ${join(scene.directory, folder)} && ${before} && exec "$0" run "$@"`;
  const namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script];
  return runProgram([...namespace, scene.program, ...args], { cwd: scene.directory, env: scene.environment });
}

describe.skipIf(process.platform !== "linux")("E_RUN_CANNOT_START names a file system that is mounted noexec", () => {
  test("of the store, with the way out", async () => {
    const { exitCode, stderr } = await runOnNoexec("vivarium", { args: ["--with", "tool", "tool-script"] });
    expect(stderr).toMatch(
      /^error\[E_RUN_CANNOT_START\]: cannot start '\S+\/bin\/tool-script': its file system is mounted noexec\n/,
    );
    expect(stderr).toContain("hint: Set VIVARIUM_HOME to a directory from which programs may be started");
    expect(exitCode).toBe(66);
  }, 20_000);

  test("of a program by its path", async () => {
    const place = join(scene.directory, "mounted", "own");
    const before = `cp /bin/true ${place}`;
    const { exitCode, stderr } = await runOnNoexec("mounted", { before, args: ["./mounted/own"] });
    expect(stderr).toStartWith(
      `error[E_RUN_CANNOT_START]: cannot start '${place}': its file system is mounted noexec\n`,
    );
    expect(exitCode).toBe(66);
  }, 20_000);
});

test("a program that is for somebody else alone is passed over on PATH", async () => {
  const place = scene.write("programs/own", "#!/bin/sh\n");
  chmodSync(place, 0o644);
  const env = { PATH: `${join(scene.directory, "programs")}:${scene.environment["PATH"]}` };
  const { stderr } = await scene.pybun(["run", "own"], { env });
  expect(stderr).toContain("E_RUN_COMMAND_NOT_FOUND");
}, 20_000);
