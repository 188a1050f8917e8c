/** What `pybun resolve` says where files, hashes and filters leave nothing, as its users see it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "resolve-failures-"));
let index: FixtureIndex;

const lib = buildWheel({ name: "lib", version: "1.0" });
const otherBuild = buildWheel({ name: "lib", version: "1.0", tag: "py2.py3-none-any" });
const newer = buildWheel({ name: "lib", version: "2.0" });

beforeAll(async () => {
  index = await startFixtureIndex();
  for (const wheel of [lib, otherBuild, newer]) index.add(wheel, { uploadTime: "2024-05-01T00:00:00Z" });
  writeFileSync(join(scratch, lib.filename), lib.bytes);
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

const resolve = (...argv: readonly string[]) =>
  runProcess([launcher, "pybun", "resolve", "--default-index", index.simple, ...argv], {
    cwd: scratch,
    environment: { VIVARIUM_HOME: join(scratch, "home"), PIP_CONFIG_FILE: "/dev/null" },
  });

const file = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text);
  return name;
};

test("a release without a wheel for the target says what its wheels are for, in words and as data", async () => {
  for (const tag of ["cp36-cp36m", "cp37-cp37m", "cp38-cp38"])
    index.add(buildWheel({ name: "heavy", version: "1.7", tag: `${tag}-linux_x86_64` }));
  for (const platform of ["win_amd64", "win32"])
    index.add(buildWheel({ name: "heavy", version: "1.8", tag: `py3-none-${platform}` }));
  const target = ["--python-version", "3.11", "--platform", "x86_64-unknown-linux-gnu"];
  const older = "its wheels for linux x86_64 are for CPython 3.6, 3.7 and 3.8";
  const { stderr } = await resolve("heavy==1.7", ...target);
  expect(stderr).toContain(`heavy==1.7 cannot be used (${older}, none for CPython 3.11)`);
  index.add(buildWheel({ name: "heavy", version: "1.6", tag: "cp27-cp27mu-linux_x86_64" }));
  const pinned = await resolve("heavy==1.7", ...target, "--refresh");
  expect(pinned.stderr).toContain(`heavy==1.7 cannot be used (${older}, none for CPython 3.11)`);
  const { stdout } = await resolve("heavy>1.6", ...target, "--format", "json");
  const [{ message, data }] = JSON.parse(stdout).diagnostics;
  expect(message).toContain(`heavy>=1.7 cannot be used (${older}, those for CPython 3.11 are for win32 and win_amd64)`);
  expect(data.derivation.steps).toContainEqual(
    expect.objectContaining({
      fact: expect.objectContaining({
        kind: "unusable",
        wheels: { pythons: ["cp36-cp36m", "cp37-cp37m", "cp38-cp38"], platforms: ["win32", "win_amd64"] },
      }),
    }),
  );
});

test("platforms alone are told where there are wheels for this Python, and none for the platform", async () => {
  index.add(buildWheel({ name: "other", version: "1.0", tag: "cp27-cp27m-win32" }));
  index.add(buildWheel({ name: "other", version: "2.0", tag: "cp310-cp310-win32" }));
  for (const tag of ["cp310-cp310-win32", "cp311-cp311-win_amd64", "cp312-cp312-win_arm64"])
    index.add(buildWheel({ name: "other", version: "3.0", tag }));
  const linux = await resolve("other", "--python-version", "3.11", "--platform", "x86_64-unknown-linux-gnu");
  expect(linux.stderr).toContain(
    "other cannot be used (its wheels for CPython 3.11 are for win_amd64, none for linux x86_64)",
  );
  const windows = await resolve("other", "--python-version", "3.9", "--platform", "x86_64-pc-windows-msvc");
  expect(windows.stderr).toContain("(its wheels for Windows x86_64 are for CPython 3.11, none for CPython 3.9)");
});

test("a filter that leaves nothing is named", async () => {
  const { stderr } = await resolve("lib>=2", "--exclude-newer", "2021-01-01");
  expect(stderr).toContain("`--exclude-newer` leaves out lib>=2");
  expect(stderr).not.toContain("there is no version");
});

test("a URL that fixes the version is named", async () => {
  const { stderr } = await resolve(`./${lib.filename}`, "lib>1.0");
  expect(stderr).toContain("the URL that lib is taken from holds version 1.0, not lib>1.0");
});

test("a wrong hash of a file's URL is refused, and its true one printed", async () => {
  const url = pathToFileURL(join(scratch, lib.filename)).href;
  const wrong = await resolve(`lib @ ${url}#sha256=${"0".repeat(64)}`);
  expect(wrong.stderr).toStartWith("error[E_INDEX_HASH]");
  expect(wrong.exitCode).toBe(76);
  const demanded = await resolve("-r", file("demanded.txt", `\nlib @ ${url} --hash=sha256:${"0".repeat(64)}\n`));
  expect(demanded.stderr).toStartWith("error[E_ENV_HASH]");
  expect(demanded.stderr).toContain("at demanded.txt:2:1");
  expect((await resolve(`lib @ ${url}`, "--hashes")).stdout).toContain(`--hash=sha256:${lib.sha256}`);
});

test("only the hashes that the user admits are printed", async () => {
  const { stdout } = await resolve("-r", file("one.txt", `lib --hash=sha256:${lib.sha256}\n`), "--hashes");
  expect(stdout.match(/--hash=\S+/g)).toEqual([`--hash=sha256:${lib.sha256}`]);
  expect((await resolve("lib==1.0", "--hashes")).stdout.match(/--hash=/g)).toHaveLength(2);
});

test("a project that nobody has is told with the line that asks for it", async () => {
  const { stderr } = await resolve("-r", file("unknown.txt", "lib\nnobody-has-this\n"));
  expect(stderr).toStartWith("error[E_PACKAGE_NOT_FOUND]");
  expect(stderr).toContain("at unknown.txt:2:1");
});

test("a wheel that is no archive is refused as such, with what is wrong with it", async () => {
  const links = mkdtempSync(join(scratch, "links-"));
  writeFileSync(join(links, "trunc-1.0-py3-none-any.whl"), lib.bytes.subarray(0, 200));
  const { stderr, exitCode } = await resolve("trunc", "--no-index", "--find-links", links);
  expect(stderr).toStartWith("error[E_RESOLVE_ARCHIVE]: cannot use 'trunc': its metadata cannot be read: it is no ZIP");
  expect(exitCode).toBe(76);
});

test("a wheel that holds another version than its name says is refused as an archive, unless another will do", async () => {
  const links = mkdtempSync(join(scratch, "links-"));
  const mislabelled = buildWheel({ name: "lied", version: "2.0" }).bytes;
  writeFileSync(join(links, "lied-1.0-py3-none-any.whl"), mislabelled);
  const { stderr, exitCode } = await resolve("lied", "--no-index", "--find-links", links);
  expect(stderr).toStartWith("error[E_RESOLVE_ARCHIVE]: cannot use 'lied': its metadata is that of lied 2.0\n");
  expect(exitCode).toBe(76);
  writeFileSync(join(links, "lied-0.9-py3-none-any.whl"), buildWheel({ name: "lied", version: "0.9" }).bytes);
  expect((await resolve("lied", "--no-index", "--find-links", links)).stdout).toStartWith("lied==0.9\n");
});

test("an index whose releases all have the metadata of one is given up on", async () => {
  const links = Array.from(
    { length: 20_000 },
    (_, number) => `<a href="/same-${number + 2}-py3-none-any.whl" data-core-metadata="true">x</a>`,
  );
  const page = `<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`;
  index.behave("/simple/same/", () => ({ status: 200, headers: { "content-type": "text/html" }, body: page }));
  const metadata = "Metadata-Version: 2.1\nName: same\nVersion: 1\n";
  let asked = 0;
  index.behave(/^\/same-/, () => {
    asked++;
    return { status: 200, body: metadata };
  });
  const { stderr, exitCode } = await resolve("same");
  expect(stderr).toStartWith(
    "error[E_INDEX_RELEASES_BROKEN]: gave up on 'same' after 256 releases whose metadata cannot be used; of same",
  );
  expect(exitCode).toBe(65);
  expect(asked).toBeLessThan(1000);
}, 30_000);

test("a wish that comes to nothing is told", async () => {
  expect((await resolve("-r", file("empty.txt", "# nothing yet\n"))).stderr).toContain("W_RESOLVE_EMPTY");
  const elsewhere = await resolve('lib; sys_platform == "plan9"');
  expect(elsewhere.stderr).toContain("no requirement applies to the target");
  expect((await resolve("lib", "--refresh", "--offline")).stderr).toStartWith("error[E_RESOLVE_REFRESH_OFFLINE]");
});

test.each([
  ["foo @ https://e.org/%zz-1.0-py3-none-any.whl", 7],
  ["foo @ https://e.org/foo%ff-1.0-py3-none-any.whl", 7],
  ["foo @ https://e.org:99999/foo-1.0-py3-none-any.whl", 7],
  ["http://[bad/foo-1.0-py3-none-any.whl", 1],
  ["https://e.org:99999/foo-1.0-py3-none-any.whl", 1],
  ["https://e.org/foo%ff-1.0-py3-none-any.whl", 1],
])("the malformed URL of '%s' is told with its place", async (text, column) => {
  const given = await resolve(text, "--format", "json");
  expect(given.exitCode).toBe(65);
  const [diagnostic] = JSON.parse(given.stdout).diagnostics;
  expect(diagnostic).toMatchObject({ code: "E_REQUIREMENT_INVALID", spans: [{ line: 1, column }] });
  const { exitCode, stderr } = await resolve("-r", file("malformed.txt", `lib\n${text}\n`));
  expect([exitCode, stderr.slice(0, 29)]).toEqual([65, "error[E_REQUIREMENT_INVALID]:"]);
  expect(stderr).toContain(`at malformed.txt:2:${column}`);
});
