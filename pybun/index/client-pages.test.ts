import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildWheel,
  type FixtureIndex,
  type FixtureOptions,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import type { ProjectPage } from "./index-file.ts";
import { failureOf, type OpenOptions, type TestBench, testBench } from "./testing.ts";

const left = buildWheel({
  name: "left",
  version: "1.0",
  requires: ["right>=2", 'extra-thing; extra == "more"'],
  extras: ["more"],
  requiresPython: ">=3.7,<4",
});

interface Scene {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly open: (options?: OpenOptions) => IndexClient;
}

async function scene(options: FixtureOptions, body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex(options);
  using bench = testBench();
  try {
    index.add(left, { uploadTime: "2024-05-06T07:08:09Z", yanked: "why & how" });
    const open = (more: OpenOptions = {}): IndexClient =>
      bench.open({ flags: { defaultIndex: index.simple }, ...more });
    await body({ index, bench, open });
  } finally {
    await index.stop();
  }
}

/** Asks, and closes, so that the cache is written. */
async function visit(client: IndexClient, name = "left"): Promise<ProjectPage> {
  const page = await client.page(name);
  for (let i = 0; i < page.count; i++) page.filesAt(i);
  client.close();
  return page;
}

const pagesAsked = (index: FixtureIndex): number[] =>
  index.log.filter(({ target }) => target.startsWith("/simple/left/")).map(({ status }) => status);

describe("a page", () => {
  const servers: FixtureOptions[] = [
    { form: "html" },
    { form: "html", metadataAttribute: "data-dist-info-metadata" },
    { form: "json" },
    { form: "html", compression: "gzip" },
    { form: "json", compression: "br" },
    { form: "negotiate", compression: "zstd" },
  ];
  for (const options of servers) {
    test(`reads the same, fetched and cached, from ${JSON.stringify(options)}`, () =>
      scene(options, async ({ open, index }) => {
        const fetched = await visit(open());
        const second = open();
        const cached = second.page("LEFT");
        expect(cached).not.toBeInstanceOf(Promise);
        for (const page of [fetched, await cached]) {
          expect([page.name, page.count, page.textAt(0), page.index]).toEqual(["left", 1, "1.0", index.simple]);
          expect(page.filesAt(0)).toEqual([
            {
              filename: left.filename,
              url: `${index.origin}/files/${left.filename}`,
              hashes: { sha256: left.sha256 },
              ...(options.form === "html" ? {} : { size: left.bytes.length }),
              requiresPython: ">=3.7,<4",
              yanked: "why & how",
              uploadTimeMs: Date.UTC(2024, 4, 6, 7, 8, 9),
              metadata: { sha256: new Bun.CryptoHasher("sha256").update(left.metadata).digest("hex") },
              kind: "wheel",
            },
          ]);
        }
        expect(pagesAsked(index)).toEqual([200]);
      }));
  }

  test("asks for JSON first, and believes the content type of the answer", () =>
    scene({ form: "html" }, async ({ open, index }) => {
      await visit(open());
      expect(index.log[0]?.headers["accept"]).toMatch(
        /^application\/vnd\.pypi\.simple\.v1\+json, .*text\/html;q=0\.01$/,
      );
    }));
});

describe("the cache", () => {
  test("keeps a page for ten minutes if the server says nothing; then revalidates by ETag", () =>
    scene({ etag: true }, async ({ open, index, bench }) => {
      await visit(open());
      bench.clock.advance(599_000);
      await visit(open());
      bench.clock.advance(2_000);
      const page = await visit(open());
      expect(page.textAt(0)).toBe("1.0");
      await visit(open());
      expect(pagesAsked(index)).toEqual([200, 304]);
      expect(bench.told.filter((line) => line.includes("index.request")).map((line) => JSON.parse(line).cache)).toEqual(
        ["miss", "hit", "revalidated", "hit"],
      );
    }));

  test("follows max-age, no-cache and no-store, and `refresh` asks in any case", async () => {
    const rows: [string, number[]][] = [
      ["max-age=10", [200, 304]],
      ["max-age=10000", [200]],
      ["no-cache", [200, 304, 304]],
      ["no-store", [200, 200, 200]],
    ];
    for (const [control, expected] of rows) {
      await scene({ etag: true, pageHeaders: { "cache-control": control } }, async ({ open, index, bench }) => {
        await visit(open());
        bench.clock.advance(9_000);
        await visit(open());
        bench.clock.advance(2_000);
        await visit(open());
        expect(pagesAsked(index)).toEqual(expected);
        await visit(open({ refresh: true }));
        expect(pagesAsked(index).length).toBe(expected.length + 1);
      });
    }
  });

  test("remembers that an index does not know a name", () =>
    scene({}, async ({ open, index, bench }) => {
      const other = await startFixtureIndex();
      try {
        const flags = { index: [other.simple], defaultIndex: index.simple };
        await visit(open({ flags }));
        const again = open({ flags });
        expect(again.page("left")).not.toBeInstanceOf(Promise);
        expect(other.log.map(({ status }) => status)).toEqual([404]);
        bench.clock.advance(601_000);
        await visit(open({ flags }));
        expect(other.log.length).toBe(2);
      } finally {
        await other.stop();
      }
    }));

  test("a damaged head, a short file and a foreign one are misses", () =>
    scene({}, async ({ open, index, bench }) => {
      await visit(open());
      const root = join(bench.directory, "index-v1");
      const directory = readdirSync(root).find((name) => name.startsWith("127.0.0.1"));
      const file = join(root, directory ?? "", "left.page");
      const whole = readFileSync(file);
      const damages: ((path: string) => void)[] = [
        (path) => truncateSync(path, whole.length - 1),
        (path) => truncateSync(path, 10),
        (path) => writeFileSync(path, "something else"),
        (path) => writeFileSync(path, whole.with(70, (whole[70] ?? 0) ^ 1)),
      ];
      for (const [i, damage] of damages.entries()) {
        writeFileSync(file, whole);
        damage(file);
        expect((await visit(open())).filesAt(0)[0]?.filename).toBe(left.filename);
        expect(pagesAsked(index).length).toBe(i + 2);
      }
      writeFileSync(file, whole.with(whole.length - 5, (whole.at(-5) ?? 0) ^ 1));
      const page = await open().page("left");
      expect(await failureOf(() => page.filesAt(0))).toStartWith("E_INDEX_CACHE_DAMAGED");
      await visit(open());
      expect(pagesAsked(index).length).toBe(damages.length + 2);
    }));

  test("an unwritable directory is a warning, said once, and everything works", () =>
    scene({}, async ({ open, bench }) => {
      writeFileSync(join(bench.directory, "index-v1"), "a file in the way");
      const client = open();
      const page = await client.page("left");
      await client.metadata(page.filesAt(0)[0] ?? expect.unreachable());
      client.close();
      const place = join(bench.directory, "index-v1");
      expect(bench.told.filter((line) => line.startsWith("W_INDEX_CACHE"))).toEqual([
        expect.stringContaining(`cannot keep answers of the index in '${place}': it is not a directory`),
      ]);
    }));

  test("a name that no file system holds is asked for like any other, without a word about the cache", () =>
    scene({}, async ({ open, bench }) => {
      const client = open();
      expect(await failureOf(() => client.page("x".repeat(300)))).toStartWith("E_PACKAGE_NOT_FOUND");
      client.close();
      expect(bench.told.filter((line) => line.startsWith("W_"))).toEqual([]);
    }));
});

describe("--offline", () => {
  test("answers from the cache, however old, and names what is missing", () =>
    scene({}, async ({ open, bench, index }) => {
      await visit(open());
      bench.clock.advance(1e9);
      const client = open({ offline: true });
      const page = await client.page("left");
      const [file] = page.filesAt(0);
      expect(file?.filename).toBe(left.filename);
      client.prefetch("right");
      expect(await failureOf(() => client.page("right"))).toStartWith(
        `E_INDEX_OFFLINE the page of "right" on ${index.simple} is not in the cache`,
      );
      expect(await failureOf(() => client.metadata(file ?? expect.unreachable()))).toContain(
        `the metadata of ${left.filename}`,
      );
      expect(
        await failureOf(() => client.download(file ?? expect.unreachable(), { write: () => undefined })),
      ).toContain(`the file ${left.filename}`);
      expect(client.stats().requests).toBe(0);
    }));
});
