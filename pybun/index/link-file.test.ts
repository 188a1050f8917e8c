import { expect, test } from "bun:test";
import { tryParseSdistFilename } from "../versions/sdist-filename.ts";
import { fileOfLink } from "./link-file.ts";

for (const host of ["[bad", "a b", "h:99999", "999.999.999.999", "xn--a", "h:x", "", "a..b:c"]) {
  test(`a link to the impossible host ${JSON.stringify(host)} names no file`, () => {
    expect(
      fileOfLink({ href: `http://${host}/left-4.0-py3-none-any.whl`, base: "https://x.org/left/", origin: "web" }),
    ).toBe(undefined);
  });
}

for (const host of ["files.example.org", "h", "h:8080", "127.0.0.1", "[::1]:80", "u:p@h.org"]) {
  test(`a link to the host ${host} names a file`, () => {
    const url = `http://${host}/left-4.0-py3-none-any.whl`;
    expect(fileOfLink({ href: url, base: "https://x.org/left/", origin: "web" })?.url).toBe(new URL(url).href);
  });
}

test("what a page lists as a source archive has a name that is read as one", () => {
  const endings = [
    "tar.gz",
    "zip",
    "tgz",
    "tar.bz2",
    "tar.xz",
    "tbz",
    "txz",
    "tar.lzma",
    "tar.lz",
    "tlz",
    "tar",
    "tar.Z",
  ];
  const named = (ending: string): string => `left-1.0.${ending}`;
  const isListed = (ending: string): boolean =>
    fileOfLink({ href: named(ending), base: "https://x.org/", origin: "web" })?.kind === "sdist";
  expect(endings.map(isListed)).toEqual(endings.map((ending) => tryParseSdistFilename(named(ending)) !== undefined));
  expect(isListed("tbz")).toBe(true);
});
