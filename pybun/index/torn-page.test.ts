import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildWheel, type Reply, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { failureOf, testBench } from "./testing.ts";

const versions = Array.from({ length: 50 }, (_, i) => `1.${i}`);
const anchors = versions.map((version) => `<a href="left-${version}-py3-none-any.whl">left ${version}</a><br>\n`);
const bare = anchors.join("");
const framed = `<!DOCTYPE html><html><body>\n${bare}</body></html>\n`;
const gzipped = gzipSync(framed);
const html = { "content-type": "text/html" };
const chunked = `${framed.length.toString(16)}\r\n${framed}`;

const torn: readonly (readonly [string, Reply])[] = [
  ["with a length", { status: 200, body: framed, cutAfterBytes: 900 }],
  ["to the end of the connection", { status: 200, body: framed, contentLength: "none", cutAfterBytes: 900 }],
  [
    "to the end of the connection, between two links",
    { status: 200, body: framed, contentLength: "none", cutAfterBytes: framed.indexOf("<a", 900) },
  ],
  ["without a frame", { status: 200, body: bare, contentLength: "none", cutAfterBytes: bare.indexOf("<a", 900) + 9 }],
  [
    "in chunks",
    {
      status: 200,
      headers: { "transfer-encoding": "chunked" },
      body: chunked,
      contentLength: "none",
      cutAfterBytes: 900,
    },
  ],
  [
    "compressed",
    {
      status: 200,
      headers: { "content-encoding": "gzip" },
      body: gzipped,
      contentLength: "none",
      cutAfterBytes: gzipped.length >> 1,
    },
  ],
];

test.each(torn)("a page of which only the beginning came is an error and not kept: %s", async (_, reply) => {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    index.behave("/simple/left/", () => ({ ...reply, headers: { ...html, ...reply.headers } }), { times: 4 });
    const failing = bench.open({ flags: { defaultIndex: index.simple } });
    expect(await failureOf(() => failing.page("left"))).toMatch(/^E_INDEX_(?:NETWORK|CONTENT|TRUNCATED) /);
    failing.close();
    // Whatever is in the cache now, the first releases are not all that there is.
    index.behave("/simple/left/", ({ target }) =>
      target === "/simple/left/" ? { status: 200, headers: html, body: framed } : undefined,
    );
    for (let i = 0; i < 4; i++) {
      const client = bench.open({ flags: { defaultIndex: index.simple } });
      const page = await Promise.resolve(client.page("left")).catch(() => undefined);
      client.close();
      if (page !== undefined) expect(page.count).toBe(versions.length);
    }
    const client = bench.open({ flags: { defaultIndex: index.simple } });
    expect((await client.page("left")).count).toBe(versions.length);
  } finally {
    await index.stop();
  }
});

const program = `
const { openIndexClient } = await import(process.argv[2]);
const { loadIndexConfig } = await import(process.argv[3]);
const [url, cacheRoot] = process.argv.slice(4);
const environment = { PIP_CONFIG_FILE: "/dev/null", UV_HTTP_RETRIES: "0" };
const config = loadIndexConfig({ flags: { defaultIndex: url }, environment, home: cacheRoot, platform: "linux" });
const report = { emit() {}, warn() {} };
const client = openIndexClient({ config, cacheRoot, report, offline: false, refresh: false });
try {
  await client.page("left");
} catch (error) {
  console.log(error.code, error.params.reason);
}
process.exit(0);
`;

test.each(["gzip", "br", "zstd"])("a page that is no %s is told by us, and by nobody else", async (coding) => {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    const headers = { ...html, "content-encoding": coding };
    index.behave("/simple/left/", () => ({ status: 200, headers, body: framed }));
    const script = join(bench.directory, "client.ts");
    writeFileSync(script, program);
    const modules = ["client.ts", "config.ts"].map((name) => join(import.meta.dir, name));
    const command = [process.execPath, script, ...modules, index.simple, bench.directory];
    const running = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
    const [out, complaints] = await Promise.all([
      new Response(running.stdout).text(),
      new Response(running.stderr).text(),
    ]);
    expect([await running.exited, out, complaints]).toEqual([
      0,
      "E_INDEX_NETWORK its compressed answer is damaged or cut off\n",
      "",
    ]);
  } finally {
    await index.stop();
  }
});

test("a page that ends with the connection, and is whole, is taken", async () => {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    for (const body of [framed, bare]) {
      index.behave("/simple/left/", () => ({ status: 200, headers: html, body, contentLength: "none" }), { times: 1 });
      const client = bench.open({ flags: { defaultIndex: index.simple }, refresh: true });
      expect((await client.page("left")).count).toBe(versions.length);
      client.close();
    }
  } finally {
    await index.stop();
  }
});

test("find-links that lead nowhere leave the index's releases as they are", async () => {
  const index = await startFixtureIndex({ form: "html" });
  using bench = testBench();
  try {
    for (const version of versions) index.add(buildWheel({ name: "left", version }));
    const flags = { defaultIndex: index.simple, findLinks: ["/nowhere/at/all"] };
    for (const _ of ["from the index", "from the cache"]) {
      const client = bench.open({ flags });
      const page = await client.page("left");
      expect(page.textAt(page.count - 1)).toBe("1.49");
      expect(page.count).toBe(versions.length);
      client.close();
    }
  } finally {
    await index.stop();
  }
});
