/** `pybun resolve` of wheels by URL whose URL names a hash: what is printed was compared. */
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
