/** The cache is shared by processes that know nothing of each other. */

import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { testBench } from "./testing.ts";

const program = `
const { openIndexClient } = await import(process.argv[2]);
const { loadIndexConfig } = await import(process.argv[3]);
const [url, cacheRoot] = process.argv.slice(4);
const config = loadIndexConfig({ flags: { defaultIndex: url }, environment: { PIP_CONFIG_FILE: "/dev/null" }, home: cacheRoot, platform: "linux" });
const report = { emit() {}, warn(problem) { console.log(problem.code); } };
for (const refresh of [false, true, true]) {
  const client = openIndexClient({ config, cacheRoot, report, offline: false, refresh });
  for (let i = 0; i < 12; i++) {
    const page = await client.page("p" + i);
    for (let release = 0; release < page.count; release++) await client.metadata(page.filesAt(release)[0]);
  }
  client.close();
}
process.exit(0);
`;

test("four processes at once leave whole files that answer everything, and nothing temporary", async () => {
  using bench = testBench();
  const index = await startFixtureIndex();
  try {
    const names = Array.from({ length: 12 }, (_, i) => `p${i}`);
    for (const name of names) for (const version of ["1", "2"]) index.add(buildWheel({ name, version }));
    const script = join(bench.directory, "client.ts");
    writeFileSync(script, program);
    const modules = ["client.ts", "config.ts"].map((name) => join(import.meta.dir, name));
    const command = [process.execPath, script, ...modules, index.simple, bench.directory];
    const running = [1, 2, 3, 4].map(() => Bun.spawn(command, { stdout: "pipe", stderr: "pipe" }));
    for (const one of running) {
      expect([await one.exited, await new Response(one.stdout).text(), await new Response(one.stderr).text()]).toEqual([
        0,
        "",
        "",
      ]);
    }
    const left = readdirSync(join(bench.directory, "index-v1"), { recursive: true }).map(String);
    expect(left.filter((path) => path.endsWith(".tmp"))).toEqual([]);
    const client = bench.open({ flags: { defaultIndex: index.simple }, offline: true });
    for (const name of names) {
      const page = await client.page(name);
      for (let release = 0; release < 2; release++) {
        expect(await client.metadata(page.filesAt(release)[0] ?? expect.unreachable())).toMatchObject({ name });
      }
    }
  } finally {
    await index.stop();
  }
}, 30_000);
