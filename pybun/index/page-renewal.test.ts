import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import { type OpenOptions, type TestBench, testBench } from "./testing.ts";

const releases = Array.from({ length: 400 }, (_, i) => ({
  version: `1.${i}`,
  sha256: new Bun.CryptoHasher("sha256").update(String(i)).digest("hex"),
}));
const anchors = releases.map(
  ({ version, sha256 }) => `<a href="/files/left-${version}-py3-none-any.whl#sha256=${sha256}">left</a><br>\n`,
);
const html = `<!DOCTYPE html><html><body>\n${anchors.join("")}</body></html>\n`;

interface Scene {
  readonly bench: TestBench;
  readonly open: (options?: OpenOptions) => IndexClient;
  readonly statuses: () => number[];
  readonly index: FixtureIndex;
  /** The cached page. */
  readonly file: string;
}

/** A page of several blocks, with an entity tag, in the cache. */
async function scene(body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    serve(index);
    const open = (options: OpenOptions = {}): IndexClient =>
      bench.open({ flags: { defaultIndex: index.simple }, ...options });
    const client = open();
    await client.page("left");
    client.close();
    const root = join(bench.directory, "index-v1");
    const directory = readdirSync(root).find((name) => name.startsWith("127.0.0.1")) ?? expect.unreachable();
    const statuses = (): number[] => index.log.map(({ status }) => status);
    await body({ bench, open, statuses, index, file: join(root, directory, "left.page") });
  } finally {
    await index.stop();
  }
}

function serve(index: FixtureIndex): void {
  index.behave("/simple/left/", ({ headers }) =>
    headers["if-none-match"] === '"one"'
      ? { status: 304 }
      : { status: 200, headers: { "content-type": "text/html", etag: '"one"' }, body: html },
  );
}

/** Another digit in the last hash. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf(releases.at(-1)?.sha256 ?? "");
  bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
  writeFileSync(file, bytes);
}

async function hashOfRelease(client: IndexClient, release: number): Promise<string | undefined> {
  return (await client.page("left")).filesAt(release)[0]?.hashes["sha256"];
}

/** Only the first release is looked at, as a resolution might. */
async function look(client: IndexClient): Promise<void> {
  expect(await hashOfRelease(client, 0)).toBe(releases[0]?.sha256);
  client.close();
}

describe("a stale page", () => {
  test("that is whole stays where it is and is fresh again", () =>
    scene(async ({ bench, open, statuses, file }) => {
      const { ino } = statSync(file);
      bench.clock.advance(3_600_000);
      await look(open());
      await look(open());
      expect(statuses()).toEqual([200, 304]);
      expect(statSync(file).ino).toBe(ino);
      expect(await hashOfRelease(open(), 399)).toBe(releases[399]?.sha256);
    }));

  test("whose body is damaged is not offered for revalidation, but fetched in the same run", () =>
    scene(async ({ bench, open, statuses, file }) => {
      damage(file);
      bench.clock.advance(3_600_000);
      await look(open());
      expect(statuses()).toEqual([200, 200]);
      expect(await hashOfRelease(open(), 399)).toBe(releases[399]?.sha256);
    }));

  test("whose freshness cannot be read is revalidated", () =>
    scene(async ({ open, statuses, file }) => {
      const bytes = readFileSync(file);
      bytes.writeUInt8((bytes[20] ?? 0) ^ 1, 20);
      writeFileSync(file, bytes);
      await look(open());
      await look(open());
      expect(statuses()).toEqual([200, 304]);
    }));
});

describe("--refresh", () => {
  test("mends a page whose body is damaged", () =>
    scene(async ({ open, statuses, file }) => {
      damage(file);
      await look(open({ refresh: true }));
      expect(statuses()).toEqual([200, 200]);
      expect(await hashOfRelease(open(), 399)).toBe(releases[399]?.sha256);
    }));

  test("asks with the validators of a whole page, past whatever caches stand between", () =>
    scene(async ({ open, statuses, index }) => {
      await look(open({ refresh: true }));
      expect(statuses()).toEqual([200, 304]);
      expect(index.log.map(({ headers }) => headers["cache-control"])).toEqual([undefined, "no-cache"]);
    }));
});
