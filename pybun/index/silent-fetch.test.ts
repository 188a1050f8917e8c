import { expect, test } from "bun:test";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { testBench } from "./testing.ts";

const login = "me:hunter2";
const launcher = join(import.meta.dir, "..", "..", "vivarium", "launch.ts");

test("no variable of the runtime makes it print requests with their credentials", async () => {
  const index = await startFixtureIndex({ login });
  index.add(buildWheel({ name: "left", version: "1.0" }));
  try {
    using bench = testBench();
    const location = index.simple.replace("://", `://${login}@`);
    const command = [process.execPath, "--no-env-file", launcher, "pybun", "resolve", "left"];
    const environment = {
      VIVARIUM_HOME: bench.directory,
      BUN_CONFIG_VERBOSE_FETCH: "curl",
      UV_DEFAULT_INDEX: location,
    };
    const { stdout, stderr } = await runProcess(command, { environment });
    expect(stdout).toContain("left==1.0");
    expect(stderr.toLowerCase()).not.toContain("authorization");
    expect(stderr).not.toContain(btoa(login));
  } finally {
    await index.stop();
  }
});
