import { afterAll, afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Ended, runProcess } from "@vivarium/cli/testing/run-fixture";
import { assertValidEnvelope } from "@vivarium/cli/testing/validate-output";
import { openStore, type Store } from "@vivarium/core/store";
import { ensureWheel } from "../wheel/ensure-wheel.ts";
import { type StoredWheel, wheelKind } from "../wheel/stored-wheel.ts";
import { overwrite } from "../wheel/testing/overwrite.ts";
import { indexFile, listeningReport, memoryClient } from "../wheel/testing/store-client.ts";
import { buildWheel, demoFile } from "../wheel/testing/wheel-builder.ts";
import { stopUnpackers } from "../wheel/unpack-pool.ts";
import { cacheCommands } from "./cache.ts";

afterAll(stopUnpackers);

let home = "";
let store: Store;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cache-test-"));
  store = openStore(join(home, "cache"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const launcher = join(import.meta.dir, "..", "..", "vivarium", "launch.ts");

const launched = [process.execPath, "--no-env-file", "--config=/dev/null", launcher, "pybun"];

function pybun(...argv: readonly string[]): Promise<Ended> {
  return runProcess([...launched, ...argv], { environment: { VIVARIUM_HOME: home } });
}

/** The envelope, checked against the schemas; `detail` is what the test is about. */
const envelopeOf = (name: string, { stdout }: Ended) =>
  assertValidEnvelope(
    stdout,
    cacheCommands.find((command) => command.name === name),
  );

async function storeWheel(): Promise<StoredWheel> {
  const bytes = buildWheel();
  const client = memoryClient({ [demoFile]: bytes });
  return ensureWheel({ store, file: indexFile(demoFile, bytes), client, report: listeningReport() });
}

test("cache dir prints where the store is, and makes nothing", async () => {
  const ended = await pybun("cache", "dir");
  expect(ended).toMatchObject({ stdout: `${join(home, "cache")}\n`, exitCode: 0 });
  expect(existsSync(join(home, "cache"))).toBe(false);
});

test("cache verify counts what is intact", async () => {
  await storeWheel();
  const ended = await pybun("cache", "verify");
  expect(ended).toMatchObject({ stdout: "1 wheel is intact\n", exitCode: 0 });
});

test("cache verify takes what a store deleted by hand left of an entry for rubbish, not for damage", async () => {
  await storeWheel();
  const rest = store.entryPath(wheelKind, "0".repeat(64));
  mkdirSync(join(rest, "bytecode", "cpython-312.tmp"), { recursive: true });
  const ended = await pybun("cache", "verify");
  expect(ended).toMatchObject({ stdout: "1 wheel is intact\n", stderr: "", exitCode: 0 });
  expect(existsSync(rest)).toBe(false);
});

test("-q leaves the remarks of success out; an empty store holds no wheels", async () => {
  expect(await pybun("cache", "verify")).toMatchObject({ stdout: "the store holds no wheels\n", exitCode: 0 });
  for (const member of ["verify", "clean"]) {
    expect(await pybun("cache", member, "-q")).toMatchObject({ stdout: "", stderr: "", exitCode: 0 });
  }
});

test("cache verify moves a changed wheel away: E_STORE_VERIFY, W_STORE_REMOVED, 76", async () => {
  const wheel = await storeWheel();
  overwrite(join(wheel.path, "demo/__init__.py"), "value = 2\n");
  const ended = await pybun("cache", "verify", "--format=json");
  expect(ended.exitCode).toBe(76);
  const envelope = await envelopeOf("cache verify", ended);
  expect(envelope.detail).toEqual({
    checked: 1,
    damaged: [{ entry: `${wheelKind}/${wheel.sha256}`, reason: "'demo/__init__.py' has other contents" }],
    waiting: [],
    broken: [],
  });
  const codes = envelope.diagnostics.map(({ code }) => code);
  expect(codes).toEqual(["W_STORE_REMOVED", "E_STORE_VERIFY"]);
  expect(envelope.diagnostics.at(-1)?.hint).not.toContain("cache verify");
  expect(existsSync(wheel.path)).toBe(false);
  expect((await pybun("cache", "verify")).exitCode).toBe(0);
});

const changes: readonly (readonly [string, string, (tree: string) => void])[] = [
  [
    "a file that was put there",
    "it holds 'demo/evil.py', which was not put there",
    (tree) => writeFileSync(join(tree, "demo/evil.py"), ""),
  ],
  ["a file that is gone", "'demo/__init__.py' is gone", (tree) => rmSync(join(tree, "demo/__init__.py"))],
  [
    "a manifest that cannot be read",
    "its manifest cannot be read",
    (tree) => overwrite(join(tree, "../manifest.json"), "{"),
  ],
];

for (const [name, reason, change] of changes) {
  test(`cache verify notices ${name}`, async () => {
    change((await storeWheel()).path);
    const ended = await pybun("cache", "verify", "--format=json");
    expect((await envelopeOf("cache verify", ended)).detail).toMatchObject({ damaged: [{ reason }] });
  });
}

test("cache clean empties the store, but not what a program uses", async () => {
  const wheel = await storeWheel();
  mkdirSync(join(store.root, "pages"));
  writeFileSync(join(store.root, "pages", "demo.bin"), "page");
  const end = store.lease([{ kind: wheelKind, key: wheel.sha256 }]);
  const first = await pybun("cache", "clean", "--format=json");
  expect((await envelopeOf("cache clean", first)).detail).toEqual({ entries: 1, bytes: 4, kept: 1, foreign: [] });
  expect(existsSync(wheel.path)).toBe(true);
  end();
  const second = await pybun("cache", "clean");
  expect(second.exitCode).toBe(0);
  expect(second.stdout).toMatch(/^removed 1 entry, 0\.0 MB\n$/);
  expect(existsSync(dirname(wheel.path))).toBe(false);
});

test("cache clean leaves what the store did not make, and names it: W_STORE_FOREIGN", async () => {
  mkdirSync(join(store.root, "tmp", "docs"), { recursive: true });
  const ended = await pybun("cache", "clean", "--format=json");
  expect(ended.exitCode).toBe(0);
  const { detail, diagnostics } = await envelopeOf("cache clean", ended);
  expect(detail).toMatchObject({ foreign: [join(store.root, "tmp", "docs")] });
  expect(diagnostics.map(({ code }) => code)).toEqual(["W_STORE_FOREIGN"]);
  expect(existsSync(join(store.root, "tmp", "docs"))).toBe(true);
});

for (const member of ["verify", "clean"]) {
  test(`cache ${member} deletes nothing behind a link, and names it: E_STORE_NOT_DIRECTORY, 74`, async () => {
    const thesis = join(home, "theirs", "thesis", "a.txt");
    mkdirSync(dirname(thesis), { recursive: true });
    writeFileSync(thesis, "precious");
    mkdirSync(store.root);
    symlinkSync(join(home, "theirs"), join(store.root, wheelKind));
    const ended = await pybun("cache", member);
    expect(ended).toMatchObject({ exitCode: 74, stdout: "" });
    expect(ended.stderr).toStartWith(
      `error[E_STORE_NOT_DIRECTORY]: cannot use '${join(store.root, wheelKind)}': it is a link`,
    );
    expect(existsSync(thesis)).toBe(true);
  });
}

test("cache verify takes a wheel that lies behind a link for damage, and removes nothing there", async () => {
  const { path, sha256 } = await storeWheel();
  const elsewhere = join(home, "elsewhere");
  const entry = dirname(path);
  Bun.spawnSync(["mv", entry, elsewhere]);
  mkdirSync(join(elsewhere, "tree/demo/__pycache__"), { recursive: true });
  writeFileSync(join(elsewhere, "tree/demo/__pycache__/a.cpython-312.pyc"), "theirs");
  symlinkSync(elsewhere, entry);
  const ended = await pybun("cache", "verify", "--format=json");
  expect((await envelopeOf("cache verify", ended)).detail).toMatchObject({
    damaged: [{ entry: `${wheelKind}/${sha256}`, reason: "it is no directory" }],
  });
  expect(existsSync(join(elsewhere, "tree/demo/__pycache__/a.cpython-312.pyc"))).toBe(true);
});

test("cache clean of a store that is not there is no error", async () => {
  expect((await pybun("cache", "clean")).exitCode).toBe(0);
});

test("cache verify looks again, while nobody installs, at what seems to be damaged", async () => {
  const { path } = await storeWheel();
  const [file, away] = [join(path, "demo/__init__.py"), join(home, "away")];
  chmodSync(dirname(file), 0o755);
  renameSync(file, away);
  const waited = Promise.withResolvers<void>();
  const installing = store.withoutEviction(async () => {
    await waited.promise;
    renameSync(away, file);
  });
  const child = Bun.spawn([...launched, "cache", "verify"], {
    env: { ...process.env, VIVARIUM_HOME: home },
    stdout: "pipe",
    stderr: "pipe",
  });
  const { value } = await child.stderr.getReader().read();
  expect(new TextDecoder().decode(value)).toStartWith("warning[W_STORE_WAITING]");
  waited.resolve();
  await installing;
  expect(await child.stdout.text()).toBe("1 wheel is intact\n");
  expect(await child.exited).toBe(0);
});
