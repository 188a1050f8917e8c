import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildSdist,
  buildWheel,
  type Distribution,
  type FileOptions,
  type FixtureIndex,
  type FixtureOptions,
  startFixtureIndex,
} from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import type { CoreMetadata, IndexFile } from "./index-file.ts";
import { failureOf, type TestBench, testBench } from "./testing.ts";

const wheel = buildWheel({ name: "left", version: "1.0", requires: ["right>=2"], requiresPython: ">=3.7" });
const expected: CoreMetadata = {
  name: "left",
  version: "1.0",
  requiresDist: ["right>=2"],
  requiresPython: ">=3.7",
  providesExtra: [],
  dynamic: [],
};

interface Scene {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly open: () => IndexClient;
}

async function scene(options: FixtureOptions, body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex(options);
  using bench = testBench();
  try {
    await body({ index, bench, open: () => bench.open({ flags: { defaultIndex: index.simple } }) });
  } finally {
    await index.stop();
  }
}

async function fileOf(client: IndexClient): Promise<IndexFile> {
  const page = await client.page("left");
  return page.filesAt(0)[0] ?? expect.unreachable();
}

async function metadataOf(client: IndexClient): Promise<CoreMetadata> {
  return client.metadata(await fileOf(client));
}

/** What was asked of the server besides the page. */
const asked = ({ log }: FixtureIndex): string[] =>
  log
    .filter(({ target }) => target.startsWith("/files/"))
    .map(
      ({ target, headers, status }) =>
        `${target.endsWith(".metadata") ? "metadata" : (headers["range"] ?? "whole")} ${status}`,
    );

async function read(
  options: FixtureOptions,
  distribution: Distribution,
  file?: FileOptions,
): Promise<{ metadata: CoreMetadata; asked: string[] }> {
  let outcome: { metadata: CoreMetadata; asked: string[] } | undefined;
  await scene(options, async ({ index, open }) => {
    index.add(distribution, file);
    outcome = { metadata: await metadataOf(open()), asked: asked(index) };
  });
  return outcome ?? expect.unreachable();
}

test("advertised metadata is one small request", async () => {
  for (const options of [
    { form: "html" },
    { form: "json" },
    { metadata: "plain" },
    { form: "html", metadataAttribute: "data-dist-info-metadata" },
  ] as const) {
    const outcome = await read(options, wheel);
    expect(outcome.metadata).toMatchObject(expected);
    expect(outcome.asked).toEqual(["metadata 200"]);
  }
});

test("without it, the tail of the wheel is one request: by suffix, or by number where the size is known", async () => {
  const size = wheel.bytes.length;
  expect((await read({ form: "html", metadata: "none" }, wheel)).asked).toEqual(["bytes=-32768 206"]);
  expect((await read({ form: "json", metadata: "none" }, wheel)).asked).toEqual([`bytes=0-${size - 1} 206`]);
});

test("a server that refuses suffix ranges is asked by number; one that ignores ranges sends everything", async () => {
  const absolute = await read({ form: "html", metadata: "none", ranges: "absolute" }, wheel);
  expect(absolute.metadata).toMatchObject(expected);
  expect(absolute.asked).toEqual(["bytes=-32768 416", "bytes=0-0 206", `bytes=0-${wheel.bytes.length - 1} 206`]);
  const none = await read({ form: "html", metadata: "none", ranges: "none" }, wheel);
  expect([none.metadata.requiresDist, none.asked]).toEqual([["right>=2"], ["bytes=-32768 200"]]);
});

test("a wheel whose METADATA stands far from its end takes a second request", async () => {
  const data = Buffer.concat(
    Array.from({ length: 3000 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest()),
  );
  const big = buildWheel({ name: "left", version: "1.0", files: { "left/data.bin": data }, metadataPlace: "first" });
  const outcome = await read({ form: "html", metadata: "none" }, big);
  expect(outcome.metadata.version).toBe("1.0");
  expect(outcome.asked).toEqual(["bytes=-32768 206", `bytes=0-${big.bytes.length - 32_769} 206`]);
});

test("METADATA at the front of a large wheel is read by itself, not with all that stands behind it", async () => {
  const data = Buffer.concat(
    Array.from({ length: 30_000 }, (_, i) => new Bun.CryptoHasher("sha256").update(String(i)).digest()),
  );
  const big = buildWheel({ name: "left", version: "1.0", files: { "left/data.bin": data }, metadataPlace: "first" });
  for (const ranges of ["full", "absolute"] as const) {
    const outcome = await read({ form: "html", metadata: "none", ranges }, big);
    expect(outcome.metadata.version).toBe("1.0");
    expect(outcome.asked.at(-1)).toMatch(/^bytes=0-1\d\d\d 206$/);
  }
  using bench = testBench();
  const path = join(bench.directory, big.filename);
  writeFileSync(path, big.bytes);
  const client = bench.open({ flags: { noIndex: true, findLinks: [bench.directory] } });
  expect((await metadataOf(client)).version).toBe("1.0");
});

test("metadata that is advertised but not there leads to the wheel itself", () =>
  scene({ form: "html" }, async ({ index, open }) => {
    index.add(wheel);
    index.behave(/\.metadata$/, () => ({ status: 404 }));
    expect(await metadataOf(open())).toMatchObject(expected);
    expect(asked(index)).toEqual(["metadata 404", "bytes=-32768 206"]);
  }));

test("metadata with another hash than advertised is refused", () =>
  scene({}, async ({ index, open }) => {
    index.add(wheel, { metadataSha256: "0".repeat(64) });
    expect(await failureOf(() => metadataOf(open()))).toMatch(
      /^E_INDEX_HASH the metadata of left-1\.0-py3-none-any\.whl .* has sha256 [0-9a-f]{64}, but 0{64} was announced/,
    );
  }));

test("metadata of another project is refused", () =>
  scene({ metadata: "plain" }, async ({ index, open }) => {
    index.add({ ...wheel, metadata: wheel.metadata.replace("Name: left", "Name: other") });
    expect(await failureOf(() => metadataOf(open()))).toStartWith("E_INDEX_METADATA");
  }));

test("once known it is immutable: no request, no promise; a damaged log is a miss", () =>
  scene({}, async ({ index, open, bench }) => {
    index.add(wheel);
    const first = open();
    await metadataOf(first);
    first.close();
    bench.clock.advance(500_000);
    const second = open();
    const known = second.metadata(await fileOf(second));
    expect(known).not.toBeInstanceOf(Promise);
    expect(await known).toEqual(expected);
    second.close();
    const log = join(bench.directory, "index-v1", "metadata", "left.metadata");
    const whole = readFileSync(log);
    writeFileSync(log, whole.with(whole.length - 3, 0));
    for (const requests of [2, 2]) {
      const client = open();
      expect(await metadataOf(client)).toMatchObject(expected);
      client.close();
      expect(asked(index).length).toBe(requests);
    }
  }));

test("several processes may add to one log at once", () =>
  scene({}, async ({ index, open }) => {
    index.add(wheel);
    index.add(buildWheel({ name: "left", version: "2.0" }));
    const clients = [open(), open()];
    for (const [i, client] of clients.entries()) {
      const page = await client.page("left");
      await client.metadata(page.filesAt(i)[0] ?? expect.unreachable());
    }
    for (const client of clients) client.close();
    const client = open();
    const page = await client.page("left");
    for (let i = 0; i < page.count; i++)
      expect(client.metadata(page.filesAt(i)[0] ?? expect.unreachable())).not.toBeInstanceOf(Promise);
  }));

test("a source distribution tells what it requires if it is static", async () => {
  const outcome = await read({}, buildSdist({ name: "left", version: "1.0", requires: ["right"] }));
  expect(outcome.metadata).toMatchObject({ requiresDist: ["right"] });
});

test("one that would have to be built is a clear error", () =>
  scene({ pageHeaders: { "cache-control": "no-store" } }, async ({ index, open }) => {
    const shapes = [{ metadataVersion: "2.1" }, { dynamic: ["Requires-Dist"] }, { metadataPlace: "absent" as const }];
    for (const shape of shapes) {
      index.add(buildSdist({ name: "left", version: "1.0", ...shape }));
      expect(await failureOf(() => metadataOf(open()))).toStartWith(
        "E_SDIST_BUILD_NEEDED 'left-1.0.tar.gz' would have to be built to learn what it requires: ",
      );
    }
  }));

test("an archive that is none is told", () =>
  scene({ metadata: "none" }, async ({ index, open }) => {
    const bytes = Buffer.alloc(5000, "x");
    index.add({ ...wheel, bytes, sha256: new Bun.CryptoHasher("sha256").update(bytes).digest("hex") });
    expect(await failureOf(() => metadataOf(open()))).toBe(
      `E_INDEX_METADATA cannot read the metadata of '${wheel.filename}': it is no ZIP archive`,
    );
  }));
