/** `pybun env` as its users start it, against an index that the test serves. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "@vivarium/cli/testing/run-fixture";
import { buildSdist, buildWheel, type FixtureIndex, startFixtureIndex } from "../../tests/fixture-index/index.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";
import { detailIn } from "./testing/detail-in.ts";

const launcher = join(import.meta.dir, "../../vivarium/bin/vivarium");
const scratch = realpathSync(mkdtempSync(join(tmpdir(), "env-command-")));
let index: FixtureIndex;
const tool = buildWheel({
  name: "tool",
  version: "1.0",
  requires: ["part"],
  files: { "tool.py": "import part\ndef main():\n    print('tool', part.version)\n" },
  entryPoints: { console_scripts: ["tool = tool:main"] },
});
const oldPart = buildWheel({ name: "part", version: "1.0" });

beforeAll(async () => {
  index = await startFixtureIndex();
  index.add(tool);
  index.add(buildWheel({ name: "part", version: "2.0" }));
  index.add(oldPart);
  index.add(buildWheel({ name: "silent", version: "1.0" }), { sha256: "none" });
  index.add(buildSdist({ name: "source-only", version: "1.0" }));
  index.add(buildWheel({ name: "half-source", version: "0.9" }));
  index.add(buildSdist({ name: "half-source", version: "1.0" }));
});
afterAll(async () => {
  await index.stop();
  rmSync(scratch, { recursive: true });
});

const home = { VIVARIUM_HOME: join(scratch, "home"), PIP_CONFIG_FILE: "/dev/null" };

const pybun = (...argv: readonly string[]) =>
  runProcess([launcher, "pybun", "env", ...argv], { cwd: scratch, environment: home });

const create = (...argv: readonly string[]) => pybun("create", "--default-index", index.simple, ...argv);

const detailOf = async (command: string, running: ReturnType<typeof pybun>): Promise<Record<string, unknown>> =>
  detailIn((await running).stdout, `env ${command}`);

describe("env create", () => {
  test("prints the path of a working environment, and the same one again without the index", async () => {
    const first = await create("tool");
    expect(first.exitCode).toBe(0);
    const path = first.stdout.trim();
    expect((await runProcess([join(path, "bin", "tool")])).stdout).toBe("tool 2.0\n");
    expect((await create("tool", "--offline")).stdout.trim()).toBe(path);
    expect((await pybun("list")).stdout).toContain(`2 packages  ${path}`);
  }, 30_000);

  test("--dir makes it at a place of its own, from what is remembered of the same wish", async () => {
    await create("tool", "part");
    const { stdout, exitCode } = await create("part", "tool", "--dir", "mine", "--offline");
    expect({ stdout, exitCode }).toEqual({ stdout: `${join(scratch, "mine")}\n`, exitCode: 0 });
    expect((await runProcess([join(scratch, "mine", "bin", "tool")])).stdout).toBe("tool 2.0\n");
    expect((await pybun("remove", "mine")).exitCode).toBe(0);
    expect(existsSync(join(scratch, "mine"))).toBe(false);
  }, 30_000);

  test("cache clean forgets no wish whose wheels an environment at a place of its own keeps", async () => {
    await create("tool", "--dir", "kept");
    const clean = () => runProcess([launcher, "pybun", "cache", "clean"], { cwd: scratch, environment: home });
    expect((await clean()).stdout).toMatch(/in use stay\n$/);
    expect((await create("tool", "--dir", "again", "--offline")).exitCode).toBe(0);
    expect((await runProcess([join(scratch, "again", "bin", "tool")])).stdout).toBe("tool 2.0\n");
    expect((await pybun("remove", "kept", "again")).exitCode).toBe(0);
    await clean();
    expect((await create("tool", "--dir", "again", "--offline")).exitCode).toBe(69);
  }, 30_000);

  test("cache verify finds what lost its wheels, and the same command mends it: W_ENV_BROKEN, E_ENV_EXISTS", async () => {
    const stored = (await create("part")).stdout.trim();
    await create("part", "--dir", "torn");
    expect((await create("tool", "--dir", "torn")).stderr).toStartWith("error[E_ENV_EXISTS]");
    rmSync(join(scratch, "home/cache", wheelKind), { recursive: true });
    const verify = () => runProcess([launcher, "pybun", "cache", "verify"], { cwd: scratch, environment: home });
    const found = await verify();
    expect(found.exitCode).toBe(76);
    expect(found.stderr).toContain(`the environment '${join(scratch, "torn")}' does not work any more`);
    expect(existsSync(stored)).toBe(true);
    expect((await create("part", "--dir", "torn")).exitCode).toBe(0);
    expect((await verify()).exitCode).toBe(0);
    expect((await pybun("remove", "torn")).exitCode).toBe(0);
  }, 30_000);

  test("--dir refuses a directory with something else in it", async () => {
    writeFileSync(join(scratch, "thesis.txt"), "precious");
    const { exitCode, stderr } = await create("part", "--dir", ".");
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/E_ENV_DIRECTORY_(?:TAKEN|STORE)/);
    expect(readdirSync(scratch)).toContain("thesis.txt");
  }, 30_000);

  test("hashes of a requirements file are demanded, and choose the release", async () => {
    const pins = (line: string): string => {
      writeFileSync(join(scratch, "pins.txt"), `${line}\n`);
      return "pins.txt";
    };
    const refused = await create("-r", pins(`part\ntool==1.0 --hash=sha256:${"0".repeat(64)}`), "--dir", "hashed");
    expect(refused.stderr).toStartWith(`error[E_RESOLVE_HASH]: cannot use 'tool': no file has the hash 'sha256:000`);
    expect(refused.stderr).toContain("at pins.txt:2:1");
    expect(refused.exitCode).toBe(76);
    expect(existsSync(join(scratch, "hashed"))).toBe(false);
    expect((await create("-r", pins(`tool==1.0 --hash=sha256:${tool.sha256}`), "--dir", "hashed")).exitCode).toBe(0);
    const older = await create("-r", pins(`part --hash=sha256:${oldPart.sha256}`), "--format=json");
    expect(older.stdout).toContain('"version":"1.0"');
  }, 30_000);

  test("hashes that the index does not announce are compared with the bytes", async () => {
    writeFileSync(join(scratch, "silent.txt"), `silent --hash=sha256:${"0".repeat(64)}\n`);
    const { stderr, exitCode } = await create("-r", "silent.txt", "--dir", "unhashed");
    expect(stderr).toStartWith("error[E_ENV_HASH]");
    expect(exitCode).toBe(76);
    expect(existsSync(join(scratch, "unhashed"))).toBe(false);
  }, 30_000);

  test("a release that has to be built is refused with a way out that helps", async () => {
    const newest = await create("half-source");
    expect(newest.stderr).toContain(
      "This would work: `--only-binary half-source`, which takes half-source 0.9 instead of 1.0.",
    );
    expect((await create("half-source", "--only-binary", "half-source", "--dir", "half")).exitCode).toBe(0);
    const pinned = await create("source-only==1.0");
    expect(pinned.stderr).toStartWith("error[E_INSTALL_BUILD_NEEDED]");
    expect(pinned.stderr).not.toContain("--only-binary");
    expect(pinned.stderr).toContain("source-only 1.0 exists as source only; building from source comes with a later");
  }, 30_000);

  test("a wish that comes to nothing is told", async () => {
    writeFileSync(join(scratch, "empty.txt"), "# nothing yet\n");
    expect((await create("-r", "empty.txt")).stderr).toContain("W_RESOLVE_EMPTY");
    expect((await create()).stderr).not.toContain("W_RESOLVE_EMPTY");
    const torn = await create("part", "--refresh", "--offline");
    expect(torn.stderr).toStartWith("error[E_RESOLVE_REFRESH_OFFLINE]");
    expect(torn.exitCode).toBe(2);
  }, 30_000);

  test("its JSON, and that of the other commands, is as the schemas say", async () => {
    const made = await detailOf("create", create("part", "--format=json"));
    expect(made["packages"]).toMatchObject([{ name: "part", version: "2.0" }]);
    const { environments } = await detailOf("list", pybun("list", "--format=json"));
    expect(environments).toContainEqual(made);
    const key = String(made["key"]);
    expect(await detailOf("path", pybun("path", key.slice(0, 10), "--format=json"))).toEqual(made);
    const removed = await detailOf("remove", pybun("remove", key, "--format=json"));
    expect(removed).toEqual({ removed: [{ key, path: made["path"] }], forgotten: [] });
    const again = await pybun("remove", key);
    expect(again.stderr).toContain("E_ENV_NOT_FOUND");
    expect(again.exitCode).toBe(66);
  }, 30_000);
});
