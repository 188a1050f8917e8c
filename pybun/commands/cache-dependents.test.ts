/** What cleaning leaves when leases come and go while it works, and what verifying takes for damage. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StoreKey } from "@vivarium/core/store";
import { clearStore } from "@vivarium/core/store/clear";
import { type EnvironmentRecord, environmentKind } from "../env/environment-record.ts";
import { leaseOf } from "../env/list-environments.ts";
import { openScene, python, type Scene } from "../env/testing/scene.ts";
import { viewKind } from "../env/view.ts";
import { writeChoice } from "../install/choice.ts";
import { wheelKind } from "../wheel/stored-wheel.ts";
import { dependentKinds, discardBroken, keeperOf } from "./cache-dependents.ts";

let scene: Scene;
beforeEach(() => {
  scene = openScene("dependents-test-");
});
afterEach(() => scene.remove());

const makeEnvironment = async (): Promise<EnvironmentRecord> =>
  scene.environment("used", [await scene.wheel({ name: "one", version: "1" })]);

/** Cleans, and lets something happen just before the first question about an entry of a kind, or once it was left. */
function cleanWhile(happens: Readonly<Record<string, () => void>>): void {
  const keeps = keeperOf(scene.store);
  const left = new Map(Object.entries(happens));
  const ask = (entry: StoreKey): boolean => {
    left.get(entry.kind)?.();
    left.delete(entry.kind);
    return keeps(entry);
  };
  clearStore(scene.store, { keeps: ask, dependents: dependentKinds });
}

const lease = (record: EnvironmentRecord): (() => void) => scene.store.lease([leaseOf(scene.store, record)]);

describe("an environment that was left keeps what it is made of", () => {
  test.each([viewKind, wheelKind])("when its lease ends before %s is cleaned", async (kind) => {
    const record = await makeEnvironment();
    const end = lease(record);
    cleanWhile({ [kind]: end });
    expect(python(record, "import one; print(one.version)")).toBe("1");
  });

  test("when its lease comes while it is out of its place", async () => {
    const record = await makeEnvironment();
    const { store } = scene;
    const entry = { kind: environmentKind, key: record.key };
    const keeps = keeperOf(store);
    expect(keeps(entry)).toBe(false);
    const away = join(store.root, "away");
    renameSync(store.entryPath(entry.kind, entry.key), away);
    lease(record);
    expect(keeps(entry)).toBe(true);
    renameSync(away, store.entryPath(entry.kind, entry.key));
    clearStore(store, { keeps, dependents: dependentKinds });
    expect(python(record, "import one; print(one.version)")).toBe("1");
  });
});

test("choices go before environments: who finds his after he has leased what it names was in time", async () => {
  const record = await makeEnvironment();
  writeChoice(scene.store, "0".repeat(40), record);
  expect(dependentKinds.indexOf("choices-v1")).toBeLessThan(dependentKinds.indexOf(environmentKind));
  expect(dependentKinds.indexOf(environmentKind)).toBeLessThan(dependentKinds.indexOf(viewKind));
});

describe("what leaves and comes again while others clean and install is no damage", () => {
  /** Looks while an installation is on its way, which puts back what was taken as soon as it is waited for. */
  async function verifyDuring(path: string) {
    const { store, root } = scene;
    const away = join(root, "away");
    renameSync(path, away);
    const waiting = Promise.withResolvers<void>();
    const installing = store.withoutEviction(async () => {
      await waiting.promise;
      renameSync(away, path);
    });
    const found = await discardBroken(store, { waitMs: 60_000, onWait: () => waiting.resolve() });
    await installing;
    return found;
  }

  test("the view of an environment of the store", async () => {
    const { view } = await makeEnvironment();
    expect(await verifyDuring(dirname(view))).toEqual({ lost: [], waiting: [], broken: [] });
  });

  test("the view of an environment at a place of its own", async () => {
    const wheels = [await scene.wheel({ name: "one", version: "1" })];
    const { view } = await scene.environment("placed", wheels, { directory: join(scene.root, "own") });
    expect(await verifyDuring(dirname(view))).toEqual({ lost: [], waiting: [], broken: [] });
  });

  test("a view that goes while it is looked at", async () => {
    await makeEnvironment();
    let looks = 0;
    const store: Scene["store"] = {
      ...scene.store,
      entryPath: (kind, key) => {
        if (++looks === 1) throw Object.assign(new Error("it has just gone"), { code: "ENOENT" });
        return scene.store.entryPath(kind, key);
      },
    };
    expect(await discardBroken(store, { waitMs: 60_000 })).toEqual({ lost: [], waiting: [], broken: [] });
  });

  test("a wheel", async () => {
    const { packages } = await makeEnvironment();
    const entry = scene.store.entryPath(wheelKind, packages[0]?.sha256 ?? "");
    expect(await verifyDuring(entry)).toEqual({ lost: [], waiting: [], broken: [] });
  });
});
