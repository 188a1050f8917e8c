/** Installing and evicting at once: nothing leaves the store under somebody who has just fetched or found it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../diagnostic.ts";
import { openStore, type Store, type StoreKey } from "../store.ts";
import { asOrdinaryUser, isRoot } from "../testing/ordinary-user.ts";
import { clearStore } from "./clear.ts";
import { ownIdentity } from "./process-identity.ts";

let store: Store;

beforeEach(() => {
  store = openStore(mkdtempSync(join(tmpdir(), "eviction-test-")));
});

afterEach(() => rmSync(store.root, { recursive: true, force: true }));

const put = (kind: string, key: string) =>
  store.publish(kind, key, (directory) => writeFileSync(join(directory, "file"), key));

const codeOf = (error: unknown): string => (error instanceof Problem ? error.code : String(error));

test("many install at once, also within each other, and evicting waits for all of them", async () => {
  const order: string[] = [];
  const holding = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const first = store.withoutEviction(async () => {
    await store.withoutEviction(() => order.push("nested"));
    holding.resolve();
    await end.promise;
    order.push("first ends");
  });
  await holding.promise;
  await store.withoutEviction(() => order.push("second"));
  const evicting = store.withEviction(() => order.push("evicts"), { waitMs: 60_000, onWait: () => end.resolve() });
  await Promise.all([first, evicting]);
  expect(order).toEqual(["nested", "second", "first ends", "evicts"]);
});

test("installing waits for one that evicts, and its signal ends the wait", async () => {
  const stop = new AbortController();
  await store.withEviction(
    async () => {
      const waiting = store.withoutEviction(() => "never", stop.signal);
      stop.abort(new Error("interrupted"));
      expect(await waiting.catch(String)).toBe("Error: interrupted");
    },
    { waitMs: 0 },
  );
  expect(await store.withoutEviction(() => "free")).toBe("free");
});

test("evicting gives up after its time: E_STORE_BUSY", async () => {
  const busy = store.withoutEviction(() => store.withEviction(() => "never", { waitMs: 0 }));
  expect(await busy.catch(codeOf)).toBe("E_STORE_BUSY");
});

test("one that installed and was killed is not waited for", async () => {
  const script = `import { openStore } from ${JSON.stringify(join(import.meta.dir, "..", "store.ts"))};
    await openStore(${JSON.stringify(store.root)}).withoutEviction(() => { console.log("held"); return new Promise((r) => setTimeout(r, 1e6)); });`;
  const holder = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  await holder.stdout.getReader().read();
  expect(await store.withEviction(() => "never", { waitMs: 0 }).catch(codeOf)).toBe("E_STORE_BUSY");
  holder.kill("SIGKILL");
  await holder.exited;
  expect(await store.withEviction(() => "mine", { waitMs: 0 })).toBe("mine");
}, 20_000);

test("what is leased while it leaves comes back", async () => {
  await put("things", "a");
  const answers = [false, true];
  expect(store.removeUnused({ kind: "things", key: "a" }, () => answers.shift() ?? true)).toBe(false);
  expect(readdirSync(store.entryPath("things", "a"))).toEqual(["file"]);
  expect(readdirSync(join(store.root, "trash"))).toEqual([]);
  expect(store.removeUnused({ kind: "things", key: "a" }, () => false)).toBe(true);
  expect(store.has("things", "a")).toBe(false);
});

test("clearing asks again before each entry, and takes what depends on others first", async () => {
  await put("parts", "a");
  await put("wholes", "a");
  await put("wholes", "b");
  const asked: string[] = [];
  const keeps = ({ kind, key }: StoreKey): boolean => {
    if (asked.at(-1) !== `${kind}/${key}`) asked.push(`${kind}/${key}`);
    if (asked.length === 2) store.lease([{ kind: "parts", key: "a" }]);
    return store.leased().has(`${kind}/${key}`);
  };
  expect(clearStore(store, { keeps, dependents: ["wholes", "absent"] })).toMatchObject({ entries: 2, kept: 1 });
  expect(asked.toSorted()).toEqual(["parts/a", "wholes/a", "wholes/b"]);
  expect(asked.at(-1)).toBe("parts/a");
  expect(store.has("parts", "a")).toBe(true);
});

test("clearing leaves a small file that somebody writes now, and takes what one left who was killed", () => {
  const kind = join(store.root, "records");
  mkdirSync(kind);
  for (const name of ["a.1.0.tmp", "b.1.0.tmp"]) writeFileSync(join(kind, name), "");
  utimesSync(join(kind, "a.1.0.tmp"), 1, 1);
  clearStore(store, { keeps: () => false });
  expect(readdirSync(kind)).toEqual(["b.1.0.tmp"]);
});

test.skipIf(!isRoot)("a sweep leaves what another user left, and goes on", () => {
  const trash = join(store.root, "trash");
  const theirs = join(trash, `4194304-1-${ownIdentity().split("-").at(-1)}.0`);
  mkdirSync(join(theirs, "entry"), { recursive: true });
  chmodSync(store.root, 0o755);
  const script = `import { openStore } from ${JSON.stringify(join(import.meta.dir, "..", "store.ts"))};
    openStore(${JSON.stringify(store.root)}).sweep(); console.log("swept");`;
  const swept = Bun.spawnSync(asOrdinaryUser([process.execPath, "-e", script]), { env: { HOME: store.root } });
  expect(swept.stdout.toString() + swept.stderr.toString()).toBe("swept\n");
  expect(existsSync(theirs)).toBe(true);
});
