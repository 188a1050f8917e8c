/** Hashes that requirements demand, in algorithms that the index does not announce: the bytes decide. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = mkdtempSync(join(tmpdir(), "demanded-hashes-"));
let index: FixtureIndex;

const digest = (algorithm: "md5" | "sha256" | "sha384" | "sha512", bytes: Uint8Array): string =>
  new Bun.CryptoHasher(algorithm).update(bytes).digest("hex");

const plain = buildWheel({ name: "plain", version: "1.0" });
const old = buildWheel({ name: "old", version: "1.0" });
const silent = buildWheel({ name: "silent", version: "1.0" });
const liar = buildWheel({ name: "liar", version: "1.0" });
const trusted = "5".repeat(96);

beforeAll(async () => {
  index = await startFixtureIndex();
  index.add(plain);
  index.add(old, { hashes: { md5: digest("md5", old.bytes) } });
  index.add(silent, { hashes: {} });
  index.add(liar, { hashes: { sha384: trusted, sha512: digest("sha512", liar.bytes), sha256: liar.sha256 } });
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

let homes = 0;
const emptyHome = (): string => join(scratch, `home-${homes++}`);

/** `pybun ARGV -r FILE`, the file with this line alone. */
function pybun(argv: readonly string[], line: string, home = emptyHome()) {
  writeFileSync(join(scratch, "pins.txt"), `${line}\n`);
  return runProcess([launcher, "pybun", ...argv, "--default-index", index.simple, "-r", "pins.txt"], {
    cwd: scratch,
    environment: { VIVARIUM_HOME: home, PIP_CONFIG_FILE: "/dev/null" },
  });
}

const rows: readonly (readonly [string, string, string])[] = [
  ["plain, of SHA-256", "plain==1.0", `sha512:${digest("sha512", plain.bytes)}`],
  ["plain, of SHA-256", "plain==1.0", `sha384:${digest("sha384", plain.bytes)}`],
  ["old, of MD5", "old==1.0", `sha256:${old.sha256}`],
  ["silent, of none", "silent==1.0", `sha512:${digest("sha512", silent.bytes)}`],
];

describe.each(rows)("%s: %s with %s", (_, pin, hash) => {
  const wrong = hash.replace(/:.*/, (right) => `:${"0".repeat(right.length - 1)}`);

  test("is installed where it is right", async () => {
    const { exitCode, stderr } = await pybun(["env", "create", "--dir", `right-${homes}`], `${pin} --hash=${hash}`);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  });

  test("ends the command where it is wrong, with nothing stored", async () => {
    const home = emptyHome();
    const { exitCode, stderr } = await pybun(["env", "create", "--dir", "wrong"], `${pin} --hash=${wrong}`, home);
    expect(stderr).toStartWith("error[E_ENV_HASH]");
    expect(stderr).toContain(`the requirements file demands ${wrong}`);
    expect(stderr).toContain("at pins.txt:1:1");
    expect(exitCode).toBe(76);
    expect(existsSync(join(scratch, "wrong"))).toBe(false);
    const stored = readdirSync(home, { recursive: true }).filter((path) =>
      /\bwheels-v\d+\/|\bchoices/.test(String(path)),
    );
    expect(stored).toEqual([]);
  });

  test("is resolved, and printed with the hash of what was compared", async () => {
    const { stdout, exitCode } = await pybun(["resolve", "--hashes"], `${pin} --hash=${hash}`);
    expect(exitCode).toBe(0);
    expect(stdout.match(/--hash=\S+/g)).toHaveLength(1);
    expect(stdout).toContain("--hash=sha256:");
    const refused = await pybun(["resolve", "--hashes"], `${pin} --hash=${wrong}`);
    expect([refused.exitCode, refused.stdout]).toEqual([76, ""]);
  });
});

test("a wheel that is stored already is compared anew", async () => {
  const home = emptyHome();
  expect((await pybun(["env", "create"], "plain==1.0", home)).exitCode).toBe(0);
  const wrong = await pybun(["env", "create"], `plain==1.0 --hash=sha512:${"0".repeat(128)}`, home);
  expect([wrong.exitCode, wrong.stderr.slice(0, 17)]).toEqual([76, "error[E_ENV_HASH]"]);
  const right = await pybun(["env", "create"], `plain==1.0 --hash=sha512:${digest("sha512", plain.bytes)}`, home);
  expect(right.exitCode).toBe(0);
});

test("of several hashes one is enough", async () => {
  const hashes = [`sha512:${"0".repeat(128)}`, `sha512:${digest("sha512", plain.bytes)}`];
  const line = ["plain==1.0", ...hashes.map((hash) => `--hash=${hash}`)].join(" ");
  expect((await pybun(["env", "create"], line)).exitCode).toBe(0);
});

test("a weaker hash that is announced as demanded does not stand for the bytes", async () => {
  const { exitCode } = await pybun(["env", "create"], `liar==1.0 --hash=sha384:${trusted}`);
  expect(exitCode).toBe(76);
});
