/** `pybun resolve` and the hashes of wheels: what is printed was compared, and what came whole is compared first. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");

test("a URL's hash is compared with the whole wheel, also where only a part of it was needed", async () => {
  const noise = Array.from({ length: 6000 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest());
  const wheel = buildWheel({ name: "lib", version: "1.0", files: { "lib/data.bin": Buffer.concat(noise) } });
  const home = mkdtempSync(join(tmpdir(), "resolve-url-hash-"));
  const index = await startFixtureIndex();
  index.add(wheel);
  const resolve = (...argv: readonly string[]) =>
    runProcess([launcher, "pybun", "resolve", "--default-index", index.simple, ...argv], {
      cwd: home,
      environment: { VIVARIUM_HOME: home, PIP_CONFIG_FILE: "/dev/null" },
    });
  try {
    const url = `${index.origin}/files/${wheel.filename}`;
    const wrong = await resolve(`lib @ ${url}#sha256=${"0".repeat(64)}`);
    expect([wrong.exitCode, wrong.stdout]).toEqual([76, ""]);
    expect(wrong.stderr).toContain("error[E_INDEX_HASH]");
    const right = `lib @ ${url}#sha256=${wheel.sha256}`;
    expect((await resolve(right)).stdout).toContain(right);
    // What was compared once is known.
    expect((await resolve(right, "--offline")).stdout).toContain(right);
  } finally {
    await index.stop();
    rmSync(home, { recursive: true });
  }
});

test("a damaged wheel from a server without ranges is told by its hash", async () => {
  const wheel = buildWheel({ name: "lib", version: "1.0" });
  const bytes = Buffer.from(wheel.bytes).fill(0, wheel.bytes.length - 30);
  const home = mkdtempSync(join(tmpdir(), "resolve-damaged-"));
  const index = await startFixtureIndex({ ranges: "none", metadata: "none" });
  index.add({ ...wheel, bytes });
  try {
    const { exitCode, stderr } = await runProcess(
      [launcher, "pybun", "resolve", "--default-index", index.simple, "lib"],
      { cwd: home, environment: { VIVARIUM_HOME: home, PIP_CONFIG_FILE: "/dev/null" } },
    );
    expect(stderr).toContain(`error[E_INDEX_HASH]: ${wheel.filename}`);
    expect(exitCode).toBe(76);
  } finally {
    await index.stop();
    rmSync(home, { recursive: true });
  }
});
