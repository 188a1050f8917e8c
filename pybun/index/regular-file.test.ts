/** FIFOs and devices stand where files and pages are expected: nothing waits for them, each is told. */
import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { IndexFile } from "./index-file.ts";
import { failureOf, testBench } from "./testing.ts";

const fifoAt = (path: string): string => {
  Bun.spawnSync(["mkfifo", path]);
  return path;
};

test("a page of links", async () => {
  using bench = testBench();
  const device = join(bench.directory, "device");
  symlinkSync("/dev/zero", device);
  for (const place of [fifoAt(join(bench.directory, "links.html")), device]) {
    const client = bench.open({ flags: { noIndex: true, findLinks: [place] } });
    expect(await failureOf(() => client.page("left"))).toBe(
      `E_INDEX_FIND_LINKS cannot read the links at '${place}': it is no regular file`,
    );
  }
});

test("the page of a project in a directory", async () => {
  using bench = testBench();
  const page = join(bench.directory, "simple", "left", "index.html");
  mkdirSync(join(bench.directory, "simple", "left"), { recursive: true });
  fifoAt(page);
  const client = bench.open({ flags: { defaultIndex: join(bench.directory, "simple") } });
  expect(await failureOf(() => client.page("left"))).toBe(
    `E_INDEX_FILE cannot read the file '${page}': it is no regular file`,
  );
});

test("a wheel, and a source archive", async () => {
  using bench = testBench();
  mkdirSync(join(bench.directory, "w"));
  for (const name of ["left-1.0-py3-none-any.whl", "left-2.0.tar.gz"]) fifoAt(join(bench.directory, "w", name));
  const client = bench.open({ flags: { noIndex: true, findLinks: [join(bench.directory, "w")] } });
  const page = await client.page("left");
  const told = (file: IndexFile): string =>
    `E_INDEX_FILE cannot read the file '${join(bench.directory, "w", file.filename)}': it is no regular file`;
  for (const release of [0, 1]) {
    const file = page.filesAt(release)[0] ?? expect.unreachable();
    expect(await failureOf(() => client.metadata(file))).toBe(told(file));
    expect(await failureOf(() => client.download(file, { write: () => undefined }))).toBe(told(file));
  }
});
