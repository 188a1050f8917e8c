/** How the client gets along where only few files may be open at once. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import type { IndexClient } from "./client.ts";
import { failureOf, type TestBench, testBench } from "./testing.ts";

const names = Array.from({ length: 60 }, (_, i) => `p${i}`);
const link = (name: string, release: number): string => `<a href="/files/${name}-${release}.tar.gz">x</a>\n`;
/** The first release is in another block than the second, so that each is read from disk. */
const pageOf = (name: string): string =>
  `${link(name, 1)}${link(name, 3)}<p>${"-".repeat(40_000)}</p>\n${link(name, 2)}`;

interface Scene {
  readonly index: FixtureIndex;
  readonly bench: TestBench;
  readonly open: () => IndexClient;
}

/** Sixty projects in the cache. */
async function scene(body: (scene: Scene) => Promise<void>): Promise<void> {
  const index = await startFixtureIndex();
  using bench = testBench();
  try {
    for (const name of names) {
      const reply = { status: 200, headers: { "content-type": "text/html" }, body: pageOf(name) };
      index.behave(`/simple/${name}/`, () => reply);
    }
    const open = (): IndexClient => bench.open({ flags: { defaultIndex: index.simple } });
    const client = open();
    for (const name of names) await client.page(name);
    client.close();
    await body({ index, bench, open });
  } finally {
    await index.stop();
  }
}

/** A client in a process of its own; it may open 40 files, and opens `occupied` before it begins. Prints what became of it. */
const program = `
import { openSync } from "node:fs";
const [clientModule, configModule, url, cacheRoot, certificates, occupied, ...names] = process.argv.slice(2);
const { openIndexClient } = await import(clientModule);
const { loadIndexConfig } = await import(configModule);
const environment = { PIP_CONFIG_FILE: "/dev/null", UV_HTTP_RETRIES: "0", ...(certificates === "" ? {} : { SSL_CERT_FILE: certificates }) };
const config = loadIndexConfig({ flags: { defaultIndex: url }, environment, home: cacheRoot, platform: "linux" });
const report = { emit() {}, warn(problem) { console.log(problem.code); } };
const client = openIndexClient({ config, cacheRoot, report, offline: false, refresh: false });
// Bun's own thread for connections needs some files to begin with, and ends the process without them.
await fetch("http://127.0.0.1:9/").catch(() => undefined);
try {
  for (let i = 0; i < Number(occupied); i++) openSync("/dev/null");
} catch (error) {
  if (error.code !== "EMFILE") throw error; // all that there are is what was asked for
}
try {
  const pages = [];
  for (const name of names) pages.push(await client.page(name));
  for (const release of [0, 1]) for (const page of pages) if (page.filesAt(release).length !== 1) throw new Error(page.name);
  console.log("read");
} catch (error) {
  console.log(error.code, JSON.stringify(error.params));
}
process.exit(0);
`;

interface Run {
  readonly url: string;
  readonly certificates?: string;
  readonly occupied?: number;
  readonly asked?: readonly string[];
}

async function run(bench: TestBench, { url, certificates = "", occupied = 0, asked = names }: Run): Promise<string> {
  const script = join(bench.directory, "client.ts");
  writeFileSync(script, program);
  const modules = ["client.ts", "config.ts"].map((name) => join(import.meta.dir, name));
  const own = [script, ...modules, url, bench.directory, certificates, String(occupied), ...asked];
  const limited = ["sh", "-c", 'ulimit -n 40 && exec "$@"', "sh", process.execPath, ...own];
  const running = Bun.spawn(limited, { stdout: "pipe", stderr: "pipe" });
  const [out, complaints] = await Promise.all([
    new Response(running.stdout).text(),
    new Response(running.stderr).text(),
  ]);
  expect([await running.exited, complaints]).toEqual([0, ""]);
  return out.trim();
}

describe("with 40 open files", () => {
  test("sixty cached pages are read, and read again", () =>
    scene(async ({ bench, index }) => {
      expect(await run(bench, { url: index.simple })).toBe("read");
    }));

  test("a page that cannot be opened for the limit is no miss", () =>
    scene(async ({ bench, index }) => {
      const told = await run(bench, { url: index.simple, occupied: 40, asked: ["p0"] });
      expect(told).toStartWith("E_INDEX_OPEN_FILES");
      expect(told).toContain("p0.page");
    }));

  test("certificates that cannot be opened for the limit are not called unusable", () =>
    scene(async ({ bench }) => {
      const certificates = join(bench.directory, "roots.pem");
      writeFileSync(certificates, "-----BEGIN CERTIFICATE-----");
      const asked = ["left"];
      // With a login of its own, so that netrc is not asked before.
      const told = await run(bench, { url: "https://u:p@127.0.0.1:9/simple", certificates, occupied: 40, asked });
      expect(told).toBe(`E_INDEX_OPEN_FILES ${JSON.stringify({ path: certificates, limited: "process" })}`);
    }));

  test("a connection that cannot be made for the limit is not called a broken network", () =>
    scene(async ({ bench, index }) => {
      const told = await run(bench, { url: index.simple, occupied: 40, asked: ["left"] });
      expect(told).toStartWith("E_INDEX_OPEN_FILES");
    }));
});

describe("a page that was closed meanwhile", () => {
  /** Reads the first release of the first project, and then so many others that its page is closed. */
  async function readPastFirst(client: IndexClient): Promise<() => unknown> {
    const first = await client.page("p0");
    expect(first.filesAt(0)[0]?.filename).toBe("p0-1.tar.gz");
    for (const name of names.slice(1)) (await client.page(name)).filesAt(0);
    return () => first.filesAt(1);
  }

  const pageFile = ({ directory }: TestBench): string => {
    const root = join(directory, "index-v1");
    return join(root, readdirSync(root).find((name) => name.startsWith("127.0.0.1")) ?? "", "p0.page");
  };

  test("is read on from a file of the same content", () =>
    scene(async ({ bench, open }) => {
      const later = await readPastFirst(open());
      writeFileSync(pageFile(bench), readFileSync(pageFile(bench)));
      expect(later()).toMatchObject([{ filename: "p0-2.tar.gz" }]);
    }));

  test("is not read on from another", () =>
    scene(async ({ bench, open }) => {
      const later = await readPastFirst(open());
      const bytes = readFileSync(pageFile(bench));
      bytes.writeUInt8((bytes[14] ?? 0) ^ 1, 14);
      writeFileSync(pageFile(bench), bytes);
      expect(await failureOf(later)).toStartWith("E_INDEX_CACHE_CHANGED");
    }));
});
