/** Entries of the store that are damaged, or none at all: each is made again, and what comes of it is never another one. */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ownIdentity } from "../../core/store/process-identity.ts";
import { assemble } from "../../tests/components/assemble.ts";
import { mathText } from "../commands/testing/components.ts";
import { Runtime } from "../runtime/runtime.ts";
import { readEntry } from "./kept-entry.ts";

const kinds = ["isorun-components", "isorun-modules"] as const;
const otherText = mathText.replace("i32.add (local.get 0)", "i32.sub (local.get 0)").replace("test:lib", "other:lib");
const scratch = mkdtempSync(join(tmpdir(), "isorun-damage-"));
let count = 0;
let store = "";
let math: Uint8Array;
let other: Uint8Array;

beforeAll(async () => {
  const read = await assemble([mathText, otherText]);
  [math, other] = [read(mathText), read(otherText)];
}, 120_000);
beforeEach(() => {
  count += 1;
  store = join(scratch, String(count));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** What a component says of itself and computes, with its fuel counted. */
async function use(bytes = math): Promise<unknown> {
  const runtime = new Runtime({ store });
  const component = await runtime.load(bytes);
  const instance = await runtime.instance(component).budget({ fuel: 100_000n }).instantiate();
  const sum = await instance.call(/\S+:lib\/math@1.2.0/.exec(component.toWit())?.[0] + "#add", [7, 2]);
  return { sum, wit: component.toWit(), fuel: instance.usage().fuel };
}

const isKnown = async (): Promise<boolean> => (await new Runtime({ store }).load(math)).cost.fromStore;

/** A kind's only entry. */
function entryOf(kind: string): string {
  const [key = "", ...others] = readdirSync(join(store, kind));
  expect(others).toEqual([]);
  return key;
}

const keptPath = (kind: string): string => join(store, kind, entryOf(kind), "kept");

/** Everybody who uses the component gets `expected`, and after the first it is known again, whole. */
async function expectRepaired(expected: unknown, before: readonly Uint8Array[]): Promise<void> {
  expect(await use()).toEqual(expected);
  expect(kinds.map((kind) => readFileSync(keptPath(kind)))).toEqual(before.map((bytes) => Buffer.from(bytes)));
  expect(await isKnown()).toBe(true);
  expect(await use()).toEqual(expected);
}

test("one that is cut off anywhere, or has one bit changed, is damaged", async () => {
  await use();
  for (const kind of kinds) {
    const [path, entry] = [keptPath(kind), { kind, key: entryOf(kind) }];
    const whole = readFileSync(path);
    expect(readEntry(store, entry)).toEqual(whole.subarray(8));
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length));
      expect(readEntry(store, entry)).toBe("damaged");
      const changed = Uint8Array.from(whole);
      changed[length] = (changed[length] ?? 0) ^ (1 << (length % 8));
      writeFileSync(path, changed);
      expect(readEntry(store, entry)).toBe("damaged");
    }
    writeFileSync(path, Buffer.concat([whole, Uint8Array.of(0)]));
    expect(readEntry(store, entry)).toBe("damaged");
  }
});

// What a power cut leaves of a file: its length, and nothing in it.
test.each([0, 1, 7, 8, 9, 12, 1000])("%d zeros in the place of an entry are made again", async (length) => {
  const expected = await use();
  const before = kinds.map((kind) => readFileSync(keptPath(kind)));
  for (const kind of kinds) writeFileSync(keptPath(kind), new Uint8Array(length));
  await expectRepaired(expected, before);
});

test.each(kinds)("one of %s that belongs to another component is made again", async (kind) => {
  const expected = await use();
  const before = kinds.map((each) => readFileSync(keptPath(each)));
  const mine = { store, path: join(store, kind, entryOf(kind)) };
  store = join(scratch, `${count}-other`);
  await use(other);
  rmSync(mine.path, { recursive: true });
  cpSync(join(store, kind, entryOf(kind)), mine.path, { recursive: true });
  ({ store } = mine);
  await expectRepaired(expected, before);
});

// Sparse: it takes no room, and whoever reads it needs that much of memory.
test("one of gigabytes is seen to be damaged by its size, and made again", async () => {
  const expected = await use();
  const before = kinds.map((kind) => readFileSync(keptPath(kind)));
  for (const kind of kinds) {
    const path = keptPath(kind);
    truncateSync(path, 3 * 2 ** 30);
    const start = process.memoryUsage.rss();
    expect(readEntry(store, { kind, key: entryOf(kind) })).toBe("damaged");
    expect(process.memoryUsage.rss() - start).toBeLessThan(2 ** 29);
  }
  await expectRepaired(expected, before);
});

const makeFifo = (path: string): void => {
  const made = Bun.spawnSync(["mkfifo", path]);
  expect(made.stderr.toString()).toBe("");
};

const inPlaceOfFile: readonly (readonly [string, (path: string) => void])[] = [
  ["a FIFO", makeFifo],
  ["a device without an end", (path) => symlinkSync("/dev/zero", path)],
  ["a link to nothing", (path) => symlinkSync("nothing", path)],
  ["a link that leads to itself", (path) => symlinkSync("kept", path)],
  ["a directory", (path) => mkdirSync(path)],
  ["a file of another name", (path) => writeFileSync(join(dirname(path), "other"), "")],
  ["nothing", () => {}],
];

test.each(inPlaceOfFile)("%s in the place of an entry's file gives way", async (_, put) => {
  const expected = await use();
  const before = kinds.map((kind) => readFileSync(keptPath(kind)));
  for (const kind of kinds) {
    const path = keptPath(kind);
    rmSync(path);
    put(path);
  }
  await expectRepaired(expected, before);
});

const inPlaceOfEntry: readonly (readonly [string, (path: string) => void])[] = [
  ["a FIFO", makeFifo],
  ["a file", (path) => writeFileSync(path, "x")],
  ["a link to nothing", (path) => symlinkSync("nothing", path)],
  ["a link that leads to itself", (path) => symlinkSync(path, path)],
  ["a link to an empty directory", (path) => symlinkSync(mkdtempSync(join(scratch, "empty-")), path)],
];

test.each(inPlaceOfEntry)("%s in the place of an entry gives way", async (_, put) => {
  const expected = await use();
  const before = kinds.map((kind) => readFileSync(keptPath(kind)));
  for (const kind of kinds) {
    const path = join(store, kind, entryOf(kind));
    rmSync(path, { recursive: true });
    put(path);
  }
  await expectRepaired(expected, before);
});

test.each(["tmp", "trash", ...kinds])("where '%s' is no directory, components are compiled each time", async (name) => {
  const expected = await use();
  for (const kind of kinds) writeFileSync(keptPath(kind), "damaged");
  rmSync(join(store, name), { recursive: true, force: true });
  writeFileSync(join(store, name), "x");
  for (const isRemoved of [false, true]) {
    if (isRemoved) rmSync(join(store, name));
    expect(await use()).toEqual(expected);
    expect(await use()).toEqual(expected);
    expect(readdirSync(store)).toContain(name);
  }
  expect(await isKnown()).toBe(true);
});

test("what dead processes left goes when something is kept, and what living ones make stays", async () => {
  const owner = `${2 ** 30}-${ownIdentity().split("-").slice(1).join("-")}.0`;
  const elsewhere = "1-1-1.0"; // of another namespace: whether it lives cannot be seen
  const expected = await use();
  const living = readdirSync(join(store, "tmp")).length;
  for (const folder of ["tmp", "trash"]) {
    mkdirSync(join(store, folder, owner), { recursive: true });
    writeFileSync(join(store, folder, owner, "kept"), "half");
    mkdirSync(join(store, folder, elsewhere));
  }
  expect(await use()).toEqual(expected);
  expect(readdirSync(join(store, "tmp"))).toHaveLength(living + 2); // a load that only reads waits for nothing
  await new Runtime({ store }).load(other);
  for (const folder of ["tmp", "trash"]) expect(readdirSync(join(store, folder))).toEqual([elsewhere]);
});

test("a store that nobody may write to, and one that nobody may read, is no failure", async () => {
  const expected = await use();
  renameSync(join(store, kinds[0]), join(store, "moved"));
  for (const mode of [0o555, 0]) {
    chmodSync(store, mode);
    expect(await use().finally(() => chmodSync(store, 0o755))).toEqual(expected);
  }
});

test("many at once make one entry, and leave nothing beside it", async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => use()));
  expect(new Set(results.map((result) => Bun.inspect(result))).size).toBe(1);
  for (const kind of kinds) expect(readEntry(store, { kind, key: entryOf(kind) })).toBeInstanceOf(Uint8Array);
  expect(readdirSync(join(store, "tmp"))).toEqual([]);
  expect(await isKnown()).toBe(true);
});
