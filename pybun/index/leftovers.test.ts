import { expect, test } from "bun:test";
import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSdist, buildWheel, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { failureOf, testBench } from "./testing.ts";

test("what a killed writer left behind goes when somebody writes there; what may be in use stays", async () => {
  const index = await startFixtureIndex({ metadata: "none" });
  using bench = testBench();
  try {
    for (const name of ["left", "right"]) index.add(buildWheel({ name, version: "1.0" }));
    const visit = async (name: string): Promise<void> => {
      const client = bench.open({ flags: { defaultIndex: index.simple } });
      const page = await client.page(name);
      await client.metadata(page.filesAt(0)[0] ?? expect.unreachable());
      client.close();
    };
    await visit("left");
    const files = readdirSync(bench.directory, { recursive: true, encoding: "utf8" });
    const places = files.filter((path) => /\.(?:page|metadata)$/.test(path)).map((path) => dirname(path));
    expect(places).toHaveLength(2);
    const left = (name: string): string[] => places.map((place) => join(bench.directory, place, name));
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const path of [...left("left.page.1.0.tmp"), ...left("left.page.2.0.tmp")]) writeFileSync(path, "half");
    for (const path of left("left.page.1.0.tmp")) utimesSync(path, twoHoursAgo, twoHoursAgo);
    await visit("right");
    expect(left("left.page.1.0.tmp").filter(existsSync)).toEqual([]);
    expect(left("left.page.2.0.tmp").filter(existsSync)).toHaveLength(2);
  } finally {
    await index.stop();
  }
});

test("that a source archive needs a build is known without reading it again", async () => {
  const index = await startFixtureIndex({ metadata: "none" });
  using bench = testBench();
  try {
    index.add(buildSdist({ name: "left", version: "1.0", dynamic: ["Requires-Dist"] }));
    const verdict = (): Promise<string> => {
      const client = bench.open({ flags: { defaultIndex: index.simple } });
      return failureOf(async () => {
        const page = await client.page("left");
        try {
          await client.metadata(page.filesAt(0)[0] ?? expect.unreachable());
        } finally {
          client.close();
        }
      });
    };
    const first = await verdict();
    expect(first).toContain("E_SDIST_BUILD_NEEDED");
    expect(await verdict()).toBe(first);
    expect(index.log.filter(({ target }) => target.startsWith("/files/"))).toHaveLength(1);
  } finally {
    await index.stop();
  }
});
