import { expect, test } from "bun:test";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import type { IndexFile } from "./index-file.ts";
import { failureOf, testBench } from "./testing.ts";

const noise = Buffer.concat(
  Array.from({ length: 6000 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest()),
);
const large = buildWheel({ name: "left", version: "1.0", files: { "left/data.bin": noise } });
const small = buildWheel({ name: "left", version: "1.0" });

/** A wheel by URL, as a direct requirement names it. */
const fileOf = (index: FixtureIndex, sha256: string): IndexFile => ({
  filename: large.filename,
  url: `${index.origin}/files/${large.filename}`,
  hashes: { sha256 },
  yanked: false,
  metadata: false,
  kind: "wheel",
});

const wholes = ({ log }: FixtureIndex): number => log.filter(({ headers }) => headers["range"] === undefined).length;

test("the hash of a wheel of which only a part was read is compared with the whole, once", async () => {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    index.add(large);
    const file = fileOf(index, large.sha256);
    for (const offline of [false, false, true]) {
      const client = bench.open({ flags: { noIndex: true }, offline });
      expect((await client.metadata(file)).version).toBe("1.0");
      await client.checkWhole(file);
      client.close();
      expect(wholes(index)).toBe(1);
    }
    const wrong = fileOf(index, "0".repeat(64));
    for (const attempt of [2, 3]) {
      const client = bench.open({ flags: { noIndex: true } });
      await client.metadata(wrong);
      expect(await failureOf(() => client.checkWhole(wrong))).toStartWith("E_INDEX_HASH");
      client.close();
      expect(wholes(index)).toBe(attempt);
    }
    expect(await failureOf(() => bench.open({ offline: true }).checkWhole(wrong))).toStartWith("E_INDEX_OFFLINE");
  } finally {
    await index.stop();
  }
});

test("a wheel that came whole for its metadata is compared then", async () => {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    index.add(small);
    const file = fileOf(index, small.sha256);
    const client = bench.open({ flags: { noIndex: true } });
    await client.metadata(file);
    await client.checkWhole(file);
    expect(index.log.map(({ headers }) => headers["range"])).toEqual(["bytes=-32768"]);
    const wrong = fileOf(index, "0".repeat(64));
    expect(await failureOf(() => bench.open({ flags: { noIndex: true } }).metadata(wrong))).toStartWith("E_INDEX_HASH");
  } finally {
    await index.stop();
  }
});
