import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureOf, testBench } from "./testing.ts";
import { pathOfUrl } from "./url-path.ts";

const crooked: readonly [string, string][] = [
  ["file://host/x", "'host' is another machine"],
  ["file:///a%2Fb", "its path has malformed escapes (%)"],
  ["file:///a%00b", "its path has a NUL"],
];

test("a path is told with its escapes resolved", () => {
  expect(pathOfUrl("file:///a%20b")).toEqual({ path: "/a b" });
  expect(pathOfUrl("file://localhost/a")).toEqual({ path: "/a" });
});

describe.each(crooked)("%s has no path", (url, reason) => {
  test("and says why", () => expect(pathOfUrl(url)).toEqual({ reason }));

  test("as an index it is refused", async () => {
    using bench = testBench();
    const open = (): unknown => bench.open({ flags: { defaultIndex: url } });
    expect(await failureOf(open)).toBe(`E_INDEX_CONFIG cannot use --default-index: '${url}' has no path: ${reason}`);
  });

  test("as a place of links it is refused", async () => {
    using bench = testBench();
    const client = bench.open({ flags: { findLinks: [url], noIndex: true } });
    expect(await failureOf(() => client.page("lib"))).toContain(reason);
  });

  test("as a file it is refused", async () => {
    using bench = testBench();
    const file = { filename: "lib-1.0-py3-none-any.whl", url: `${url}/lib-1.0-py3-none-any.whl` };
    const whole = { ...file, hashes: {}, yanked: false, metadata: false, kind: "wheel" } as const;
    expect(await failureOf(() => bench.open().metadata(whole))).toStartWith("E_INDEX_FILE");
  });
});

test("a page of links on this machine loses only the links that lead nowhere", async () => {
  const place = mkdtempSync(join(tmpdir(), "bad-links-"));
  using bench = testBench();
  const names = ["https://[bad/lib-1.0-py3-none-any.whl", "https://e.org:99999/lib-1.1-py3-none-any.whl"];
  const links = [...names, "%zz-1.2-py3-none-any.whl", "lib%ff-1.3-py3-none-any.whl", "lib-2.0-py3-none-any.whl"];
  await Bun.write(join(place, "links.html"), links.map((href) => `<a href="${href}">x</a>`).join("\n"));
  const client = bench.open({ flags: { findLinks: [join(place, "links.html")], noIndex: true } });
  const page = await client.page("lib");
  expect(Array.from({ length: page.count }, (_, release) => page.textAt(release))).toEqual(["2.0"]);
  rmSync(place, { recursive: true });
});

test("a place of links that is no URL is told, and asked once", async () => {
  using bench = testBench();
  const client = bench.open({ flags: { findLinks: ["http://[bad/"], noIndex: true } });
  expect(await failureOf(() => client.page("lib"))).toStartWith("E_INDEX_FIND_LINKS");
  expect(bench.clock.waits).toEqual([]);
});
