/** What is told of releases that would have to be built: who requires them, and only what was tried and works. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildSdist, buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "build-need-"));
let index: FixtureIndex;

const dynamic = { metadataVersion: "2.1" };

beforeAll(async () => {
  index = await startFixtureIndex();
  index.add(buildSdist({ name: "raw", version: "2.0", ...dynamic }));
  index.add(buildSdist({ name: "static", version: "2.0" }));
  for (const needed of ["raw", "static"]) {
    index.add(
      buildWheel({ name: `near-${needed}`, version: "1.5", requires: [`${needed}; extra == 'x'`], extras: ["x"] }),
    );
    index.add(buildWheel({ name: `far-${needed}`, version: "3.0", requires: [`near-${needed}[x]`] }));
  }
  index.add(buildWheel({ name: "app", version: "1.0" }));
  index.add(buildWheel({ name: "app", version: "2.0", requires: ["static"] }));
  index.add(buildWheel({ name: "app", version: "3.0", requires: ["raw"] }));
  const tags = ["cp36-cp36m-linux_x86_64", "cp37-cp37m-linux_x86_64", "cp38-cp38-win_amd64"];
  for (const tag of tags) index.add(buildWheel({ name: "older", version: "1.0", tag }));
  index.add(buildSdist({ name: "older", version: "1.0" }));
  index.add(buildWheel({ name: "older", version: "0.9" }));
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

const pybun = (...argv: readonly string[]) =>
  runProcess([launcher, "pybun", ...argv, "--default-index", index.simple], {
    cwd: scratch,
    environment: { VIVARIUM_HOME: join(scratch, "home"), PIP_CONFIG_FILE: "/dev/null" },
  });

const diagnosticOf = async (...argv: readonly string[]) => {
  const { stdout, exitCode } = await pybun(...argv, "--format", "json");
  expect(exitCode).toBe(65);
  return JSON.parse(stdout).diagnostics[0];
};

const chainOf = (needed: string) => [
  { name: `near-${needed}`, version: "1.5" },
  { name: `far-${needed}`, version: "3.0" },
];

test("who requires it is told, while it is resolved", async () => {
  const { code, message, hint, data, fixes } = await diagnosticOf("resolve", "far-raw", "app<2");
  expect(code).toBe("E_SDIST_BUILD_NEEDED");
  expect(message).toEndWith("; it is required by near-raw 1.5, which far-raw 3.0 requires");
  expect(hint).toBe(
    "raw 2.0 exists as source only; building from source comes with a later release. No version of raw has a wheel " +
      "for this Python and platform. Another version of far-raw, or fewer of its extras, may do without it.",
  );
  expect(data).toEqual({ name: "raw", version: "2.0", required_by: chainOf("raw"), newest_wheel: null });
  expect(fixes).toEqual([]);
});

test("who requires it is told, when it is to be installed", async () => {
  const { code, message, data } = await diagnosticOf("env", "create", "far-static");
  expect(code).toBe("E_INSTALL_BUILD_NEEDED");
  expect(message).toEndWith(
    "only 'static-2.0.tar.gz'; it is required by near-static 1.5, which far-static 3.0 requires",
  );
  expect(data).toEqual({ name: "static", version: "2.0", required_by: chainOf("static"), newest_wheel: null });
});

test("--only-binary is suggested where it was resolved, for all that it takes, with what it gives", async () => {
  const { hint, fixes } = await diagnosticOf("env", "create", "app");
  const [{ title, text }] = fixes;
  expect(text).toBe("--only-binary raw --only-binary static");
  expect(title).toBe(`\`${text}\`, which takes app 1.0 instead of 3.0 and no raw`);
  expect(hint).toStartWith(`This would work: ${title}. raw 2.0 exists as source only;`);
  expect((await pybun("env", "create", "app", ...text.split(" "), "--dir", "works")).exitCode).toBe(0);
});

const isLinux = process.platform === "linux" && process.arch === "x64";

test.skipIf(!isLinux)("of wheels for other Pythons it is told for which, and the newest is named", async () => {
  const target = ["--python-version", "3.11", "--platform", "x86_64-unknown-linux-gnu"];
  expect((await pybun("resolve", "older==1.0", ...target)).exitCode).toBe(0);
  const { hint, data } = await diagnosticOf("env", "create", "older==1.0");
  expect(hint).toStartWith(
    "older 1.0 has no wheel to use: its wheels for linux x86_64 are for CPython 3.6 and 3.7, none for CPython ",
  );
  expect(hint).toEndWith("is 0.9. There is a wheel of older 1.0 for `--python 3.7`.");
  expect(data.newest_wheel).toBe("0.9");
  expect(data.wheels).toEqual({ pythons: ["cp36-cp36m", "cp37-cp37m"], platforms: [] });
});

test("where --no-binary asks for the source, it is the way out", async () => {
  const { hint, fixes } = await diagnosticOf("env", "create", "older", "--no-binary", "older");
  expect(hint).toStartWith("`--no-binary` asks for the source of older: without it a wheel may serve");
  expect(fixes).toEqual([]);
});
