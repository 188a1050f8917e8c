import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem, renderProblem } from "@vivarium/core/diagnostic";
import { coreDiagnostics } from "@vivarium/core/diagnostics";
import type { Store } from "@vivarium/core/store";
import { ensureWheel } from "./ensure-wheel.ts";
import { checkSeal } from "./seal.ts";
import { findStoredWheel, wheelKind } from "./stored-wheel.ts";
import { overwrite } from "./testing/overwrite.ts";
import { indexFile, listeningReport, memoryClient, sha256Of, withStore } from "./testing/store-client.ts";
import { buildWheel, demoFile, demoModule } from "./testing/wheel-builder.ts";
import { stopUnpackers } from "./unpack-pool.ts";

afterAll(stopUnpackers);

const bytes = buildWheel();
const file = indexFile(demoFile, bytes);
const leftovers = (store: Store) => readdirSync(join(store.root, "tmp"));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return "no problem";
}

test("downloads, unpacks and publishes a wheel; the second time nothing is asked", () =>
  withStore(async (store) => {
    const client = memoryClient({ [demoFile]: bytes });
    const report = listeningReport();
    const wheel = await ensureWheel({ store, file, client, report });
    expect(wheel.sha256).toBe(sha256Of(bytes));
    expect(readFileSync(join(wheel.path, "demo/__init__.py"), "utf8")).toBe("value = 1\n");
    expect(wheel.manifest).toMatchObject({
      name: "demo",
      version: "1.0",
      rootIsPurelib: true,
      count: 5,
      escapesRunPath: false,
    });
    expect(wheel.manifest.files.map(({ path }) => path)[0]).toBe("demo/__init__.py");
    expect(report.kinds).toEqual(["install.unpack"]);
    expect(leftovers(store)).toEqual([]);
    const again = await ensureWheel({ store, file, client, report });
    expect(again.path).toBe(wheel.path);
    expect(client.asked).toEqual([demoFile]);
  }));

test("ten at once download once", () =>
  withStore(async (store) => {
    const client = memoryClient({ [demoFile]: bytes });
    const report = listeningReport();
    const wheels = await Promise.all(Array.from({ length: 10 }, () => ensureWheel({ store, file, client, report })));
    expect(new Set(wheels.map(({ path }) => path)).size).toBe(1);
    expect(client.asked).toEqual([demoFile]);
  }));

test("a wheel without a hash on the index is stored under the hash that it has", () =>
  withStore(async (store) => {
    const client = memoryClient({ [demoFile]: bytes });
    const wheel = await ensureWheel({ store, file: { ...file, hashes: {} }, client, report: listeningReport() });
    expect(wheel.sha256).toBe(sha256Of(bytes));
    expect(store.keys(wheelKind)).toEqual([sha256Of(bytes)]);
  }));

test("a hostile wheel leaves nothing behind, and its code comes through from the worker", () =>
  withStore(async (store) => {
    const hostile = buildWheel({ entries: [demoModule, { name: "../outside.py", data: "" }] });
    const client = memoryClient({ [demoFile]: hostile });
    const ensuring = ensureWheel({ store, file: indexFile(demoFile, hostile), client, report: listeningReport() });
    expect(await codeOf(ensuring)).toBe("E_WHEEL_ENTRY_NAME");
    expect(store.keys(wheelKind)).toEqual([]);
    expect(leftovers(store)).toEqual([]);
  }));

test("a download that fails leaves nothing behind", () =>
  withStore(async (store) => {
    const ensuring = ensureWheel({ store, file, client: memoryClient({}), report: listeningReport() });
    expect(await ensuring.catch(String)).toContain(`no ${demoFile} here`);
    expect(leftovers(store)).toEqual([]);
  }));

test("a store that cannot be made is told as such: E_STORE_NOT_DIRECTORY", () =>
  withStore(async (store) => {
    mkdirSync(dirname(store.root), { recursive: true });
    writeFileSync(store.root, "");
    const ensuring = ensureWheel({
      store,
      file,
      client: memoryClient({ [demoFile]: bytes }),
      report: listeningReport(),
    });
    expect(await codeOf(ensuring)).toBe("E_STORE_NOT_DIRECTORY");
  }));

test("an entry with an unreadable manifest is fetched again, with W_STORE_REPAIRED", () =>
  withStore(async (store) => {
    const client = memoryClient({ [demoFile]: bytes });
    const report = listeningReport();
    const wheel = await ensureWheel({ store, file, client, report });
    overwrite(join(dirname(wheel.path), "manifest.json"), "{");
    const again = await ensureWheel({ store, file, client, report });
    expect(again.manifest.name).toBe("demo");
    expect(client.asked).toEqual([demoFile, demoFile]);
    const [warning] = report.warnings;
    expect(warning?.code).toBe("W_STORE_REPAIRED");
    if (warning !== undefined) expect(renderProblem(warning, coreDiagnostics).message).toContain("was damaged");
  }));

for (const [name, text] of [
  ["manifest.json", "{"],
  ["files.json", "{}"],
] as const) {
  test(`the same where the index announces no hash, and '${name}' is damaged`, () =>
    withStore(async (store) => {
      const client = memoryClient({ [demoFile]: bytes });
      const unannounced = { ...file, hashes: {} };
      const report = listeningReport();
      const wheel = await ensureWheel({ store, file: unannounced, client, report });
      overwrite(join(dirname(wheel.path), name), text);
      await ensureWheel({ store, file: unannounced, client, report });
      expect(report.warnings.map(({ code }) => code)).toEqual(["W_STORE_REPAIRED"]);
      const again = findStoredWheel(store, wheel.sha256);
      if (again === undefined) throw new Error("the entry is there");
      checkSeal(again);
    }));
}

const damages: readonly (readonly [string, (tree: string) => void])[] = [
  ["a file that is gone", (tree) => rmSync(join(tree, "demo/__init__.py"))],
  ["a file that is shorter", (tree) => overwrite(join(tree, "demo/__init__.py"), "val")],
  [
    "a directory in place of a file",
    (tree) => {
      rmSync(join(tree, "demo/__init__.py"));
      mkdirSync(join(tree, "demo/__init__.py"));
    },
  ],
  ["a list that was changed", (tree) => overwrite(join(tree, "../files.json"), "{}")],
  ["a list that is gone", (tree) => rmSync(join(tree, "../files.json"))],
];

for (const [name, damage] of damages) {
  test(`the seal notices ${name}: E_STORE_DAMAGED`, () =>
    withStore(async (store) => {
      const client = memoryClient({ [demoFile]: bytes });
      const wheel = await ensureWheel({ store, file, client, report: listeningReport() });
      checkSeal(wheel);
      damage(wheel.path);
      const damaged = findStoredWheel(store, wheel.sha256);
      if (damaged === undefined) throw new Error("the entry is there");
      expect(await codeOf((async () => checkSeal(damaged))())).toBe("E_STORE_DAMAGED");
    }));
}

test("the rest of an entry that somebody deleted by hand does not stand in the way", () =>
  withStore(async (store) => {
    const rest = join(store.entryPath(wheelKind, sha256Of(bytes)), "tree", "demo");
    mkdirSync(rest, { recursive: true });
    const wheel = await ensureWheel({
      store,
      file,
      client: memoryClient({ [demoFile]: bytes }),
      report: listeningReport(),
    });
    expect(readFileSync(join(wheel.path, "demo/__init__.py"), "utf8")).toBe("value = 1\n");
  }));

test("an entry of an older format does not count", () =>
  withStore(async (store) => {
    const client = memoryClient({ [demoFile]: bytes });
    const wheel = await ensureWheel({ store, file, client, report: listeningReport() });
    overwrite(join(dirname(wheel.path), "manifest.json"), JSON.stringify({ format: 0 }));
    expect(findStoredWheel(store, wheel.sha256)).toBeUndefined();
    expect(existsSync(wheel.path)).toBe(true);
  }));
