import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearStore } from "./store/clear.ts";
import { openStore, type Store, type StoreKey } from "./store.ts";

let parent = "";
let store: Store;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "store-test-"));
  store = openStore(join(parent, "store"));
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const put = (key: string, text = key) =>
  store.publish("things", key, (directory) => writeFileSync(join(directory, "file"), text));
const read = (key: string) => readFileSync(join(store.entryPath("things", key), "file"), "utf8");
const leftovers = (folder: string) =>
  existsSync(join(store.root, folder)) ? readdirSync(join(store.root, folder)) : [];
/** A pid that belongs to no process any more. */
const deadPid = (): number => Bun.spawnSync(["true"]).pid;

test("opening a store touches nothing", () => {
  expect(store.has("things", "a")).toBe(false);
  expect(existsSync(store.root)).toBe(false);
});

test("an entry is there whole once it was published, and nothing else is left", async () => {
  expect(await put("a", "text")).toBe(store.entryPath("things", "a"));
  expect(store.has("things", "a")).toBe(true);
  expect(read("a")).toBe("text");
  expect(store.keys("things")).toEqual(["a"]);
  expect(leftovers("tmp")).toEqual([]);
  expect(existsSync(join(store.root, "CACHEDIR.TAG"))).toBe(true);
});

test("of two that make the same entry, the first stays", async () => {
  const slow = store.publish("things", "a", async (directory) => {
    await put("a", "first");
    writeFileSync(join(directory, "file"), "second");
  });
  expect(await slow).toBe(store.entryPath("things", "a"));
  expect(read("a")).toBe("first");
  expect(leftovers("tmp")).toEqual([]);
});

test("an entry that fails in the making leaves nothing", async () => {
  const failing = store.publish("things", "a", (directory) => {
    writeFileSync(join(directory, "file"), "half");
    throw new Error("no more");
  });
  expect(await failing.catch(String)).toBe("Error: no more");
  expect(store.has("things", "a")).toBe(false);
  expect(leftovers("tmp")).toEqual([]);
});

test("removing takes the entry away, and says whether there was one", async () => {
  await put("a");
  expect(store.remove("things", "a")).toBe(true);
  expect(store.has("things", "a")).toBe(false);
  expect(store.remove("things", "a")).toBe(false);
  expect(leftovers("trash")).toEqual([]);
});

test("bodies under one lock follow each other; other locks do not wait", async () => {
  const order: string[] = [];
  const first = store.withLock("one", async () => {
    order.push("first in");
    await store.withLock("other", () => order.push("other"));
    order.push("first out");
  });
  await Promise.all([first, store.withLock("one", () => order.push("second"))]);
  expect(order).toEqual(["first in", "other", "first out", "second"]);
});

test("a lock is free again after its body failed", async () => {
  const failing = store.withLock("one", () => {
    throw new Error("no more");
  });
  expect(await failing.catch(String)).toBe("Error: no more");
  expect(await store.withLock("one", () => "free")).toBe("free");
});

test("a lock of another process excludes, and its death frees", async () => {
  await store.withLock("one", () => undefined);
  const script = `import { openStore } from ${JSON.stringify(join(import.meta.dir, "store.ts"))};
    await openStore(${JSON.stringify(store.root)}).withLock("one", () => { console.log("held"); return new Promise((r) => setTimeout(r, 1e6)); });`;
  const holder = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  let isMine = false;
  const mine = store.withLock("one", () => {
    isMine = true;
  });
  await store.withLock("other", () => undefined);
  expect(isMine).toBe(false);
  holder.kill("SIGKILL");
  await mine;
  expect(isMine).toBe(true);
}, 20_000);

test("waiting for a lock ends with the signal", async () => {
  const controller = new AbortController();
  await store.withLock("one", async () => {
    const waiting = store.withLock("one", () => "never", controller.signal);
    controller.abort(new Error("interrupted"));
    expect(await waiting.catch(String)).toBe("Error: interrupted");
  });
});

test("a sweep removes what dead processes left, and keeps what is ours", async () => {
  await put("a");
  const mine = store.temporaryDirectory();
  const dead = `${deadPid()}-12345-${mine.split("-").at(-1)?.split(".")[0]}.0`;
  for (const folder of ["tmp", "trash", "leases"]) mkdirSync(join(store.root, folder, dead), { recursive: true });
  store.sweep();
  expect(leftovers("tmp")).toEqual([mine.slice(mine.lastIndexOf("/") + 1)]);
  expect(leftovers("trash")).toEqual([]);
  expect(leftovers("leases")).toEqual([]);
  expect(store.has("things", "a")).toBe(true);
});

test("a lease holds while its process lives, and not longer", async () => {
  const end = store.lease([
    { kind: "things", key: "a" },
    { kind: "things", key: "b" },
  ]);
  expect([...store.leased()].sort()).toEqual(["things/a", "things/b"]);
  end();
  expect(store.leased().size).toBe(0);
  const script = `import { openStore } from ${JSON.stringify(join(import.meta.dir, "store.ts"))};
    openStore(${JSON.stringify(store.root)}).lease([{ kind: "things", key: "c" }]); console.log("leased"); setTimeout(() => 0, 1e6);`;
  const other = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await other.stdout.getReader().read();
  expect([...store.leased()]).toEqual(["things/c"]);
  other.kill("SIGKILL");
  await other.exited;
  expect(store.leased().size).toBe(0);
}, 20_000);

const isLeased = ({ kind, key }: StoreKey) => store.leased().has(`${kind}/${key}`);

test("clearing empties everything but what is leased or in the making", async () => {
  await put("a");
  await put("b");
  mkdirSync(join(store.root, "pages", "an odd name"), { recursive: true });
  writeFileSync(join(store.root, "pages", "page.bin"), "12345");
  const making = store.temporaryDirectory();
  const end = store.lease([{ kind: "things", key: "b" }]);
  const cleared = clearStore(store, { keeps: isLeased });
  expect(cleared).toEqual({ entries: 3, bytes: 6, kept: 1, foreign: [] });
  expect(store.keys("things")).toEqual(["b"]);
  expect(leftovers("pages")).toEqual([]);
  expect(existsSync(making)).toBe(true);
  end();
  expect(clearStore(store, { keeps: isLeased }).kept).toBe(0);
  expect(store.keys("things")).toEqual([]);
});
