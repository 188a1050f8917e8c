import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSdist, buildWheel, startFixtureIndex, startHttpServer } from "../../tests/fixture-index/index.ts";
import type { ProjectPage } from "./index-file.ts";
import { failureOf, testBench } from "./testing.ts";

const one = buildWheel({ name: "my-left", version: "1.0", requires: ["right"] });
const two = buildSdist({ name: "my-left", version: "2.0" });
const other = buildWheel({ name: "right", version: "1.0" });

function shelf(directory: string): string {
  mkdirSync(directory, { recursive: true });
  for (const made of [one, two, other]) writeFileSync(join(directory, made.filename), made.bytes);
  writeFileSync(join(directory, "notes.txt"), "");
  return directory;
}

const filesOf = (page: ProjectPage): string[] =>
  Array.from({ length: page.count }, (_, i) => page.filesAt(i).map(({ filename }) => filename)).flat();

test("a directory, a file and a page of links offer what they hold; offline, too", async () => {
  using bench = testBench();
  const directory = shelf(join(bench.directory, "wheels"));
  const page = join(bench.directory, "links.html");
  writeFileSync(
    page,
    `<a href="wheels/${one.filename}">x</a> <a href='wheels/${two.filename}'>y</a> <a href="https://elsewhere/">z</a>`,
  );
  for (const location of [directory, pathToFileURL(directory).href, page]) {
    const client = bench.open({ flags: { noIndex: true, findLinks: [location] }, offline: true });
    const found = client.page("My.Left");
    expect(found).not.toBeInstanceOf(Promise);
    expect(filesOf(await found)).toEqual([one.filename, two.filename]);
  }
  const single = bench.open({ flags: { noIndex: true, findLinks: [join(directory, one.filename)] } });
  expect(filesOf(await single.page("my-left"))).toEqual([one.filename]);
  expect(await failureOf(() => single.page("right"))).toStartWith("E_PACKAGE_NOT_FOUND");
});

test("local files are read in place: metadata and content", async () => {
  using bench = testBench();
  const client = bench.open({ flags: { noIndex: true, findLinks: [shelf(join(bench.directory, "w"))] } });
  const page = await client.page("my-left");
  const wheel = page.filesAt(0)[0] ?? expect.unreachable();
  expect(await client.metadata(wheel)).toMatchObject({ name: "my-left", requiresDist: ["right"] });
  expect(await client.metadata(page.filesAt(1)[0] ?? expect.unreachable())).toMatchObject({ version: "2.0" });
  expect((await client.download(wheel, { write: () => undefined })).sha256).toBe(one.sha256);
  expect(client.stats().requests).toBe(0);
});

test("a page on the network is fetched once; what it offers stands beside the index", async () => {
  const index = await startFixtureIndex();
  index.add(buildWheel({ name: "my-left", version: "3.0" }));
  index.add(buildWheel({ name: "my-left", version: "1.0", tag: "py2-none-any" }));
  let asked = 0;
  const links = await startHttpServer(() => {
    asked++;
    return { status: 200, headers: { "content-type": "text/html" }, body: `<a href="/f/${one.filename}">x</a>` };
  });
  try {
    using bench = testBench();
    const client = bench.open({ flags: { defaultIndex: index.simple, findLinks: [`${links.origin}/page`] } });
    const page = await client.page("my-left");
    expect(filesOf(page)).toEqual([one.filename, "my_left-1.0-py2-none-any.whl", "my_left-3.0-py3-none-any.whl"]);
    expect(page.index).toBe(index.simple);
    await failureOf(() => client.page("nothing-like-it"));
    expect(asked).toBe(1);
    const offline = bench.open({ flags: { noIndex: true, findLinks: [`${links.origin}/page`] }, offline: true });
    expect(await failureOf(() => offline.page("my-left"))).toStartWith("E_INDEX_OFFLINE the page of links");
  } finally {
    await Promise.all([index.stop(), links.stop()]);
  }
});

test("a place below a file does not exist, and one that cannot be looked at is E_INDEX_FIND_LINKS", async () => {
  using bench = testBench();
  const below = bench.open({ flags: { noIndex: true, findLinks: ["/dev/null/wheels"] } });
  expect(await failureOf(() => below.page("left"))).toStartWith("E_PACKAGE_NOT_FOUND");
  expect(bench.told.join()).toStartWith("W_INDEX_FIND_LINKS_MISSING");
  const long = `/${"n".repeat(300)}`;
  const refused = bench.open({ flags: { noIndex: true, findLinks: [long] } });
  expect(await failureOf(() => refused.page("left"))).toBe(
    `E_INDEX_FIND_LINKS cannot read the links at '${long}': its name is too long`,
  );
});

test("a directory that does not exist is a warning, W_INDEX_FIND_LINKS_MISSING, said once", async () => {
  using bench = testBench();
  const client = bench.open({ flags: { noIndex: true }, environment: { PIP_FIND_LINKS: "/nowhere/wheels" } });
  for (const name of ["left", "right"])
    expect(await failureOf(() => client.page(name))).toStartWith("E_PACKAGE_NOT_FOUND");
  expect(bench.told).toEqual([
    "W_INDEX_FIND_LINKS_MISSING PIP_FIND_LINKS: the directory '/nowhere/wheels' does not exist, and is left out",
  ]);
});

test("a place that was meant as an address is told without its login", async () => {
  using bench = testBench();
  for (const location of ["us:SECR@h/simple", "//us:SECR@h/simple", "htp://us:SECR@h"]) {
    const client = bench.open({ flags: { noIndex: true, findLinks: [location] } });
    expect(await failureOf(() => client.page("left"))).not.toContain("SECR");
  }
  expect(bench.told).toHaveLength(3);
  expect(bench.told.join()).toContain("the directory 'us:****@h/simple' does not exist");
  expect(bench.told.join()).not.toContain("SECR");
});

test("a file that went away between listing and reading is E_INDEX_FILE", async () => {
  using bench = testBench();
  const directory = shelf(join(bench.directory, "w"));
  const client = bench.open({ flags: { noIndex: true, findLinks: [directory] } });
  const file = (await client.page("right")).filesAt(0)[0] ?? expect.unreachable();
  chmodSync(directory, 0o755);
  Bun.spawnSync(["rm", join(directory, other.filename)]);
  expect(await failureOf(() => client.metadata(file))).toBe(
    `E_INDEX_FILE cannot read the file '${join(directory, other.filename)}': it does not exist`,
  );
});

test("a place that cannot be read is E_INDEX_FIND_LINKS", async () => {
  using bench = testBench();
  const location = join(bench.directory, "socket");
  using listener = Bun.listen({ unix: location, socket: { data: () => undefined } });
  expect(listener.unix).toBe(location);
  const client = bench.open({ flags: { noIndex: true, findLinks: [location] } });
  expect(await failureOf(() => client.page("left"))).toStartWith(
    `E_INDEX_FIND_LINKS cannot read the links at '${location}': `,
  );
});

test("a page of links in a coding that nobody asked for is told, not read as one without links", async () => {
  using bench = testBench();
  const index = await startFixtureIndex();
  try {
    const headers = { "content-type": "text/html", "content-encoding": "gzip, gzip" };
    index.behave("/links", () => ({ status: 200, headers, body: "x" }));
    const client = bench.open({ flags: { noIndex: true, findLinks: [`${index.origin}/links`] } });
    expect(await failureOf(() => client.page("left"))).toBe(
      `E_INDEX_FIND_LINKS cannot read the links at '${index.origin}/links': nobody asked for its coding 'gzip, gzip'`,
    );
  } finally {
    await index.stop();
  }
});

test("a directory is an index: flat, or a tree of projects with or without pages", async () => {
  using bench = testBench();
  const flat = shelf(join(bench.directory, "flat"));
  const tree = join(bench.directory, "tree");
  shelf(join(tree, "My_Left"));
  mkdirSync(join(tree, "right"));
  writeFileSync(
    join(tree, "right", "index.html"),
    `<a href="../../flat/${other.filename}#sha256=${other.sha256}">x</a>`,
  );
  for (const root of [flat, tree, pathToFileURL(tree).href]) {
    const client = bench.open({ flags: { defaultIndex: root } });
    expect(filesOf(await client.page("my-left"))).toEqual([one.filename, two.filename]);
    const right = (await client.page("right")).filesAt(0)[0] ?? expect.unreachable();
    expect((await client.download(right, { write: () => undefined })).sha256).toBe(other.sha256);
  }
  const hashed = (await bench.open({ flags: { defaultIndex: tree } }).page("right")).filesAt(0)[0];
  expect(hashed?.hashes).toEqual({ sha256: other.sha256 });
});
