/**
 * What lies in a cache is read by later programs. If they encode or understand it otherwise and nobody says so, they take
 * one release for another, without any error: so each format has a number, and here stands what it looked like when
 * that number was given. When one of these tests fails, the number must grow, and the new digest be written here.
 */
import { expect, test } from "bun:test";
import { versionKey } from "../versions/version.ts";
import { encodeMetadata, encodeRecord, metadataFormat } from "./metadata-cache.ts";
import { parsePage } from "./page-answer.ts";
import { encodeHead, layoutVersion } from "./page-head.ts";

const digest = (...parts: readonly (string | Uint8Array)[]): string => {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const part of parts) hasher.update(part);
  return hasher.digest("hex").slice(0, 16);
};

const versions =
  "0 1 1.0.1 1.10 1.9 79 80 99 100 1234567 12345678 1!2 2024.1.15 1.0.dev3 1.0a1 1.0a1.dev2 1.0b79 1.0rc80 1.0.post0 1.0.post7.dev1 1.0+abc.5 1.0+5.abc 1.0.1rc1.post2.dev3+x.y.100";

test("version keys", () => {
  const keys = versions.split(" ").map((text) => versionKey(text) ?? "");
  expect({ layoutVersion, keys: digest(keys.join("\n")) }).toEqual({ layoutVersion: 8, keys: "5f4032b853a81707" });
});

test("pages", () => {
  const links = versions.split(" ").map((version) => `<a href="left-${version}.tar.gz">x</a>`);
  const bytes = Buffer.from(`<html>${links.join("")}</html>`);
  const answer = { url: "https://index/left/", contentType: "text/html", bytes, endsWithConnection: false };
  const freshness = { isStorable: true, freshUntilMs: 1e12, etag: '"e"' };
  const head = encodeHead({ ...parsePage("left", answer), freshness });
  expect({ layoutVersion, head: digest(head) }).toEqual({ layoutVersion: 8, head: "13de16c5d6b2ffc0" });
});

test("metadata", () => {
  const metadata = {
    name: "left",
    version: "1",
    requiresDist: ["a>1", "b; extra=='x'"],
    requiresPython: ">=3",
    providesExtra: ["x"],
    dynamic: ["license"],
  };
  const record = encodeRecord("https://index/left.whl abc", encodeMetadata(metadata));
  expect({ metadataFormat, record: digest(record) }).toEqual({ metadataFormat: 3, record: "0baccc6534ea78a3" });
});
