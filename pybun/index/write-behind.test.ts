/** A cache that somebody cleans in the middle is written all the same, and nobody hears of it. */
import { afterEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Problem } from "@vivarium/core/diagnostic";
import { openMetadataCache } from "./metadata-cache.ts";
import { openWriteBehind } from "./write-behind.ts";

const root = mkdtempSync(join(tmpdir(), "write-behind-"));
const directory = join(root, "pages");
const warned: string[] = [];
const report = { emit: () => undefined, warn: ({ code }: Problem) => void warned.push(code) };
afterEach(() => rmSync(root, { recursive: true, force: true }));

const content = [Buffer.from("some "), Buffer.from("text")];

/** Until the file is there or somebody was warned. */
async function settled(path: string): Promise<void> {
  while (!existsSync(path) && warned.length === 0) await new Promise((proceed) => void setImmediate(proceed));
}

test.each(["at once", "at the end"])("pages, %s", async (when) => {
  const writer = openWriteBehind(report);
  writer.write(join(directory, "first"), content);
  await settled(join(directory, "first"));
  rmSync(directory, { recursive: true });
  const second = join(directory, "second");
  writer.write(second, content);
  if (when === "at once") await settled(second);
  else writer.flush();
  expect(warned).toEqual([]);
  expect(readFileSync(second, "utf8")).toBe("some text");
  writer.flush();
  expect(readdirSync(dirname(second))).toEqual(["second"]);
});

test("what cannot be put in its place leaves nothing beside it, and what cannot be removed is told of", () => {
  for (const command of ["write", "remove"] as const) {
    const writer = openWriteBehind(report);
    mkdirSync(join(directory, "taken"), { recursive: true });
    if (command === "write") writer.write(join(directory, "taken"), content);
    else writer.remove(join(directory, "taken"));
    writer.flush();
    expect(warned.splice(0)).toEqual(["W_INDEX_CACHE"]);
    expect(readdirSync(directory)).toEqual(["taken"]);
  }
});

test("a log of metadata that cannot be put in its place leaves nothing beside it", () => {
  const writer = openWriteBehind(report);
  mkdirSync(join(directory, "project.metadata"), { recursive: true });
  const cache = openMetadataCache(directory, writer);
  cache.write("project", "key", { buildNeeded: "why" });
  cache.flush();
  expect(warned.splice(0)).toEqual(["W_INDEX_CACHE"]);
  expect(readdirSync(directory)).toEqual(["project.metadata"]);
});

test("metadata", () => {
  const writer = openWriteBehind(report);
  const cache = openMetadataCache(directory, writer);
  for (const key of ["first", "second"]) {
    cache.write("project", key, { buildNeeded: key });
    cache.flush();
    if (key === "first") rmSync(directory, { recursive: true });
  }
  expect(warned).toEqual([]);
  expect(openMetadataCache(directory, writer).read("project", "second")).toEqual({ buildNeeded: "second" });
});
