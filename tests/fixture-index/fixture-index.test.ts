import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSdist, buildWheel, startFixtureIndex } from "./index.ts";

/** Python's own zipfile and tarfile judge what the builders made. */
function inspect(code: string, path: string): string {
  const run = Bun.spawnSync(["python3", "-c", code, path]);
  expect(run.stderr.toString()).toBe("");
  return run.stdout.toString().trim();
}

test("wheels and source distributions are what Python's own readers call whole", () => {
  const directory = mkdtempSync(join(tmpdir(), "fixture-"));
  try {
    const wheel = buildWheel({ name: "left-pad", version: "1.0", requires: ["right"], tag: "py2.py3-none-any" });
    const sdist = buildSdist({ name: "left-pad", version: "1.0" });
    expect([wheel.filename, sdist.filename]).toEqual(["left_pad-1.0-py2.py3-none-any.whl", "left_pad-1.0.tar.gz"]);
    for (const made of [wheel, sdist]) writeFileSync(join(directory, made.filename), made.bytes);
    const zip = "import sys,zipfile as z; a=z.ZipFile(sys.argv[1]); print(a.testzip(), *a.namelist())";
    expect(inspect(zip, join(directory, wheel.filename))).toBe(
      "None left_pad.py left_pad-1.0.dist-info/WHEEL left_pad-1.0.dist-info/METADATA left_pad-1.0.dist-info/RECORD",
    );
    const tar = "import sys,tarfile as t; print(*t.open(sys.argv[1]).getnames())";
    expect(inspect(tar, join(directory, sdist.filename))).toBe("left_pad-1.0/PKG-INFO left_pad-1.0/setup.py");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("serves pages in both forms, files with ranges, and what a behaviour says", async () => {
  const index = await startFixtureIndex();
  try {
    const wheel = buildWheel({ name: "left", version: "1.0" });
    index.add(wheel, { yanked: "broken" });
    const html = await (await fetch(`${index.simple}/left/`)).text();
    expect(html).toContain('data-yanked="broken"');
    const json = await fetch(`${index.simple}/left/`, { headers: { accept: "application/vnd.pypi.simple.v1+json" } });
    expect(await json.json()).toMatchObject({ name: "left", files: [{ filename: wheel.filename, yanked: "broken" }] });
    const tail = await fetch(`${index.origin}/files/${wheel.filename}`, { headers: { range: "bytes=-10" } });
    expect([tail.status, Buffer.from(await tail.bytes()).equals(wheel.bytes.subarray(-10))]).toEqual([206, true]);
    index.behave("/simple/left/", () => ({ status: 503 }), { times: 1 });
    const statuses = [await fetch(`${index.simple}/left/`), await fetch(`${index.simple}/left/`)].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([503, 200]);
    expect(index.log.map(({ status }) => status)).toEqual([200, 200, 206, 503, 200]);
  } finally {
    await index.stop();
  }
});
