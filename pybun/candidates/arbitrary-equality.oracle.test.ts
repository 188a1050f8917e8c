/** `===` beside pip, which compares texts as PEP 440 says. uv reads it as `==`, and is no oracle here. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Problem } from "@vivarium/core/diagnostic";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { oraclePython } from "../../tools/oracles.ts";
import { type TestBench, testBench } from "../index/testing.ts";
import { linuxTarget } from "../resolver/testing/resolve-universe.ts";
import { parseRequirement } from "../versions/requirement.ts";
import { resolveWithIndex } from "./resolve-with-index.ts";

const wanted = [
  "lib===1.0",
  "lib===1.0.0",
  "lib===1.0.0,>=1",
  "lib===1.0.0,===1.0",
  "lib===v1.0.0",
  "lib===2.0",
  "loc===1.0+UBUNTU.1",
  "loc===1.0+ubuntu-1",
  "loc===1.0",
  "beta===1.0RC1",
  "beta===1.0-rc1",
];
const target = { ...linuxTarget("3.12.1"), tags: ["py3-none-any"] };
let index: FixtureIndex;
let bench: TestBench;

beforeAll(async () => {
  index = await startFixtureIndex();
  bench = testBench();
  index.add(buildWheel({ name: "lib", version: "1.0.0" }));
  index.add(buildWheel({ name: "loc", version: "1.0+Ubuntu.1" }));
  index.add(buildWheel({ name: "beta", version: "1.0rc1" }));
  for (const version of ["1.0", "1.0.0"]) index.add(buildWheel({ name: "both", version }));
  wanted.forEach((requirement, at) =>
    index.add(buildWheel({ name: `app-${at}`, version: "1.0", requires: [requirement] })),
  );
}, 180_000);
afterAll(async () => {
  bench[Symbol.dispose]();
  await index.stop();
});

/** The files to install, or why there are none. */
async function askOurs(...requirements: readonly string[]): Promise<string> {
  const client = bench.open({ flags: { defaultIndex: index.simple } });
  const report = { emit: () => undefined, warn: () => undefined };
  try {
    const pins = await resolveWithIndex({ requirements: requirements.map(parseRequirement), target, client, report });
    return pins.map(({ file }) => file.filename).join(" ");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code;
  } finally {
    client.close();
  }
}

async function askPip(requirement: string): Promise<string> {
  const options = ["--dry-run", "--quiet", "--ignore-installed", "--no-cache-dir", "--isolated", "--report", "-"];
  const argv = ["-m", "pip", "--disable-pip-version-check", "install", ...options, "--index-url", index.simple];
  const child = Bun.spawn([await oraclePython(), ...argv, requirement], { stdout: "pipe", stderr: "pipe" });
  const [report, complaint] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (complaint.includes("No matching distribution")) return "E_RESOLVE_CONFLICT";
  // The report's format: https://pip.pypa.io/en/stable/reference/installation-report/
  const { install } = JSON.parse(report) as { install: { download_info: { url: string } }[] };
  const files = install.map(({ download_info: { url } }) => decodeURIComponent(url.split("/").at(-1) ?? ""));
  return files.sort().join(" ");
}

test.each(wanted.map((requirement, at) => [requirement, `app-${at}`] as const))(
  "%s, of the user and of a dependency",
  async (requirement, app) => {
    expect(await askOurs(requirement)).toBe(await askPip(requirement));
    expect(await askOurs(app)).toBe(await askPip(app));
    // From the memo, too.
    expect(await askOurs(app)).toBe(await askOurs(app));
  },
  60_000,
);

test("two texts cannot both be met, and of a release in two spellings the file with the text is taken", async () => {
  expect(await askOurs("both===1.0")).toBe("both-1.0-py3-none-any.whl");
  expect(await askOurs("both===1.0.0")).toBe("both-1.0.0-py3-none-any.whl");
  expect(await askOurs("both===1.0", "both===1.0.0")).toBe("E_RESOLVE_CONFLICT");
});
