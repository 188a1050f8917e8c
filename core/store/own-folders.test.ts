/** Nothing that belongs to somebody else is deleted by sweeping, verifying or clearing a store. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "../store.ts";
import { clearStore } from "./clear.ts";

let parent = "";
let theirs = "";
let store: Store;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "own-folders-"));
  store = openStore(join(parent, "store"));
  theirs = join(parent, "theirs");
  mkdirSync(join(theirs, "docs"), { recursive: true });
  mkdirSync(store.root);
  writeFileSync(join(theirs, "thesis.txt"), "precious");
  writeFileSync(join(theirs, "docs", "a.txt"), "precious");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const isUntouched = () => ["thesis.txt", "docs/a.txt"].every((name) => existsSync(join(theirs, name)));

const uses: Readonly<Record<string, () => unknown>> = {
  sweep: () => store.sweep(),
  publish: () => store.publish("things-v1", "a", () => undefined),
  lock: () => store.withLock("one", () => undefined),
  "keep from evicting": () => store.withoutEviction(() => undefined),
  evict: () => store.withEviction(() => undefined, { waitMs: 10 }),
  clear: () => clearStore(store, { keeps: () => false }),
};

async function codeOf(use: () => unknown): Promise<unknown> {
  try {
    await use();
    return "no failure";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("a folder of the store that is a link is refused: E_STORE_NOT_DIRECTORY", () => {
  const reached: Readonly<Record<string, readonly string[]>> = {
    tmp: ["sweep", "publish", "keep from evicting", "evict", "clear"],
    trash: ["sweep", "keep from evicting", "evict", "clear"],
    leases: ["sweep", "keep from evicting", "evict", "clear"],
    locks: ["sweep", "lock", "keep from evicting", "evict", "clear"],
    "things-v1": ["sweep", "publish", "keep from evicting", "evict", "clear"],
  };
  for (const [folder, names] of Object.entries(reached)) {
    for (const name of names) {
      test(`${folder}: ${name}`, async () => {
        symlinkSync(theirs, join(store.root, folder));
        expect(await codeOf(uses[name] ?? (() => undefined))).toBe("E_STORE_NOT_DIRECTORY");
        expect(isUntouched()).toBe(true);
      });
    }
  }

  test("a kind that is listed or loses an entry", async () => {
    symlinkSync(theirs, join(store.root, "things"));
    expect(await codeOf(() => store.keys("things"))).toBe("E_STORE_NOT_DIRECTORY");
    expect(await codeOf(() => store.remove("things", "docs"))).toBe("E_STORE_NOT_DIRECTORY");
    expect(isUntouched()).toBe(true);
  });

  test("a file is refused as well", async () => {
    writeFileSync(join(store.root, "tmp"), "");
    expect(await codeOf(() => store.sweep())).toBe("E_STORE_NOT_DIRECTORY");
  });
});

test("the root may be a link", async () => {
  const linked = openStore(join(parent, "linked"));
  symlinkSync(store.root, linked.root);
  await linked.publish("things-v1", "a", () => undefined);
  linked.sweep();
  expect(clearStore(linked, { keeps: () => false })).toMatchObject({ entries: 1 });
});

test("sweeping and clearing remove only names of our own form from 'tmp', 'trash' and 'leases', and say what stays", () => {
  for (const folder of ["tmp", "trash", "leases"]) {
    mkdirSync(join(store.root, folder, "docs"), { recursive: true });
    writeFileSync(join(store.root, folder, "thesis.txt"), "precious");
    writeFileSync(join(store.root, folder, "1-2-3.x"), "precious");
    writeFileSync(join(store.root, folder, "nobody.0"), "precious");
  }
  symlinkSync(theirs, join(store.root, "notes"));
  store.sweep();
  const { foreign } = clearStore(store, { keeps: () => false });
  const names = ["1-2-3.x", "docs", "nobody.0", "thesis.txt"];
  const below = ["leases", "tmp", "trash"].flatMap((folder) => names.map((name) => `${folder}/${name}`));
  expect(foreign).toEqual([...below, "notes"].toSorted());
  expect(readdirSync(join(store.root, "tmp")).toSorted()).toEqual(names);
  expect(isUntouched()).toBe(true);
});

test("an entry that is a link goes without what it leads to", async () => {
  mkdirSync(join(store.root, "things-v1"));
  symlinkSync(theirs, store.entryPath("things-v1", "a"));
  symlinkSync(join(parent, "nowhere"), store.entryPath("things-v1", "b"));
  expect(store.remove("things-v1", "a")).toBe(true);
  await store.publish("things-v1", "b", () => undefined);
  expect(store.keys("things-v1")).toEqual(["b"]);
  expect(isUntouched()).toBe(true);
});
