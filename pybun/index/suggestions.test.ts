/** Who hears the names that stand in for one that does not exist: nobody wrote them. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { failureOf, testBench } from "./testing.ts";

const login = "me:hunter2";

const askedNames = (index: FixtureIndex): readonly string[] => [
  ...new Set(index.log.map(({ target }) => target.split("/")[2] ?? "")),
];

async function withIndexes(
  body: (indexes: { first: FixtureIndex; last: FixtureIndex; closed: FixtureIndex }) => Promise<void>,
): Promise<void> {
  const [first, last, closed] = await Promise.all([
    startFixtureIndex(),
    startFixtureIndex(),
    startFixtureIndex({ login }),
  ]);
  try {
    await body({ first, last, closed });
  } finally {
    await Promise.all([first, last, closed].map((index) => index.stop()));
  }
}

test("the only index, if it takes anybody, confirms what is near", () =>
  withIndexes(async ({ last }) => {
    using bench = testBench();
    last.add(buildWheel({ name: "acmes", version: "1" }));
    const client = bench.open({ flags: { defaultIndex: last.simple } });
    expect(await failureOf(() => client.page("acme"))).toEndWith("| Did you mean 'acmes'?");
    expect(askedNames(last)).toContain("acmes");
  }));

test("of several indexes none hears another name than the one that was written", () =>
  withIndexes(async ({ first, last }) => {
    using bench = testBench();
    last.add(buildWheel({ name: "acmes", version: "1" }));
    const client = bench.open({ flags: { index: [first.simple], defaultIndex: last.simple } });
    expect(await failureOf(() => client.page("acme"))).not.toContain("id you mean");
    expect([askedNames(first), askedNames(last)]).toEqual([["acme"], ["acme"]]);
  }));

test("an index with a login, from its URL or netrc, hears none either", () =>
  withIndexes(async ({ closed }) => {
    using bench = testBench();
    writeFileSync(join(bench.directory, ".netrc"), "machine 127.0.0.1 login me password hunter2");
    for (const defaultIndex of [closed.simple.replace("://", `://${login}@`), closed.simple]) {
      const client = bench.open({ flags: { defaultIndex } });
      expect(await failureOf(() => client.page("acme"))).not.toContain("id you mean");
      client.close();
    }
    expect(askedNames(closed)).toEqual(["acme"]);
  }));

test("what was seen before is suggested all the same", () =>
  withIndexes(async ({ first, last }) => {
    using bench = testBench();
    first.add(buildWheel({ name: "acme", version: "1" }));
    const client = bench.open({ flags: { index: [first.simple], defaultIndex: last.simple } });
    await client.page("acme");
    expect(await failureOf(() => client.page("acmme"))).toEndWith("| Did you mean 'acme'?");
    expect([askedNames(first), askedNames(last)]).toEqual([["acme", "acmme"], ["acmme"]]);
  }));

test("of very many names that nobody has, only the first get suggestions", async () => {
  using bench = testBench();
  writeFileSync(join(bench.directory, "acme-1-py3-none-any.whl"), "");
  const client = bench.open({ flags: { noIndex: true, findLinks: [bench.directory] } });
  const names = Array.from({ length: 100 }, (_, i) => `nobody-has-${i}`);
  expect(await failureOf(() => client.page("acmes"))).toEndWith("| Did you mean 'acme'?");
  await Promise.allSettled(names.map(async (name) => client.page(name)));
  expect(await failureOf(() => client.page("acmess"))).not.toContain("id you mean");
});
