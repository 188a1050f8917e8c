/** A page of the network must not make us read files of this machine, whichever way it names them. */
import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildWheel, startHttpServer } from "../../tests/fixture-index/index.ts";
import type { ProjectPage } from "./index-file.ts";
import { fileOfLink } from "./link-file.ts";
import { failureOf, type TestBench, testBench } from "./testing.ts";

const wheel = buildWheel({ name: "evil", version: "1.0" });

const filesOf = (page: ProjectPage): string[] =>
  Array.from({ length: page.count }, (_, i) => page.filesAt(i).map(({ url }) => url)).flat();

/** Pages that try to reach a directory, and what serves them. */
function pagesFor(directory: string): Record<string, { type: string; body: string }> {
  const place = `${pathToFileURL(directory).href}/`;
  const html = (body: string) => ({ type: "text/html", body });
  const anchor = `<a href="${wheel.filename}">x</a>`;
  const json = (url: unknown) => ({
    type: "application/vnd.pypi.simple.v1+json",
    body: JSON.stringify({ files: [{ filename: wheel.filename, url, hashes: {} }] }),
  });
  return {
    "a link": html(`<a href="${place}${wheel.filename}">x</a>`),
    "a link in mixed case": html(`<a href="FiLe://${directory}/${wheel.filename}">x</a>`),
    "a base": html(`<base href="${place}">${anchor}`),
    "a base in mixed case": html(`<BASE target=x HREF='FiLe:${directory}/'>${anchor}`),
    "a base with a host": html(`<base href="FILE://localhost${directory}/">${anchor}`),
    "a base with entities": html(`<base href="&#102;ile:${directory}/">${anchor}`),
    "a base of data": html(`<base href="data:text/html,">${anchor}`),
    "a base of script": html(`<base href="javascript:">${anchor}`),
    "a base of FTP": html(`<base href="ftp://127.0.0.1${directory}/">${anchor}`),
    "a link of data": html(`<a href="data:application/zip,x/${wheel.filename}">x</a>`),
    "a JSON address": json(`${place}${wheel.filename}`),
    "a JSON address in mixed case": json(`fIlE:${directory}/${wheel.filename}`),
    "a JSON address of data": json(`data:,/${wheel.filename}`),
  };
}

async function withPage(
  bench: TestBench,
  page: { type: string; body: string },
  use: (origin: string) => Promise<void>,
) {
  const server = await startHttpServer(() => ({
    status: 200,
    headers: { "content-type": page.type, "cache-control": "max-age=1000" },
    body: page.body,
  }));
  try {
    await use(server.origin);
  } finally {
    await server.stop();
  }
  expect(bench.told.filter((line) => line.startsWith("W_INDEX_LINK_REFUSED")).length).toBeGreaterThan(0);
}

for (const what of Object.keys(pagesFor("/x"))) {
  test(`${what} leads nowhere: fetched, from the cache, and as a page of links`, async () => {
    using bench = testBench();
    const directory = join(bench.directory, "D");
    mkdirSync(directory);
    writeFileSync(join(directory, wheel.filename), wheel.bytes);
    const page = pagesFor(directory)[what] ?? expect.unreachable();
    await withPage(bench, page, async (origin) => {
      for (const offline of [false, true]) {
        const client = bench.open({ flags: { defaultIndex: origin }, offline });
        expect(filesOf(await client.page("evil"))).toEqual([]);
        client.close();
      }
      if (page.type !== "text/html") return;
      const links = bench.open({ flags: { noIndex: true, findLinks: [`${origin}/links`] } });
      expect(await failureOf(() => links.page("evil"))).toStartWith("E_PACKAGE_NOT_FOUND");
    });
  });
}

test.each<[entry: unknown, told: string]>([
  [{ filename: wheel.filename, url: 5 }, `'${wheel.filename}', which is left out: it has no usable name or no address`],
  [{ url: "http://h/x.whl" }, "'http://h/x.whl', which is left out: it has no usable name or no address"],
  [
    { filename: "../evil-1.0.zip", url: "x" },
    "'../evil-1.0.zip', which is left out: it has no usable name or no address",
  ],
  [null, "'null', which is left out: it has no usable name or no address"],
  [
    { filename: wheel.filename, url: `http://[bad/${wheel.filename}` },
    `'http://[bad/${wheel.filename}', which is left out: it is no valid URL`,
  ],
])("an entry %j of a JSON page is told", async (entry, told) => {
  using bench = testBench();
  const files = [entry, { filename: "evil-2.0.zip", url: "http://h/download/2" }];
  const page = { type: "application/vnd.pypi.simple.v1+json", body: JSON.stringify({ files }) };
  await withPage(bench, page, async (origin) => {
    const client = bench.open({ flags: { defaultIndex: origin } });
    expect(filesOf(await client.page("evil"))).toEqual(["http://h/download/2"]);
    expect(bench.told.filter((line) => line.startsWith("W_"))).toEqual([
      `W_INDEX_LINK_REFUSED the page of 'evil' on '${origin}' lists ${told} | The page is malformed: tell the owner of the index.`,
    ]);
  });
});

test.each(["fi\tle:", "fi&#9;le:", "fi&#10;le&colon;", "&#102;ile&colon;", "fi&Tab;le:", "file&colon;"])(
  "a link that begins with %j is told, too",
  async (scheme) => {
    using bench = testBench();
    await withPage(
      bench,
      { type: "text/html", body: `<a href="${scheme}///srv/evil-1.0.zip">x</a>` },
      async (origin) => {
        const client = bench.open({ flags: { defaultIndex: origin } });
        expect(filesOf(await client.page("evil"))).toEqual([]);
        expect(bench.told.join()).toContain("lists 'file:///srv/evil-1.0.zip', which is left out");
      },
    );
  },
);

test("a refused link is told once a page, with its address", async () => {
  using bench = testBench();
  const page = {
    type: "text/html",
    body: '<base href="file:///srv/"><a href="evil-1.0.zip">x</a><a href="evil-2.0.zip">x</a>',
  };
  await withPage(bench, page, async (origin) => {
    const client = bench.open({ flags: { defaultIndex: origin } });
    filesOf(await client.page("evil"));
    expect(bench.told.filter((line) => line.startsWith("W_"))).toEqual([
      `W_INDEX_LINK_REFUSED the page of 'evil' on '${origin}' lists 'file:///srv/evil-1.0.zip', which is left out: it is no address on the web | A page of the network may not name files of this machine: tell the owner of the index.`,
    ]);
  });
});

test("a local page may name local files, also by its base", async () => {
  using bench = testBench();
  const page = join(bench.directory, "links.html");
  writeFileSync(page, `<base href="${pathToFileURL(bench.directory).href}/D/"><a href="${wheel.filename}">x</a>`);
  const client = bench.open({ flags: { noIndex: true, findLinks: [page] } });
  expect(filesOf(await client.page("evil"))).toEqual([pathToFileURL(join(bench.directory, "D", wheel.filename)).href]);
});

test("a page over TLS may name files without it, as for pip and uv", () => {
  const link = { href: "http://h/evil-1.0.zip#sha256=ab", base: "https://x.org/evil/", origin: "web" } as const;
  expect(fileOfLink(link)).toMatchObject({ url: "http://h/evil-1.0.zip", hashes: { sha256: "ab" } });
});
