/** `--dir` where the system refuses: a read-only file system, a mount point. In a mount namespace of the test's own. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { openRunScene, type RunScene, runProgram } from "../../tests/run/run-scene.ts";

let scene: RunScene;
let place = "";
beforeEach(async () => {
  scene = await openRunScene();
  place = join(scene.directory, "place");
  mkdirSync(place);
});
afterEach(() => scene.close());

/** `env create beta --dir DIR` after a command has mounted something. */
async function createMounted(mount: string, directory: string, more = "") {
  const command = `${mount}; echo mounted >&2; exec "${scene.program}" env create beta ${more} --dir "${directory}"`;
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const words = ["unshare", "--mount", ...user, "/bin/sh", "-ec", command];
  const result = await runProgram(words, { cwd: scene.directory, env: scene.environment });
  const remedy = "a mount namespace is needed: run as root, or sysctl -w kernel.unprivileged_userns_clone=1";
  expect(result.stderr.startsWith("mounted\n"), `${remedy}\n${result.stderr}`).toBe(true);
  return { ...result, stderr: result.stderr.slice("mounted\n".length) };
}

describe.if(process.platform === "linux")(
  "what is no place for an environment is told: E_ENV_DIRECTORY_UNUSABLE, 74",
  () => {
    test("a read-only file system", async () => {
      const { exitCode, stderr } = await createMounted(`mount -t tmpfs -o ro none "${place}"`, join(place, "env"));
      const reason = "the file system is read-only";
      expect(stderr).toStartWith(
        `error[E_ENV_DIRECTORY_UNUSABLE]: cannot make an environment at '${join(place, "env")}': ${reason}`,
      );
      expect(exitCode).toBe(74);
    }, 30_000);

    test("a mount point; nothing is left beside it", async () => {
      const { exitCode, stderr } = await createMounted(`mount -t tmpfs none "${place}"`, place);
      expect(stderr).toStartWith(
        `error[E_ENV_DIRECTORY_UNUSABLE]: cannot make an environment at '${place}': it is a mount point`,
      );
      expect(exitCode).toBe(74);
      expect(readdirSync(scene.directory).filter((name) => name.startsWith("."))).toEqual([]);
      expect((await scene.pybun(["env", "list"])).stdout).toBe("");
    }, 30_000);

    test("a file system without room; nothing is left, and the store is whole", async () => {
      const mount = `mount -t tmpfs -o size=4k,nr_inodes=4 none "${place}"`;
      const { exitCode, stderr } = await createMounted(mount, join(place, "env"));
      expect(stderr).toContain("no space is left");
      expect(exitCode).toBe(74);
      expect(existsSync(join(place, "env"))).toBe(false);
      expect((await scene.pybun(["cache", "verify"])).exitCode).toBe(0);
    }, 30_000);

    test("a file system that is full at any file of copied distributions: never the store's fault", async () => {
      let last = 74;
      for (let kib = 4; last !== 0; kib += 4) {
        const mount = `mount -t tmpfs -o size=${kib}k none "${place}"`;
        const { exitCode, stderr } = await createMounted(mount, join(place, "env"), "--materialize :all:");
        if (exitCode !== 0) {
          expect(stderr).toContain(`cannot make an environment at '${join(place, "env")}': no space is left`);
        }
        last = exitCode;
      }
    }, 60_000);
  },
);
