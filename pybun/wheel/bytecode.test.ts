import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Store } from "@vivarium/core/store";
import { acquireFileLock } from "@vivarium/core/store/file-lock";
import { hostPython } from "../../tools/oracles.ts";
import { compileInBackground, compileNow, hasBytecode, readBytecodeList } from "./bytecode.ts";
import { ensureWheel } from "./ensure-wheel.ts";
import type { StoredWheel } from "./stored-wheel.ts";
import { overwrite } from "./testing/overwrite.ts";
import { indexFile, listeningReport, memoryClient, withStore } from "./testing/store-client.ts";
import { buildWheel, demoFile, demoModule } from "./testing/wheel-builder.ts";
import { stopUnpackers } from "./unpack-pool.ts";
import { verifyEntry } from "./verify.ts";

afterAll(stopUnpackers);

const python = hostPython().path;
const cacheTag = Bun.spawnSync([python, "-c", "import sys; print(sys.implementation.cache_tag)"])
  .stdout.toString()
  .trim();
const broken = { name: "demo/template.py", data: "def {{ name }}(:\n" };
const bytes = buildWheel({ entries: [demoModule, broken, { name: "demo/deep/inner.py", data: "inner = 2\n" }] });

async function withWheel(body: (store: Store, wheel: StoredWheel) => Promise<void>): Promise<void> {
  await withStore(async (store) => {
    const options = {
      file: indexFile(demoFile, bytes),
      client: memoryClient({ [demoFile]: bytes }),
      report: listeningReport(),
    };
    await body(store, await ensureWheel({ store, ...options }));
  });
}

const compiledPath = (wheel: StoredWheel) => join(wheel.path, "demo/__pycache__", `__init__.${cacheTag}.pyc`);
const runPython = (wheel: StoredWheel, code: string) =>
  Bun.spawnSync([python, "-c", code], { env: { PYTHONPATH: wheel.path } })
    .stdout.toString()
    .trim();

test(
  "compiles what can be compiled, as unchecked-hash files that an interpreter takes",
  () =>
    withWheel(async (store, wheel) => {
      expect(hasBytecode(wheel, cacheTag)).toBe(false);
      expect(await compileNow({ store, python, cacheTag, wheels: [wheel] })).toBe(1);
      expect(hasBytecode(wheel, cacheTag)).toBe(true);
      const list = readBytecodeList(dirname(wheel.path), cacheTag) ?? [];
      expect(list.map(({ path }) => path).sort()).toEqual([
        `demo/__pycache__/__init__.${cacheTag}.pyc`,
        `demo/deep/__pycache__/inner.${cacheTag}.pyc`,
      ]);
      // PEP 552: the second word's lowest bit says "hash", the next one "check".
      expect(readFileSync(compiledPath(wheel)).readUInt32LE(4)).toBe(1);
      overwrite(join(wheel.path, "demo/__init__.py"), "value = 9\n");
      expect(runPython(wheel, "import demo; print(demo.value)")).toBe("1");
      expect(await compileNow({ store, python, cacheTag, wheels: [wheel] })).toBe(0);
    }),
  20_000,
);

test(
  "a traceback through shared bytecode names the file where it lies",
  () =>
    withWheel(async (store, wheel) => {
      await compileNow({ store, python, cacheTag, wheels: [wheel] });
      const name = runPython(
        wheel,
        "import demo.deep.inner as m; print(m.__loader__.get_code('demo.deep.inner').co_filename)",
      );
      expect(name).toBe(join(wheel.path, "demo/deep/inner.py"));
    }),
  20_000,
);

test(
  "in the background the work goes on without us",
  () =>
    withWheel(async (store, wheel) => {
      expect(await compileInBackground({ store, python, cacheTag, wheels: [wheel] })).toBe(1);
      while (!hasBytecode(wheel, cacheTag)) await new Promise((resolve) => setImmediate(resolve));
      expect(existsSync(compiledPath(wheel))).toBe(true);
    }),
  20_000,
);

test(
  "a compilation that was killed is done again",
  () =>
    withWheel(async (store, wheel) => {
      await compileNow({ store, python, cacheTag, wheels: [wheel] });
      const folder = join(dirname(wheel.path), "bytecode");
      rmSync(join(folder, `${cacheTag}.json`));
      mkdirSync(join(folder, `${cacheTag}.tmp`));
      writeFileSync(join(folder, `${cacheTag}.tmp`, "0"), "left by a killed process");
      truncateSync(compiledPath(wheel), 20);
      await compileNow({ store, python, cacheTag, wheels: [wheel] });
      expect(statSync(compiledPath(wheel)).size).toBeGreaterThan(20);
      expect(readdirSync(folder).sort()).toEqual([`${cacheTag}.json`, `${cacheTag}.lock`]);
    }),
  20_000,
);

test("an interpreter that fails says so", () =>
  withWheel(async (store, wheel) => {
    const bad = join(store.root, "python");
    writeFileSync(bad, "#!/bin/sh\necho 'no such luck' >&2\nexit 3\n");
    chmodSync(bad, 0o755);
    const failure = await compileNow({ store, python: bad, cacheTag, wheels: [wheel] }).catch(String);
    expect(failure).toContain("no such luck");
  }));

test(
  "verifying keeps listed bytecode, removes stray files, and forgets a list that does not hold",
  () =>
    withWheel(async (store, wheel) => {
      const entry = dirname(wheel.path);
      await compileNow({ store, python, cacheTag, wheels: [wheel] });
      const stray = join(wheel.path, "demo/__pycache__/__init__.other-1.pyc");
      writeFileSync(stray, "by another interpreter");
      expect(verifyEntry(entry)).toBeUndefined();
      expect(existsSync(stray)).toBe(false);
      expect(existsSync(compiledPath(wheel))).toBe(true);
      truncateSync(compiledPath(wheel), 30);
      expect(verifyEntry(entry)).toBeUndefined();
      expect(existsSync(compiledPath(wheel))).toBe(false);
      expect(hasBytecode(wheel, cacheTag)).toBe(false);
    }),
  20_000,
);

test(
  "verifying leaves alone what somebody is compiling just now",
  () =>
    withWheel(async (store, wheel) => {
      const entry = dirname(wheel.path);
      await compileNow({ store, python, cacheTag, wheels: [wheel] });
      // As between the first file that is published and the list.
      rmSync(join(entry, "bytecode", `${cacheTag}.json`));
      const release = await acquireFileLock(join(entry, "bytecode", `${cacheTag}.lock`));
      expect(verifyEntry(entry)).toBeUndefined();
      expect(existsSync(compiledPath(wheel))).toBe(true);
      release();
      expect(verifyEntry(entry)).toBeUndefined();
      expect(existsSync(compiledPath(wheel))).toBe(false);
    }),
  20_000,
);
