import { describe, expect, test } from "bun:test";
import type { IndexFile, ProjectPage } from "./index-file.ts";
import { originOfPage } from "./link-file.ts";
import { parsePage } from "./page-answer.ts";
import { viewPage } from "./page-view.ts";
import { lookUp } from "./release-table.ts";

function pageOf(name: string, html: string, url = "https://index.example/simple/x/"): ProjectPage {
  const { form, base, table, text } = parsePage(name, {
    url,
    contentType: "text/html",
    bytes: Buffer.from(html),
    endsWithConnection: false,
  });
  return viewPage({
    name,
    index: "x",
    form,
    base,
    origin: originOfPage(url),
    releases: lookUp(table),
    slice: (from, to) => text.slice(from, to),
  });
}

function filesOf(name: string, html: string, url?: string): IndexFile[] {
  const page = pageOf(name, html, url);
  return Array.from({ length: page.count }, (_, i) => page.filesAt(i)).flat();
}

const hash = "ab".repeat(32);

describe("the scan", () => {
  const anchors: [string, string][] = [
    ["double quotes", `<a href="/f/x-1.0.tar.gz">x</a>`],
    ["single quotes", `<a href='/f/x-1.0.tar.gz'>x</a>`],
    ["no quotes", `<a href=/f/x-1.0.tar.gz>x</a>`],
    ["upper case", `<A HREF="/f/x-1.0.tar.gz">x</A>`],
    ["another attribute first", `<a rel="internal" href="/f/x-1.0.tar.gz">x</a>`],
    ["a tag over several lines", `<a\n  data-yanked\n  href = "/f/x-1.0.tar.gz"\n>x</a>`],
    ["an unescaped > before", `<a data-requires-python=">=3" href="/f/x-1.0.tar.gz">x</a>`],
    ["a query", `<a href="/f/x-1.0.tar.gz?token=1">x</a>`],
    ["an escaped address", `<a href="/f/x%2D1.0.tar.gz">x</a>`],
    ["character references", `<a href="&#104;ttps&colon;//h/x&#45;1.0.tar&period;gz#sha256=00">x</a>`],
    ["a slash by its name", `<a href="https://h/f&sol;x-1.0.tar.gz">x</a>`],
  ];
  for (const [what, anchor] of anchors) {
    test(`finds ${what}`, () => {
      expect(filesOf("x", `<body>${anchor}</body>`).map(({ filename }) => filename)).toEqual(["x-1.0.tar.gz"]);
    });
  }

  test("leaves out comments, other projects, other kinds of files, and what has no version", () => {
    const names = [
      "x-1.0.tar.gz",
      "xy-1.0.tar.gz",
      "x_y-1.0-py3-none-any.whl",
      "x-1.0.exe",
      "x-one.tar.gz",
      "x-1.0.tar.gz.asc",
    ];
    const links = names.map((name) => `<a href="/f/${name}">x</a>`).join("");
    const html = `<!-- <a href="/f/x-9.tar.gz">x</a> -->${links}<!-- <a href="/f/x-8.tar.gz">x</a>`;
    expect(filesOf("x", html).map(({ filename }) => filename)).toEqual(["x-1.0.tar.gz"]);
  });

  test("groups spellings of one version and sorts releases as PEP 440 does", () => {
    const versions = ["1.10", "1.9", "1.9.0", "2.0rc1", "1!0.1", "2.0", "2.0.post1", "2.0.dev1"];
    const html = versions.map((version) => `<a href="/f/my_name-${version}.tar.gz">x</a>`).join("\n");
    const page = pageOf("my-name", html);
    expect(Array.from({ length: page.count }, (_, i) => page.textAt(i))).toEqual([
      "1.9",
      "1.10",
      "2.0.dev1",
      "2.0rc1",
      "2.0",
      "2.0.post1",
      "1!0.1",
    ]);
    expect(page.filesAt(0).map(({ filename }) => filename)).toEqual(["my_name-1.9.tar.gz", "my_name-1.9.0.tar.gz"]);
  });

  test("takes names in any spelling of PEP 503", () => {
    const html = ["Zope.Interface", "zope_interface", "zope-interface", "ZOPE...Interface"].map(
      (name, i) => `<a href="/f/${name}-${i}.zip">x</a>`,
    );
    expect(filesOf("zope-interface", html.join("")).length).toBe(4);
  });
});

describe("a link", () => {
  test("tells everything that the standards let it tell", () => {
    const html = `<a href="../../f/x-1.0-py3-none-any.whl#sha256=${hash.toUpperCase()}" data-requires-python="&gt;=3.7,&#60;4"
      data-yanked="caf&eacute; &amp; é" data-core-metadata="sha256=${hash}" data-upload-time="2024-02-03T04:05:06.789012Z">x</a>`;
    expect(filesOf("x", html)).toEqual([
      {
        filename: "x-1.0-py3-none-any.whl",
        url: "https://index.example/f/x-1.0-py3-none-any.whl",
        hashes: { sha256: hash },
        requiresPython: ">=3.7,<4",
        yanked: "caf&eacute; & é",
        uploadTimeMs: Date.UTC(2024, 1, 3, 4, 5, 6, 789),
        metadata: { sha256: hash },
        kind: "wheel",
      },
    ]);
  });

  const metadata: [string, IndexFile["metadata"]][] = [
    [`data-dist-info-metadata="sha256=${hash}"`, { sha256: hash }],
    ['data-dist-info-metadata="true"', true],
    ["data-core-metadata", true],
    ['data-core-metadata="false" data-dist-info-metadata="true"', false],
    ["", false],
  ];
  for (const [attribute, expected] of metadata) {
    test(`${attribute || "nothing"} means metadata ${JSON.stringify(expected)}`, () => {
      expect(filesOf("x", `<a href="x-1-py3-none-any.whl" ${attribute}>x</a>`)[0]?.metadata).toEqual(expected);
    });
  }

  test("is relative to <base href>, else to the page", () => {
    const link = '<a href="f/x-1.zip">x</a>';
    expect(filesOf("x", link)[0]?.url).toBe("https://index.example/simple/x/f/x-1.zip");
    expect(filesOf("x", `<head><base href="https://cdn.example/y/"></head>${link}`)[0]?.url).toBe(
      "https://cdn.example/y/f/x-1.zip",
    );
  });

  test("may not lead a page of the network to local files", () => {
    const html = '<a href="file:///etc/x-1.zip">x</a><a href="javascript:x-1.zip">x</a><a href="/f/a%2Fx-2.zip">x</a>';
    expect(filesOf("x", html)).toEqual([]);
    expect(filesOf("x", '<a href="x-1.zip">x</a>', "file:///srv/x/index.html")[0]?.url).toBe("file:///srv/x/x-1.zip");
  });
});
